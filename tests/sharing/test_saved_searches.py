"""Searches that go on: told once, by the sweep, to their reader only."""

from datetime import timedelta

import pytest

from personal_catalog.merging import merge_titles
from personal_catalog.models import Title, TitleMerge
from personal_catalog.parting import undo_merge
from personal_catalog.search.index import reindex
from sharing import due, notices, saved_searches
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import DomainEvent, SavedSearch
from tests import factories
from tests.personal_catalog import factories as catalogue
from tests.sharing.conftest import World
from tests.sharing.pages import browser, get

LATER = timedelta(minutes=20)


@pytest.fixture
def saved(world: World) -> SavedSearch:
    return saved_searches.save_search(actor=world.bob, text="  运筹学  导论 ", now=world.now)


def appears(world: World, name: str, **fields: object) -> Title:
    title = factories.title(name, created_at=world.now + LATER, updated_at=world.now, **fields)
    reindex(Title.objects.filter(pk=title.pk).prefetch_related("isbns"))
    return title


def swept(now) -> list[object]:
    return [deed for deed in due.act(now=now) if deed["did"] == "search.matched"]


def told(world: World) -> list[notices.Notice]:
    return [notices.sentence(row, world.bob) for row in notices.for_list(world.bob)]


def test_a_reader_is_told_once_of_what_appears(world: World, saved: SavedSearch) -> None:
    title = appears(world, "运筹学导论（第10版）")
    rounds = [swept(world.now + LATER * number) for number in (1, 2, 3)]
    assert [len(deeds) for deeds in rounds] == [1, 0, 0]
    [notice] = told(world)
    assert (notice.url, "运筹学导论（第10版）" in notice.text, "运筹学 导论" in notice.text) == (
        title.get_absolute_url(),
        True,
        True,
    )


def test_several_at_once_are_one_message(world: World, saved: SavedSearch) -> None:
    for number in range(3):
        appears(world, f"运筹学导论（第{number}版）")
    swept(world.now + LATER)
    [notice] = told(world)
    assert "2 other books" in notice.text
    assert notice.url.startswith("/search/?q=")


def test_a_new_copy_of_an_old_title_is_told(world: World) -> None:
    old = appears(world, "博弈论")
    saved_searches.save_search(actor=world.bob, text="博弈论", now=world.now + 4 * LATER)
    assert not swept(world.now + 5 * LATER)
    factories.copy(world.alice, old, now=world.now + 6 * LATER)
    assert len(swept(world.now + 7 * LATER)) == 1


def test_what_is_only_alike_is_not_told(world: World, saved: SavedSearch) -> None:
    appears(world, "运筹学习题集")
    assert not swept(world.now + LATER)


def test_saving_twice_is_one_search_and_ending_twice_one_end(world: World, saved: SavedSearch) -> None:
    assert saved_searches.save_search(actor=world.bob, text="运筹学 导论", now=world.now) == saved
    for _twice in range(2):
        saved_searches.end_search(search_id=saved.pk, actor=world.bob, now=world.now)
    assert DomainEvent.objects.filter(kind__startswith="search.").count() == 2
    appears(world, "运筹学导论")
    assert not swept(world.now + LATER)


def test_charlie_cannot_end_it(world: World, saved: SavedSearch) -> None:
    with pytest.raises(NotFound):
        saved_searches.end_search(search_id=saved.pk, actor=world.charlie, now=world.now)


def test_there_is_a_limit_and_no_search_without_words(world: World, saved: SavedSearch, monkeypatch) -> None:
    monkeypatch.setattr(saved_searches, "MOST", 1)
    with pytest.raises(LimitReached):
        saved_searches.save_search(actor=world.bob, text="别的", now=world.now)
    with pytest.raises(Denied):
        saved_searches.save_search(actor=world.charlie, text="  ", now=world.now)


def test_it_ends_after_a_year_and_says_so(world: World, saved: SavedSearch) -> None:
    list(due.act(now=world.now + saved_searches.LASTS))
    assert not SavedSearch.objects.live().exists()
    assert "运筹学 导论" in told(world)[0].text


def test_a_search_that_finds_nothing_offers_to_go_on(world: World) -> None:
    page = get("/search/?q=量子纠缠", world.bob, now=world.now)
    assert "Tell me when it appears" in page
    assert "Suggest a purchase" in page
    answer = browser(world.bob).post("/wishes/searches/", {"q": "量子纠缠"}, follow=True)
    assert "量子纠缠" in answer.content.decode()
    assert "You will be told" in get("/search/?q=量子纠缠", world.bob, now=world.now)
    browser(world.bob).post(f"/wishes/searches/{SavedSearch.objects.get().pk}/end/")
    assert not SavedSearch.objects.live().exists()


def test_who_was_told_of_a_title_is_not_told_again_of_the_one_it_is_merged_into(
    world: World, saved: SavedSearch
) -> None:
    lin = catalogue.curator()
    told_of, double = appears(world, "运筹学导论（第10版）"), appears(world, "运筹学导论（第10版，精装）")
    swept(world.now + LATER)
    kept = appears(world, "运筹学 导论")
    merge_titles(keep_id=kept.pk, merge_ids=[told_of.pk, double.pk], actor=lin, now=world.now + LATER)
    assert not swept(world.now + 2 * LATER)
    for merge in TitleMerge.objects.all():
        undo_merge(merge_id=merge.pk, actor=lin, now=world.now + 2 * LATER)
    assert set(saved.hits.values_list("title", flat=True)) == {told_of.pk, double.pk}
