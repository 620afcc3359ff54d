"""Search results joined with holdings: what the page and the API answer."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from personal_catalog.models import Title
from personal_catalog.search import engines, index
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.index import reindex
from sharing import catalogue, circulation
from sharing.catalogue import Page
from sharing.filters import TitleFilter
from sharing.models import HarvestedRecord
from tests import factories
from tests.bench import search_bare
from tests.sharing import steps
from tests.sharing.conftest import World


def search(world: World, query: str = "", *, page: int = 1, page_size: int = 20, reader=None) -> Page:
    return catalogue.results(
        filters=TitleFilter(QueryDict(query), reader=reader, now=world.now), page=page, page_size=page_size
    )


def names(found: Page) -> list[str]:
    return [row.title.title for row in found.items]


@pytest.fixture
def shelf(world: World) -> World:
    """Five titles with holdings of every kind."""
    made = {
        "运筹学": {"clc": "O22", "year": 2012, "subjects": ["运筹学"], "passed_on": 15},
        "运筹学习题集": {"clc": "O22-44", "year": 2019, "subjects": ["运筹学", "习题"], "passed_on": 3},
        "管理运筹学": {"clc": "C931.1", "year": 2020, "subjects": ["运筹学", "管理"], "passed_on": 1},
        "Operations Research": {"clc": "O22", "year": 2015, "language": "eng", "subjects": ["Operations research"]},
    }
    titles = []
    for place, (name, facts) in enumerate(made.items()):
        title = factories.title(name, created_at=world.now + timedelta(days=place), updated_at=world.now)
        Title.objects.filter(pk=title.pk).update(**facts)
        titles.append(title)
    factories.copy(world.alice, titles[0], now=world.now)
    factories.copy(factories.reader(area=factories.area("bamboo")), titles[1], now=world.now, mode="gift")
    factories.library_loan(factories.patron(world.alice), titles[0], now=world.now)
    factories.library_loan(factories.patron(world.charlie), titles[2], now=world.now, days=5, recalled=True)
    HarvestedRecord.objects.create(
        library=factories.library(), record_id="R1", title=titles[3], items=4, harvested_at=world.now
    )
    reindex(Title.objects.prefetch_related("isbns"))
    return world


def test_the_very_title_asked_for_stands_first(shelf: World):
    assert names(search(shelf, "q=运筹学"))[0] == "运筹学"
    assert search(shelf, "q=运筹学").count == 3


def test_a_row_counts_its_holdings_and_tells_where(shelf: World):
    row = search(shelf, "q=运筹学", reader=shelf.bob).items[0]
    assert (row.holdings.personal, row.holdings.library, row.holdings.available) == (1, 1, 2)
    assert (row.free_copies, row.free_loans, row.areas, row.modes) == (1, 1, ("plum",), ("lend", "transfer"))


def test_volumes_of_a_harvested_record_are_the_librarys_holdings(shelf: World):
    [row] = search(shelf, "q=operations").items
    assert (row.holdings.personal, row.holdings.library, row.holdings.available) == (0, 4, 0)


def test_what_is_out_tells_its_first_due_date(shelf: World):
    [row] = search(shelf, "q=管理运筹学").items
    assert row.free_from == shelf.now + timedelta(days=5)
    assert row.holdings.available == 0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=personal", {"运筹学", "运筹学习题集", "拖延心理学"}),
        ("kind=library", {"运筹学", "管理运筹学", "Operations Research"}),
        ("available=true", {"运筹学", "运筹学习题集", "拖延心理学"}),
        ("available=true&kind=library", {"运筹学"}),
        ("mode=gift", {"运筹学习题集"}),
        ("area=bamboo", {"运筹学习题集"}),
        ("language=eng", {"Operations Research"}),
        ("subject=运筹学", {"运筹学", "运筹学习题集", "管理运筹学"}),
        ("subject=运筹", set()),
        ("classification=O22", {"运筹学", "运筹学习题集", "Operations Research"}),
        ("classification=C9", {"管理运筹学"}),
        ("classification=M/Q", set()),
        ("year_from=2015&year_to=2019", {"运筹学习题集", "Operations Research"}),
        ("q=运筹学&year_from=2019", {"运筹学习题集", "管理运筹学"}),
    ],
)
def test_each_filter_narrows(shelf: World, query, expected):
    assert set(names(search(shelf, query))) == expected


def test_orders(shelf: World):
    assert names(search(shelf, "sort=most_passed_on"))[:2] == ["运筹学", "运筹学习题集"]
    assert names(search(shelf, "sort=newest"))[0] == "Operations Research"
    by_date = names(search(shelf, "sort=free_date"))
    assert by_date.index("管理运筹学") < by_date.index("Operations Research")
    assert by_date.index("运筹学") < by_date.index("管理运筹学")


@pytest.mark.parametrize("query", ["", "q=运筹学", "available=true", "classification=O2"])
def test_the_number_beside_a_filter_is_what_one_more_tick_leaves(shelf: World, query):
    start = search(shelf, query)
    for name, values in start.facets.items():
        for value in values:
            if not value.chosen and name != "year":
                assert search(shelf, f"{query}&{name}={value.value}").count == value.count, (name, value)


def test_a_chosen_value_stays_to_be_taken_back(shelf: World):
    [value] = search(shelf, "area=bamboo").facets["area"]
    assert (value.value, value.label, value.count, value.chosen) == ("bamboo", "Plum Court", 1, True)


def test_pages_cut_and_count(shelf: World):
    second = search(shelf, page=2, page_size=2)
    assert (len(second.items), second.count, second.number) == (2, 5, 2)
    assert names(second) == names(search(shelf))[2:4]


def test_invalid_filters_find_nothing(shelf: World):
    assert search(shelf, "sort=title__owner__password").items == []
    assert search(shelf, "year_from=NaN").count == 0


def test_merged_titles_are_gone(shelf: World):
    title = Title.objects.get(title="运筹学习题集")
    Title.objects.filter(pk=title.pk).update(status="merged", merged_into=shelf.title)
    assert "运筹学习题集" not in names(search(shelf))


def test_twenty_rows_ask_no_more_queries_than_one(shelf: World):
    extra = [factories.title(f"运筹学 {number}", creators=[f"作者 {number}"]) for number in range(30)]
    for title in extra:
        factories.copy(shelf.charlie, title, now=shelf.now)
    reindex(Title.objects.prefetch_related("isbns"))
    search(shelf)  # policy and areas are known now
    with CaptureQueriesContext(connection) as for_twenty:
        assert len(search(shelf, "q=运筹学").items) == 20
    with CaptureQueriesContext(connection) as for_one:
        assert len(search(shelf, "q=运筹学习题集&kind=personal").items) == 1
    assert len(for_twenty) == len(for_one)


def test_a_row_is_the_same_whoever_holds_the_copy(shelf: World):
    """T-R20: before and after a known handover the list tells that it is out, and nothing about whom."""
    before = search(shelf, "q=拖延心理学", reader=shelf.charlie).items[0]
    steps.on_loan(shelf)
    after = search(shelf, "q=拖延心理学", reader=shelf.charlie).items[0]
    assert before.holdings.personal == after.holdings.personal == 1
    assert after.holdings.available == 0
    assert after.areas == ()


def test_what_is_free_stands_before_what_is_not_but_after_the_very_title(shelf: World):
    reader = factories.reader()
    factories.title("博弈论导论")
    factories.copy(reader, factories.title("简明博弈论"), now=shelf.now)
    very = factories.title("博弈论")
    reindex(Title.objects.prefetch_related("isbns"))
    assert names(search(shelf, "q=博弈论")) == ["博弈论", "简明博弈论", "博弈论导论"], very


def test_filters_reach_titles_beyond_those_that_are_looked_at(shelf: World, monkeypatch):
    monkeypatch.setattr(engines, "CANDIDATES", 2)
    factories.copy(factories.reader(), factories.title("谈谈博弈论与社会", year=1990), now=shelf.now)
    for number in range(6):
        factories.title(f"博弈论{number}", year=2000 + number)
    reindex(Title.objects.prefetch_related("isbns"))
    found = search(shelf, "q=博弈论")
    assert (found.count, found.more, found.reachable) == (2, True, 2)
    for query in ("q=博弈论&year_to=1995", "q=博弈论&available=true", "q=博弈论&kind=personal", "q=博弈论&mode=lend"):
        found = search(shelf, query)
        assert (names(found), found.count, found.more) == (["谈谈博弈论与社会"], 1, False)


@pytest.fixture
def works(world: World) -> World:
    """《活着》 four times over, and another book that is called so."""
    for year in (1993, 2008, 2012, 2017):
        made = factories.title("活着", creators=["余华"], publisher="作家出版社", year=year)
        if year == 2008:
            factories.copy(world.alice, made, now=world.now)
    factories.title("活着", creators=["黄春明"])
    reindex(Title.objects.prefetch_related("isbns"))
    return world


def grouped(world: World, query: str, **page: int) -> Page:
    return catalogue.works(filters=TitleFilter(QueryDict(query), reader=None, now=world.now), **page)


def test_editions_of_a_work_stand_in_one_row_the_free_one_first(works: World):
    first, second = grouped(works, "q=活着").items
    assert first.title.year == 2008
    assert [(one.title.year, one.available) for one in first.editions] == [(1993, False), (2012, False), (2017, False)]
    assert (second.title.creators, second.editions) == (["黄春明"], ())


def test_counts_stay_counts_of_titles_where_editions_stand_together(works: World):
    found = grouped(works, "q=活着", page_size=1)
    assert (found.count, found.reachable, found.rows) == (5, 5, 2)
    assert len(search(works, "q=活着").items) == 5


def test_only_editions_that_pass_the_filters_are_named(works: World):
    [row] = grouped(works, "q=活着&year_from=2010").items
    assert (row.title.year, [one.title.year for one in row.editions]) == (2012, [2017])


def test_more_editions_than_a_row_names_are_counted(works: World):
    for year in (2020, 2021):
        factories.title("活着（典藏版）", creators=["（中）余华 著"], year=year)
    reindex(Title.objects.prefetch_related("isbns"))
    row = grouped(works, "q=活着").items[0]
    assert (len(row.editions), row.more_editions) == (3, 2)


@pytest.fixture
def many(world: World, monkeypatch) -> World:
    """Seven of a word where three are looked at and a list holds three: some of every sort of holding."""
    monkeypatch.setattr(engines, "CANDIDATES", 3)
    monkeypatch.setattr(catalogue, "MOST", 3)
    made = []
    for number in range(7):
        made.append(factories.title(f"博弈论{number}", year=2000 + number))
        facts = {"clc": "O225" if number % 2 else "F224", "subjects": ["博弈论", f"主题{number % 3}"]}
        Title.objects.filter(pk=made[-1].pk).update(**facts, language="eng" if number > 4 else "chi")
    for number in range(4):
        factories.copy(world.alice, made[number], now=world.now, mode="gift" if number else "lend")
    factories.library_loan(factories.patron(world.charlie), made[3], now=world.now)
    for number in (2, 6):
        library, at = factories.library(), world.now
        HarvestedRecord.objects.create(
            library=library, record_id=f"R{number}", title=made[number], items=2, harvested_at=at
        )
    reindex(Title.objects.prefetch_related("isbns"))
    return world


def counts(found: Page) -> dict[str, dict[str, int]]:
    return {name: {value.value: value.count for value in values} for name, values in found.facets.items()}


def test_of_more_than_are_looked_at_every_number_is_of_those(many: World):
    circulation.tell_index()
    found = search(many, "q=博弈论")
    assert (found.count, found.more, found.reachable) == (3, True, 3)
    assert {row.title.pk for row in found.items} < index.circulating()
    assert found.available == 3
    told = counts(found)
    assert (sum(told["language"].values()), sum(told["year"].values())) == (3, 3)


def test_what_may_be_of_use_can_be_chosen_though_none_of_those_has_it(many: World):
    told = counts(search(many, "q=博弈论&sort=newest"))
    assert told["available"] == {"true": 0}
    assert told["kind"] == {"library": 1, "personal": 0}
    assert told["area"] == {"plum": 0}
    assert told["mode"] == {"lend": 0, "drift": 0, "gift": 0, "display": 0}
    assert counts(search(many, "q=博弈论&available=true&mode=gift"))["available"] == {"true": 3}


@pytest.mark.parametrize("query", ["", "classification=O2"])
def test_a_long_lists_facets_are_those_that_a_longer_list_would_have(many: World, query, monkeypatch):
    cut = counts(search(many, query))
    cache.clear()
    monkeypatch.setattr(catalogue, "MOST", 2_000)
    assert counts(search(many, query)) == cut


def test_facets_count_all_where_a_list_without_words_cannot_hold_them(many: World):
    found = search(many)
    assert (found.count, found.reachable, found.available) == (8, 3, 5)
    assert (found.more, sum(counts(found)["language"].values())) == (False, 8)


def test_facets_that_take_too_long_are_counted_among_the_listed(many: World, monkeypatch):
    def slow(*_args: object, **_kwargs: object) -> None:
        raise SearchTimedOut

    monkeypatch.setattr("sharing.counting.of_all", slow)
    assert sum(counts(search(many))["language"].values()) == 3


def test_the_newest_and_those_passed_on_most_are_among_those_looked_at(many: World):
    oldest = Title.objects.get(title="博弈论0")
    Title.objects.filter(pk=oldest.pk).update(passed_on=9)
    circulation.tell_index()
    assert names(search(many, "q=博弈论&sort=newest")) == ["博弈论6", "博弈论5", "博弈论4"]
    assert index.circulating() >= {oldest.pk}


@pytest.mark.parametrize("bare", [search_bare.ask, search_bare.in_one_pass])
@pytest.mark.parametrize(("text", "most"), [("运筹学", 1_000), ("research", 1_000), ("运筹学", 2)])
def test_the_plain_sql_that_the_bench_compares_with_says_what_the_page_says(
    shelf: World, bare, text, most, monkeypatch
):
    monkeypatch.setattr(engines, "CANDIDATES", most)
    circulation.tell_index()
    found = search(shelf, f"q={text}")
    best, _held, *counts = bare(text, now=shelf.now)
    said = {(facet, value): n for rows in counts for facet, value, n in rows if value or facet in ("all", "available")}
    assert {row[0] for row in best} == {row.title.pk for row in found.items}
    assert said.pop(("all", "")) == found.count
    assert said.pop(("available", "")) == found.available
    shown = {
        (name, one.value): one.count
        for name, values in found.facets.items()
        for one in values
        if name != "available" and one.count
    }
    assert {("classification" if facet == "class" else facet, value): n for (facet, value), n in said.items()} == shown
