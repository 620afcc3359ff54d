import pytest
from django.utils import timezone

from sharing import asks, conversations, events, requests
from sharing.models import DomainEvent
from tests.sharing import steps
from tests.sharing.conftest import World


def _undelivered(world: World) -> DomainEvent:
    steps.placed(world)
    return events.undelivered().filter(kind="request.placed").get()


def test_a_delivered_event_is_not_delivered_again(world: World) -> None:
    event = _undelivered(world)
    events.deliver(event, now=timezone.now())
    assert not events.undelivered().filter(pk=event.pk).exists()


def test_a_failing_receiver_leaves_the_event_for_the_sweep_N6(world: World) -> None:
    event = _undelivered(world)

    def fails(**_kwargs: object) -> None:
        raise RuntimeError("receiver is ill")

    events.happened.connect(fails)
    try:
        events.deliver(event, now=timezone.now())
    finally:
        events.happened.disconnect(fails)
    assert events.undelivered().filter(pk=event.pk).exists()


def test_the_audience_of_a_lending_are_its_two_sides(world: World) -> None:
    steps.on_loan(world)
    both = sorted([world.bob.pk, world.alice.pk])
    assert DomainEvent.objects.get(kind="ask.accepted").audience == both
    assert DomainEvent.objects.get(kind="lending.on_loan").audience == both


def _answered(world: World, how: str) -> None:
    ask = steps.asked(world)
    if how == "ask.declined":
        asks.decline_ask(ask_id=ask.pk, actor=world.alice, now=world.now)
    elif how == "ask.reminded":
        assert asks.remind_holder(ask_id=ask.pk, now=ask.remind_at)
    elif how == "ask.lapsed":
        assert asks.lapse_ask(ask_id=ask.pk, now=ask.respond_by)
    elif how == "ask.withdrawn":
        requests.cancel_request(request_id=ask.request_id, actor=world.bob, now=world.now)


@pytest.mark.parametrize("kind", ["ask.sent", "ask.declined", "ask.reminded", "ask.lapsed", "ask.withdrawn"])
def test_p2_what_a_holder_does_in_the_dark_rings_at_the_holder_alone(world: World, kind: str) -> None:
    _answered(world, kind)
    assert DomainEvent.objects.get(kind=kind).audience == [world.alice.pk]
    assert DomainEvent.objects.get(kind="request.placed").audience == [world.bob.pk]


def test_p2_a_message_before_consent_rings_at_both_until_the_holder_says_no(world: World) -> None:
    ask = steps.asked(world)
    for decline in (False, True):
        if decline:
            asks.decline_ask(ask_id=ask.pk, actor=world.alice, now=world.now)
        conversations.send_message(conversation_id=ask.conversation.pk, actor=world.bob, text="Hello", now=world.now)
    first, second = DomainEvent.objects.filter(kind="message.sent").order_by("pk")
    assert first.audience == sorted([world.bob.pk, world.alice.pk])
    assert second.audience == [world.bob.pk]
