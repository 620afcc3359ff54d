from django.utils import timezone

from sharing import events
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


def test_the_audience_are_the_requester_and_the_one_holder(world: World) -> None:
    ask = steps.asked(world)
    assert DomainEvent.objects.get(kind="ask.sent", ask=ask).audience == sorted([world.bob.pk, world.alice.pk])
    assert DomainEvent.objects.get(kind="request.placed").audience == [world.bob.pk]
