"""Two at once, on PostgreSQL. Each race has a control that takes the guard away and must then show the fault."""

from datetime import datetime

import pytest
from django.db import connection

from sharing import asks, conversations, handovers, lendings, requests
from sharing.errors import SharingError
from sharing.models import CirculationPolicy, DomainEvent, Handover, Lending, Message, Request
from tests import factories
from tests.races import together, without_locks
from tests.sharing import steps
from tests.sharing.conftest import World

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None, now: datetime) -> World:
    plum = factories.area()
    alice, bob, charlie = (factories.reader(name, area=plum) for name in ("Alice", "Bob", "Charlie"))
    title = factories.title(isbn13="9787300113906")
    return World(
        now, alice, bob, charlie, factories.reader("Lin", is_staff=True), title, factories.copy(alice, title, now=now)
    )


def _accept_twice(world: World) -> list[object]:
    ask = steps.asked(world)
    return together(*[lambda: asks.accept_ask(ask_id=ask.pk, actor=world.alice, now=world.now)] * 4)


def test_accepting_at_once_makes_one_lending_C2_T_C4(world: World) -> None:
    outcomes = _accept_twice(world)
    assert {type(outcome) for outcome in outcomes} == {Lending}
    assert Lending.objects.count() == 1
    assert DomainEvent.objects.filter(kind="ask.accepted").count() == 1


def test_control_without_locks_somebody_gets_an_error_instead_of_the_lending(world: World) -> None:
    with without_locks():
        outcomes = [outcome for _ in range(1) for outcome in _accept_twice(world)]
    assert any(isinstance(outcome, Exception) for outcome in outcomes)


def test_two_holders_accept_at_once_and_one_lending_stands_C2(world: World) -> None:
    factories.copy(world.charlie, world.title, now=world.now)
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    first, second = request.asks.order_by("pk")
    together(
        lambda: asks.accept_ask(ask_id=first.pk, actor=first.holder, now=world.now),
        lambda: asks.accept_ask(ask_id=second.pk, actor=second.holder, now=world.now),
    )
    assert Lending.objects.count() == 1


def test_cancel_and_confirm_at_once_end_as_either_never_both_T_C5(world: World) -> None:
    lending = steps.agreed(world)
    handover = steps.arranged(lending, now=world.now)
    pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
    together(
        lambda: lendings.cancel_lending(lending_id=lending.pk, actor=world.alice, now=world.now),
        lambda: handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=pin, now=world.now),
    )
    lending.refresh_from_db()
    world.copy.refresh_from_db()
    assert (lending.status, world.copy.holder) in {("cancelled", world.alice), ("on_loan", world.bob)}


def _write_at_once(world: World) -> list[object]:
    talk = steps.asked(world).conversation
    say = [
        lambda who=who: conversations.send_message(conversation_id=talk.pk, actor=who, text="Hello", now=world.now)
        for who in (world.alice, world.bob) * 4
    ]
    return together(*say)


def test_messages_written_at_once_are_numbered_without_gaps_N5(world: World) -> None:
    outcomes = _write_at_once(world)
    assert all(isinstance(outcome, Message) for outcome in outcomes)
    assert sorted(Message.objects.values_list("seq", flat=True)) == list(range(1, 9))


def test_control_without_locks_messages_collide(world: World) -> None:
    with without_locks():
        outcomes = _write_at_once(world)
    assert any(isinstance(outcome, Exception) for outcome in outcomes)


def _guess_at_once(world: World, book: str) -> Handover:
    copy = factories.copy(world.alice, factories.title(book), now=world.now)
    handover = steps.arranged(steps.agreed(world, holding=f"copy-{copy.pk}"), now=world.now)
    pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
    wrong = [f"{(int(pin) + n) % 1_000_000:06d}" for n in range(1, 13)]
    together(
        *[
            lambda p=p: handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=p, now=world.now)
            for p in wrong
        ]
    )
    handover.refresh_from_db()
    return handover


def _all_counted(handover: Handover) -> bool:
    return handover.wrong_tries == 5 and len(handover.pins_killed_at) == 1


def test_wrong_pins_at_once_are_all_counted_T_C1(world: World) -> None:
    assert _all_counted(_guess_at_once(world, "围城"))


def test_control_without_locks_wrong_pins_are_lost(world: World) -> None:
    with without_locks():
        counted = [_all_counted(_guess_at_once(world, book)) for book in ("围城", "活着", "白夜行", "边城", "呐喊")]
    assert not all(counted)


def test_two_tabs_do_not_pass_the_limit_of_open_requests_together(world: World) -> None:
    policy = CirculationPolicy.load()
    policy.open_requests = 1
    policy.save()
    titles = [factories.title(name).pk for name in ("围城", "活着", "白夜行", "边城")]
    outcomes = together(
        *[lambda t=t: requests.place_request(actor=world.bob, title_id=t, now=world.now) for t in titles]
    )
    assert Request.objects.count() == 1
    assert sum(isinstance(outcome, SharingError) for outcome in outcomes) == 3
    assert connection.vendor == "postgresql"
