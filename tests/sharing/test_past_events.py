"""Who did what outside any request, and who was told, is forgotten after a while (P6)."""

from datetime import timedelta

import pytest

from library_bridge import forgetting, registers
from library_bridge.formers import former_readers
from personal_catalog import curation
from personal_catalog.models import Title
from sharing import absences, kept, purchases, saved_searches
from sharing.models import DomainEvent
from tests.sharing.conftest import World


@pytest.fixture
def done(world: World) -> World:
    """Alice lists a copy and keeps it for whoever comes first; Bob goes away and ends a search."""
    day = (world.now + timedelta(days=7)).date()
    kept.keep_holding(holding_key=world.copy.key, actor=world.alice, last_date=day, now=world.now)
    search = saved_searches.save_search(actor=world.bob, text="我的秘密爱好", now=world.now)
    saved_searches.end_search(search_id=search.pk, actor=world.bob, now=world.now)
    absences.set_absence(actor=world.bob, first_date=day, last_date=day, now=world.now)
    DomainEvent.objects.update(delivered_at=world.now)
    return world


def night(world: World, days: int) -> None:
    list(forgetting.act(now=world.now + timedelta(days=days)))


def told_of_persons() -> list[tuple[object, ...]]:
    nothing = (former_readers()[0], {}, "", [])
    rows = DomainEvent.objects.values_list("actor", "data", "why", "audience", "kind")
    return [row for row in rows if row[:4] != nothing]


def violations() -> list[str]:
    return [line for check in registers.all_checks() for line in check.violations()]


def test_p6_after_its_days_an_event_says_that_it_happened_and_nothing_else(done: World) -> None:
    happened = list(DomainEvent.objects.values_list("kind", "at"))
    assert len(told_of_persons()) == 5
    night(done, 91)
    assert told_of_persons() == []
    assert list(DomainEvent.objects.values_list("kind", "at")) == happened
    assert not [line for line in violations() if "told to nobody" in line]


def test_before_its_days_or_its_delivery_an_event_stays_whole(done: World) -> None:
    before = told_of_persons()
    night(done, 89)
    DomainEvent.objects.update(delivered_at=None)
    night(done, 400)
    assert told_of_persons() == before


def test_what_is_still_read_stays_until_what_it_is_about_is_gone(world: World) -> None:
    suggestion = purchases.suggest_purchase(actor=world.bob, title="预测控制", now=world.now)
    DomainEvent.objects.update(delivered_at=world.now)
    night(world, 400)
    assert len(told_of_persons()) == 1
    suggestion.delete()
    night(world, 401)
    assert told_of_persons() == []


def test_who_rejected_a_title_and_why_stays_as_long_as_the_work_on_the_catalogue(world: World) -> None:
    Title.objects.filter(pk=world.title.pk).update(status="pending")
    curation.reject_title(title_id=world.title.pk, actor=world.lin, reason="Not a book", now=world.now)
    DomainEvent.objects.update(delivered_at=world.now)
    night(world, 364)
    assert DomainEvent.objects.filter(kind="title.rejected", actor=world.lin, why="Not a book").exists()
    night(world, 366)
    assert told_of_persons() == []


def test_daily_limits_still_count_where_nothing_is_kept(done: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("history", "wishes"):
        monkeypatch.setitem(forgetting.settings.KEEP_DAYS, name, 0)
    before = told_of_persons()
    night(done, 1)
    assert told_of_persons() == before
    night(done, 3)
    assert told_of_persons() == []
