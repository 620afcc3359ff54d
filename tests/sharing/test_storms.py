"""A person against the clock, two against each other, and a crowd on one copy, on PostgreSQL (S5, C2, T-C4, T-C5). Each has a
control that takes the locks away and must then show the fault."""

from collections.abc import Callable
from datetime import datetime, timedelta
from unittest import mock

import pytest

from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing import asks, handovers, lendings, offers, requests
from sharing.models import Ask, CirculationPolicy, DomainEvent, Handover, Lending, Request
from tests import factories
from tests.races import together, without_locks
from tests.sharing import steps
from tests.sharing.conftest import World

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
CROWD, AT_A_TIME = 100, 20
SOME, MANY = 8, 60
"""Rounds in which the lock has to hold, and in which the fault without it has to show."""


@pytest.fixture
def world(transactional_db: None, now: datetime) -> World:
    plum = factories.area()
    alice, bob, charlie = (factories.reader(name, area=plum) for name in ("Alice", "Bob", "Charlie"))
    lin = factories.reader("Lin", is_staff=True, is_superuser=True)
    title = factories.title(isbn13="9787300113906")
    CirculationPolicy.objects.update_or_create(
        pk=CirculationPolicy.load().pk, defaults={"asks_per_holder_week": 1_000, "open_requests": 1_000}
    )
    return World(now, alice, bob, charlie, lin, title, factories.copy(alice, title, now=now))


def _faults(world: World, play: Callable[[World, Copy], bool], *, rounds: int) -> int:
    """Rounds that ended wrongly, each with a copy and a requester of its own; stops at the first."""
    for number in range(rounds):
        copy = factories.copy(factories.reader(), factories.title(f"Book {number}"), now=world.now)
        if not play(world, copy):
            return 1
    return 0


def _asked(world: World, copy: Copy) -> Ask:
    request = requests.place_request(actor=factories.reader(), holding_key=copy.key, now=world.now)
    return request.asks.get()


def _accepts_while_it_lapses(world: World, copy: Copy) -> bool:
    """One end, one event of it, and a lending only with a yes."""
    ask = _asked(world, copy)
    together(
        lambda: asks.accept_ask(ask_id=ask.pk, actor=copy.owner, now=world.now),
        lambda: asks.lapse_ask(ask_id=ask.pk, now=ask.respond_by + timedelta(seconds=1)),
    )
    ask.refresh_from_db()
    ends = DomainEvent.objects.filter(ask=ask, kind__in=("ask.accepted", "ask.lapsed")).values_list("kind", flat=True)
    return list(ends) == [f"ask.{ask.status}"] and Lending.objects.filter(ask=ask).exists() == (
        ask.status == "accepted"
    )


def test_s5_t_c4_a_yes_and_the_deadline_at_once_end_as_one(world: World) -> None:
    assert _faults(world, _accepts_while_it_lapses, rounds=SOME) == 0


def test_control_without_locks_an_ask_ends_twice(world: World) -> None:
    with without_locks():
        assert _faults(world, _accepts_while_it_lapses, rounds=MANY) == 1


def _cancels_while_it_is_confirmed(world: World, copy: Copy) -> bool:
    """The lending is cancelled and the book where it was, or the book has moved and nothing is cancelled."""
    ask = _asked(world, copy)
    lending = asks.accept_ask(ask_id=ask.pk, actor=copy.owner, now=world.now)
    handover = steps.arranged(lending, now=world.now)
    pin = handovers.issue_code(handover_id=handover.pk, actor=lending.giver, now=world.now).pin
    together(
        lambda: lendings.cancel_lending(lending_id=lending.pk, actor=lending.giver, now=world.now),
        lambda: handovers.confirm_handover(handover_id=handover.pk, actor=lending.taker, pin=pin, now=world.now),
    )
    for row in (lending, handover, copy):
        row.refresh_from_db()
    ends = set(
        DomainEvent.objects.filter(
            lending=lending, kind__in=("lending.cancelled", "lending.handed_over", "handover.missed")
        ).values_list("kind", flat=True)
    )
    cancelled = (Lending.Status.CANCELLED, Handover.Status.MISSED, lending.giver_id)
    moved = (Lending.Status.ON_LOAN, Handover.Status.CONFIRMED, lending.taker_id)
    found = (lending.status, handover.status, copy.holder_id)
    return (found, ends) in [
        (cancelled, {"lending.cancelled", "handover.missed"}),
        (moved, {"lending.handed_over"}),
    ]


def test_s5_t_c5_a_cancellation_and_the_code_at_once_end_as_one(world: World) -> None:
    assert _faults(world, _cancels_while_it_is_confirmed, rounds=SOME) == 0


def test_control_without_locks_the_book_moves_and_the_lending_is_cancelled(world: World) -> None:
    with without_locks():
        assert _faults(world, _cancels_while_it_is_confirmed, rounds=MANY) == 1


def _storm(world: World) -> list[object]:
    """A hundred readers want one copy, as many at once as a library's web server lets in."""
    crowd = [factories.reader() for _number in range(CROWD)]

    def place(some: list[Reader]) -> list[Request]:
        return [requests.place_request(actor=who, holding_key=world.copy.key, now=world.now) for who in some]

    return together(*[lambda some=crowd[start::AT_A_TIME]: place(some) for start in range(AT_A_TIME)])


def test_c2_a_storm_on_one_copy_is_a_queue(world: World) -> None:
    outcomes = _storm(world)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert Request.objects.filter(status="open").count() == CROWD
    waiting = Ask.objects.waiting().get()
    asks.accept_ask(ask_id=waiting.pk, actor=world.alice, now=world.now)
    assert Lending.objects.count() == 1
    assert not Ask.objects.waiting().exists()


def test_control_without_locks_the_storm_breaks_off_or_asks_twice(world: World) -> None:
    """The database still lets only one ask for a copy wait; whoever comes second meets its refusal instead of a queue."""
    with without_locks(), mock.patch("sharing.waves.IntegrityError", ZeroDivisionError):
        outcomes = _storm(world)
    assert any(isinstance(outcome, Exception) for outcome in outcomes) or Ask.objects.waiting().count() > 1


def _six_wishes_for_one_consent(world: World) -> int:
    """Six readers want six books of a holder who agreed beforehand to one a week; how many accepted themselves."""
    holder = factories.reader()
    wanted = [factories.copy(holder, factories.title(f"Book {number}"), now=world.now) for number in range(6)]
    for copy in wanted:
        offers.give_standing_consent(
            holding_key=copy.key, actor=holder, same_area=False, days_before_due=0, per_week=1, now=world.now
        )
    readers = [factories.reader() for _copy in wanted]
    together(
        *[
            lambda who=who, copy=copy: requests.place_request(actor=who, holding_key=copy.key, now=world.now)
            for who, copy in zip(readers, wanted, strict=True)
        ]
    )
    return Ask.objects.filter(holder=holder, consent=Ask.Consent.STANDING).count()


def test_a_standing_consent_of_one_a_week_is_one_whoever_asks_at_once(world: World) -> None:
    assert {_six_wishes_for_one_consent(world) for _round in range(3)} == {1}


def test_control_without_the_holders_lock_the_consent_counts_more_than_once(world: World) -> None:
    with mock.patch("sharing.locks.readers"):
        assert any(_six_wishes_for_one_consent(world) > 1 for _round in range(MANY))
