"""What counts as an appointment, and as one that was kept: to other readers and for one's own standing alike."""

from datetime import datetime, timedelta

import pytest

from incentives import standing
from library_bridge.models import Reader
from sharing import appointments, deposits, handovers, lendings, people, uncollected
from sharing.models import Deposit, Handover
from tests.sharing import steps, test_deposits, test_pass_on
from tests.sharing.conftest import World

DAYS, MOMENT = timedelta(days=1), timedelta(minutes=1)


def handed(world: World) -> set[int]:
    """In how many handovers, in any way, each of the two took part."""
    return {one.handovers for one in people.records([world.alice.pk, world.bob.pk]).values()}


def kept(*readers: Reader, now: datetime) -> set[tuple[int, int]]:
    """Appointments kept, and all. Others are told of the same that standing counts."""
    told = people.records(reader.pk for reader in readers)
    found = [standing.level(reader, now=now) for reader in readers]
    counted = [(one.kept, one.appointments) for one in found]
    assert counted == [(told[reader.pk].kept, told[reader.pk].arranged) for reader in readers]
    return set(counted)


def of_both(world: World) -> set[tuple[int, int]]:
    return kept(world.alice, world.bob, now=world.now + 10 * DAYS)


def confirmed(handover: Handover, *, late: timedelta) -> Handover:
    handover.refresh_from_db()
    return steps.confirm(handover, now=handover.starts_at + late)


@pytest.mark.parametrize(
    ("late", "in_time"), [(-MOMENT, 1), (appointments.PUNCTUAL, 1), (appointments.PUNCTUAL + MOMENT, 0)]
)
def test_who_meets_in_time_keeps_it(world: World, late: timedelta, in_time: int) -> None:
    handover = confirmed(steps.arranged(steps.agreed(world), now=world.now), late=late)
    assert (of_both(world), handed(world)) == ({(in_time, 1)}, {1})
    assert appointments.was_late(handover) == (not in_time)


@pytest.mark.parametrize("named_a_time", [True, False])
def test_nobody_came(world: World, named_a_time: bool) -> None:
    lending = steps.agreed(world)
    if named_a_time:
        steps.arranged(lending, now=world.now)
    assert lendings.miss_lending(lending_id=lending.pk, now=world.now + 9 * DAYS)
    assert (of_both(world), handed(world)) == ({(0, 1)}, {0})


def test_what_lay_at_a_drop_point_is_missed_by_who_did_not_fetch_it(world: World) -> None:
    test_deposits.a_drop_point()
    handover = test_deposits.arranged(steps.agreed(world), now=world.now)
    test_deposits.left(handover, world.alice, now=world.now)
    until = Deposit.objects.get().collect_by
    assert uncollected.act_on_deposit(handover_id=handover.pk, now=until)
    assert kept(world.alice, now=until) == {(0, 0)}
    assert kept(world.bob, now=until) == {(0, 1)}


def test_a_drop_point_waits_for_nobody(world: World) -> None:
    test_deposits.a_drop_point()
    handover = test_deposits.arranged(steps.agreed(world), now=world.now)
    test_deposits.left(handover, world.alice, now=world.now)
    deposits.collect_book(
        handover_id=handover.pk, actor=world.bob, shelf_code=test_deposits.CODE, now=world.now + 2 * DAYS
    )
    assert (of_both(world), handed(world)) == ({(0, 0)}, {1})


def test_a_return_that_was_only_begun_has_no_time_to_keep(world: World) -> None:
    lending = steps.on_loan(world)
    lendings.start_return(lending_id=lending.pk, actor=world.bob, now=world.now + DAYS)
    steps.confirm(lending.handovers.open().get(), now=world.now + 4 * DAYS)
    assert (of_both(world), handed(world)) == ({(1, 1)}, {2})


def test_a_return_at_a_time_has_one(world: World) -> None:
    lending = steps.on_loan(world)
    lendings.start_return(lending_id=lending.pk, actor=world.bob, now=world.now + DAYS)
    at = world.now + 2 * DAYS
    back = handovers.propose_handover(
        lending_id=lending.pk, actor=world.bob, method="in_person", place="West gate", starts_at=at, now=at - DAYS
    )
    handovers.agree_handover(handover_id=back.pk, actor=world.alice, now=at - DAYS)
    confirmed(back, late=appointments.PUNCTUAL + MOMENT)
    assert of_both(world) == {(1, 2)}


def test_who_passes_a_book_on_as_they_stand_together_had_agreed_on_nothing(world: World) -> None:
    test_pass_on.passed(world)
    assert (of_both(world), handed(world)) == ({(0, 0)}, {1})
