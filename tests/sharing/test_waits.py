"""Honest waits, from our own records, and only where five people stand behind them (P6)."""

from datetime import timedelta

from sharing import waits
from sharing.models import Ask, Lending
from tests import factories
from tests.sharing.conftest import World


def asked(world: World, *hours: float | None, holders: int = 5) -> None:
    """One ask for each entry: answered after so many hours, or never."""
    people = [factories.reader() for _number in range(holders)]
    for place, wait in enumerate(hours):
        copy = factories.copy(people[place % holders], now=world.now)
        request = factories.reader().requests.create(
            title=copy.title, placed_at=world.now, deadline_at=world.now + timedelta(days=14)
        )
        Ask.objects.create(
            request=request, holder=copy.owner, copy=copy, wave=1, asked_at=world.now, respond_by=world.now + timedelta(days=2),
            status="declined" if wait is not None else "lapsed", answered_at=world.now + timedelta(hours=48 if wait is None else wait),
        )  # fmt: skip


def test_most_means_more_than_half(world: World):
    asked(world, 1, 2, 3, 4.5, 30)
    assert waits.typical(now=world.now).answer_hours == 3
    waits.cache.clear()
    asked(world, 40)
    assert waits.typical(now=world.now).answer_hours == 5


def test_silence_counts_as_no_answer(world: World):
    asked(world, 1, 2, None, None, None)
    assert waits.typical(now=world.now).answer_hours is None


def test_nothing_is_said_of_fewer_than_five_people(world: World):
    """P6"""
    asked(world, 1, 1, 1, 1, 1, 1, 1, 1, holders=4)
    assert waits.typical(now=world.now).answer_hours is None


def test_old_records_do_not_count(world: World):
    asked(world, 1, 1, 1, 1, 1)
    assert waits.typical(now=world.now + timedelta(days=200)).answer_hours is None


def test_an_answer_within_minutes_is_one_hour(world: World):
    asked(world, 0, 0, 0, 0.1, 0.1)
    assert waits.typical(now=world.now).answer_hours == 1


def test_what_was_agreed_at_once_is_no_answer(world: World):
    asked(world, 4, 4, 4, 4, 4)
    asked(world, 0, 0, 0, 0, 0, 0)
    Ask.objects.filter(answered_at=world.now).update(status="accepted", consent="standing")
    assert waits.typical(now=world.now).answer_hours == 4


def test_eight_of_ten_handed_over(world: World):
    lent(world)
    assert waits.typical(now=world.now).handover_days == 8


def test_what_was_passed_on_at_once_does_not_count(world: World):
    lent(world)
    Ask.objects.filter(lending__handed_over_at__lt=world.now + timedelta(days=6)).update(
        status="accepted", consent="now"
    )
    assert waits.typical(now=world.now).handover_days == 9


def lent(world: World) -> None:
    """Ten agreed; one handed over on each of nine days."""
    asked(world, *[1] * 10, holders=10)
    for place, ask in enumerate(Ask.objects.all()):
        days = place + 1
        Lending.objects.create(
            request=ask.request, ask=ask, copy=ask.copy, kind="personal_copy", mode="lend", giver=ask.holder,
            taker=ask.request.requester, agreed_at=world.now, deadline_at=world.now, status="completed" if place < 9 else "cancelled",
            handed_over_at=world.now + timedelta(days=days) if place < 9 else None, closed_at=world.now,
        )  # fmt: skip


def test_the_answer_is_kept_for_ten_minutes(world: World, django_assert_num_queries):
    waits.typical(now=world.now)
    with django_assert_num_queries(0):
        waits.typical(now=world.now)
