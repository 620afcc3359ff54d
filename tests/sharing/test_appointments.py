"""What counts as an appointment, and as one that was kept; to other readers and for one's own standing alike."""

from datetime import timedelta

import pytest

from incentives import standing
from sharing import appointments, handovers, lendings, people
from sharing.models import Handover
from tests.sharing import steps
from tests.sharing.conftest import World

DAYS, MOMENT = timedelta(days=1), timedelta(minutes=1)


def told(world: World) -> set[people.Record]:
    """Of each of the two."""
    return set(people.records([world.alice.pk, world.bob.pk]).values())


def counted(world: World) -> set[tuple[int, int]]:
    found = [standing.level(reader, now=world.now + 10 * DAYS) for reader in (world.alice, world.bob)]
    return {(one.kept, one.appointments) for one in found}


def confirmed(handover: Handover, *, late: timedelta) -> Handover:
    handover.refresh_from_db()
    return steps.confirm(handover, now=handover.starts_at + late)


@pytest.mark.parametrize(
    ("late", "kept"), [(-MOMENT, 1), (appointments.PUNCTUAL, 1), (appointments.PUNCTUAL + MOMENT, 0)]
)
def test_who_meets_in_time_keeps_it(world: World, late: timedelta, kept: int) -> None:
    handover = confirmed(steps.arranged(steps.agreed(world), now=world.now), late=late)
    assert told(world) == {people.Record(kept, 1)}
    assert counted(world) == {(kept, 1)}
    found = Handover.objects.filter(appointments.LATE).exists()
    assert found == appointments.was_late(handover) == (not kept)


def test_nobody_came(world: World) -> None:
    lending = steps.agreed(world)
    handover = steps.arranged(lending, now=world.now)
    assert lendings.miss_lending(lending_id=lending.pk, now=handover.starts_at + 30 * DAYS)
    assert told(world) == {people.Record(0, 1)}


def test_a_return_that_was_only_begun_has_no_time_to_keep(world: World) -> None:
    lending = steps.on_loan(world)
    before = counted(world)
    lendings.start_return(lending_id=lending.pk, actor=world.bob, now=world.now + DAYS)
    back = steps.confirm(lending.handovers.open().get(), now=world.now + 4 * DAYS)
    assert not appointments.was_late(back)
    assert told(world) == {people.Record(2, 2)}
    assert counted(world) == before == {(1, 1)}


def test_a_return_at_a_time_has_one(world: World) -> None:
    lending = steps.on_loan(world)
    lendings.start_return(lending_id=lending.pk, actor=world.bob, now=world.now + DAYS)
    at = world.now + 2 * DAYS
    back = handovers.propose_handover(
        lending_id=lending.pk, actor=world.bob, method="in_person", place="West gate", starts_at=at, now=at - DAYS
    )
    handovers.agree_handover(handover_id=back.pk, actor=world.alice, now=at - DAYS)
    confirmed(back, late=appointments.PUNCTUAL + MOMENT)
    assert told(world) == {people.Record(1, 2)}
    assert counted(world) == {(1, 2)}
