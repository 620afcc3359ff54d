from datetime import timedelta

import pytest

from sharing import asks, custody, due, requests, widening
from sharing.models import DomainEvent, Notification, Request
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


@pytest.fixture
def elsewhere(world: World) -> None:
    factories.copy(world.charlie, world.title, now=world.now)


@pytest.mark.parametrize("end", ["declined", "silent", "gone"])
def test_a_holding_that_brings_no_yes_is_widened_when_its_time_is_over_P2(
    world: World, elsewhere: None, end: str
) -> None:
    ask = steps.asked(world)
    if end == "declined":
        asks.decline_ask(ask_id=ask.pk, actor=world.alice, now=world.now)
    if end == "gone":
        custody.withdraw_copy(copy_id=world.copy.pk, actor=world.alice, now=world.now)
    list(due.act(now=ask.respond_by - timedelta(minutes=1)))
    assert Request.objects.get().copy == world.copy
    list(due.act(now=ask.respond_by))
    request = Request.objects.get()
    assert (request.copy, request.asks.latest("pk").holder) == (None, world.charlie)


def test_the_requester_is_told_and_the_holding_is_on_record(world: World) -> None:
    ask = steps.asked(world)
    list(due.act(now=ask.respond_by))
    event = DomainEvent.objects.get(kind="request.widened")
    assert event.data == {"holding": f"copy-{world.copy.pk}"}
    assert Notification.objects.get(reader=world.bob).event == event


def test_whose_holder_must_not_be_asked_again_yet_is_widened_at_once(world: World, elsewhere: None) -> None:
    requests.cancel_request(request_id=steps.placed(world).pk, actor=world.bob, now=world.now)
    again = steps.placed(world)
    list(due.act(now=world.now + timedelta(minutes=1)))
    assert again.asks.get().holder == world.charlie


def test_a_holding_that_is_only_out_is_waited_for(world: World, elsewhere: None) -> None:
    steps.on_loan(world)
    waiting = requests.place_request(
        actor=factories.reader(), holding_key=f"copy-{world.copy.pk}", now=world.now + timedelta(days=1)
    )
    assert not widening.widen_request(request_id=waiting.pk, now=world.now + timedelta(days=9))


def test_after_a_lending_fell_through_it_is_widened(world: World, elsewhere: None) -> None:
    from sharing import lendings

    lending = steps.agreed(world)
    lendings.cancel_lending(lending_id=lending.pk, actor=world.alice, now=world.now + timedelta(hours=2))
    list(due.act(now=world.now + timedelta(hours=3)))
    assert lending.request.asks.get(status="asked").holder == world.charlie
