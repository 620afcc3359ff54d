"""Two at once, on PostgreSQL: a link for the first who presses, and a collector beside the taker. Each with its control."""

import threading
from contextlib import suppress
from typing import Any
from unittest import mock

import pytest

from sharing import collecting, collectors, handovers, kept
from sharing.errors import SharingError
from sharing.models import CirculationPolicy, DomainEvent, Handover, Kept, Lending
from tests.races import together, without_locks
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.test_kept import keep, token_of
from tests.sharing.test_races import world as world  # on tables that every thread sees

PATIENCE = 0.4  # seconds that one waits for the other, which the lock keeps back
ENOUGH = 5.0  # for the other to come, without the lock
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def _claim_at_once(world: World) -> list[object]:
    CirculationPolicy.load()
    token = token_of(keep(world))
    readers = [world.bob, world.charlie] * 3
    return together(*[lambda who=who: kept.claim(token=token, actor=who, now=world.now) for who in readers])  # type: ignore[misc]


def _winners(outcomes: list[object]) -> set[int | None]:
    return {row.reader_id for row in outcomes if isinstance(row, Kept)}


def test_a_link_is_for_one_reader(world: World) -> None:
    assert _winners(_claim_at_once(world)) == {Kept.objects.get().reader_id}
    assert DomainEvent.objects.filter(kind="kept.claimed").count() == 1


def test_control_without_locks_two_believe_it(world: World) -> None:
    with without_locks():
        outcomes = [_winners(_claim_at_once(world)) for _round in range(3)]
    assert any(len(found) > 1 for found in outcomes) or DomainEvent.objects.filter(kind="kept.claimed").count() > 3


def _both_confirm(world: World, *, patience: float = PATIENCE) -> tuple[list[object], int]:
    """What came of it, and how many of the two were let through to the handover."""
    lending = steps.agreed(world)
    handover = steps.arranged(lending, now=world.now)
    pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
    row = collectors.name_collector(lending_id=lending.pk, actor=world.bob, now=world.now)
    theirs = collectors.pin_of(row)
    both, whole, let_through = threading.Barrier(2), handovers.both_confirmed, list[int]()

    def once_both_are_here(*said: Any) -> None:
        let_through.append(1)
        with suppress(threading.BrokenBarrierError):  # under the lock the second never comes so far
            both.wait(patience)
        whole(*said)

    with mock.patch.object(handovers, "both_confirmed", once_both_are_here):
        return _confirmed_by_both(world, lending, handover, pin, theirs), len(let_through)


def _confirmed_by_both(world: World, lending: Lending, handover: Handover, pin: str, theirs: str) -> list[object]:
    return together(
        lambda: handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=pin, now=world.now),
        lambda: collecting.confirm_collected(lending_id=lending.pk, actor=world.alice, pin=theirs, now=world.now),
    )


def test_c6_taker_and_collector_at_once_hand_the_book_over_once(world: World) -> None:
    """Whoever comes second gets the answer of the first, or hears that it is done."""
    outcomes, let_through = _both_confirm(world)
    assert not [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, SharingError)]
    assert let_through == 1
    assert DomainEvent.objects.filter(kind="lending.handed_over").count() == 1


def test_control_without_locks_both_are_let_through(world: World) -> None:
    with without_locks():
        _outcomes, let_through = _both_confirm(world, patience=ENOUGH)
    assert let_through == 2
