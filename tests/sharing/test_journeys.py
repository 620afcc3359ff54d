"""The journey of a title tells months and areas, late, and only of enough people (P6, T-R20)."""

from datetime import date, timedelta

from sharing import journeys
from sharing.models import Ask, Lending
from tests import factories
from tests.sharing.conftest import World
from tests.sharing.pages import get


def passed_on(world: World, *, times: int, days_ago: int = 40) -> None:
    areas = [factories.area(code) for code in ("plum", "bamboo")]
    for number in range(times):
        at = world.now - timedelta(days=days_ago, hours=number)
        giver, taker = (factories.reader(f"Secret {number} {side}", area=areas[side]) for side in (0, 1))
        copy = factories.copy(giver, world.title, now=at)
        request = taker.requests.create(
            title=world.title, placed_at=at, deadline_at=at, status="fulfilled", closed_at=at
        )
        ask = Ask.objects.create(
            request=request,
            holder=giver,
            copy=copy,
            wave=1,
            asked_at=at,
            respond_by=at,
            status="accepted",
            answered_at=at,
        )
        Lending.objects.create(
            request=request, ask=ask, copy=copy, kind="personal_copy", mode="lend", giver=giver, taker=taker, agreed_at=at,
            deadline_at=at, handed_over_at=at, status="completed", closed_at=at,
        )  # fmt: skip


def test_months_and_areas_of_enough_people(world: World):
    passed_on(world, times=3)
    steps = journeys.of_title(world.title.pk, now=world.now)
    assert {(step.month, step.start, step.end) for step in steps} == {(date(2026, 10, 1), "plum", "bamboo")}


def test_nothing_while_fewer_than_five_people_had_a_part(world: World):
    passed_on(world, times=2)
    assert journeys.of_title(world.title.pk, now=world.now) == []


def test_a_handover_of_last_week_is_not_told_yet(world: World):
    """T-R20: the page before and after a known handover is the same."""
    passed_on(world, times=3)
    before = journeys.of_title(world.title.pk, now=world.now)
    passed_on(world, times=1, days_ago=6)
    journeys.cache.clear()
    assert journeys.of_title(world.title.pk, now=world.now) == before


def test_the_page_shows_the_month_only_and_nobody(world: World):
    passed_on(world, times=3)
    page = get(f"/titles/{world.title.pk}/", world.bob, now=world.now)
    assert page.html.count('<span class="stamp">OCT 2026</span>') == 3
    assert "Secret" not in page.html
