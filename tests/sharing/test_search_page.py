"""The search page: found, not found, refused, and small."""

import re

import pytest
import time_machine

from personal_catalog.models import Title
from personal_catalog.search import engines
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.index import reindex
from tests import factories
from tests.sharing.conftest import World
from tests.sharing.pages import browser, get, queries


@pytest.fixture
def thirty(world: World) -> World:
    for number in range(30):
        title = factories.title(
            f"运筹学 {number}", creators=["钱颂迪", "甘应爱"], publisher="清华大学出版社", year=2012
        )
        Title.objects.filter(pk=title.pk).update(clc=f"O2{number % 8}", subjects=["运筹学", f"主题 {number % 9}"])
        factories.copy(world.alice, title, now=world.now)
    reindex(Title.objects.prefetch_related("isbns"))
    return world


def test_a_page_tells_how_many_there_are_and_how_many_can_be_had(thirty: World):
    page = get("/search/?q=运筹学", thirty.bob, now=thirty.now)
    assert page.status == 200
    assert "30 titles, 30 can be had now" in page
    assert "1–20 of 30" in page
    assert page.html.count('<li class="book">') == 20


def test_the_second_page_goes_on_where_the_first_ended(thirty: World):
    page = get("/search/?q=运筹学&page=2", now=thirty.now)
    assert page.html.count('<li class="book">') == 10
    assert "21–30 of 30" in page


@pytest.mark.parametrize("number", ["0", "-1", "99999999999", "２", "x", ""])
def test_a_wrong_page_number_is_no_error(thirty: World, number):
    assert get(f"/search/?q=运筹学&page={number}", now=thirty.now).status == 200


def test_words_found_are_marked_and_script_is_text(world: World):
    """T-R6"""
    factories.title("<script>alert(1)</script> 运筹学")
    reindex(Title.objects.prefetch_related("isbns"))
    page = get("/search/?q=运筹学", now=world.now)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark>运筹学</mark>" in page.html
    assert "<script>alert" not in get("/search/?q=<script>alert(1)</script>", now=world.now).html


def test_nothing_found_offers_near_spellings_and_to_list_the_book(world: World):
    factories.title("Procrastination", creators=["Jane Burka"])
    reindex(Title.objects.prefetch_related("isbns"))
    page = get("/search/?q=procrastinatoin&year_from=2099", world.bob, now=world.now)
    assert "Nothing found" in page
    assert "Search again without filters" in page
    assert "List a book" in page


def test_a_mistyped_word_is_searched_as_it_was_meant_and_says_so(world: World):
    factories.title("Procrastination", creators=["Jane Burka"])
    reindex(Title.objects.prefetch_related("isbns"))
    page = get("/search/?q=procrastinatoin", world.bob, now=world.now)
    assert "these are for “procrastination”" in page
    assert "1 title" in page


@pytest.mark.parametrize(
    ("asked", "language", "says"),
    [
        ("拖延心里学", "en", "Nothing for “拖延心里学” as typed; these sound the same."),
        ("拖延心里学", "zh-hans", "没有找到“拖延心里学”，下面是读音相同的书。"),
        ("逐风筝的好人", "en", "Nothing for “逐风筝的好人” as typed; these titles look most like it."),
        ("逐风筝的好人", "zh-hans", "没有找到“逐风筝的好人”，下面是最相近的书名。"),
    ],
)
def test_what_only_sounds_or_looks_alike_is_said_to(world: World, asked: str, language: str, says: str):
    for title in ("拖延心理学", "托盐心理学", "追风筝的人"):
        factories.title(title)
    reindex(Title.objects.prefetch_related("isbns"))
    assert says in get(f"/search/?q={asked}", world.bob, language=language, now=world.now)


def test_a_question_that_is_too_long_gets_a_sentence(world: World):
    """T-A10"""
    page = get(f"/search/?q={'a' * 201}", now=world.now)
    assert page.status == 200
    assert "This search cannot be made." in page
    assert "Nobody has listed this book yet" not in page
    assert "Nothing found" not in page
    assert "200" in page


@pytest.mark.parametrize(
    ("language", "long", "unreadable", "all_books"),
    [
        (
            "en",
            "please shorten them to 200 characters at most",
            "signs in the words that cannot be read",
            "See all books",
        ),
        ("zh-hans", "搜索词太长，请缩短到 200 字以内。", "搜索词里有无法识别的字符", "查看全部图书"),
    ],
)
def test_a_question_that_cannot_be_asked_leads_on(
    world: World, language: str, long: str, unreadable: str, all_books: str
):
    for words, says in (("a" * 3_000, long), ("%00", unreadable), ("a%00b", unreadable)):
        page = get(f"/search/?q={words}", world.bob, now=world.now, language=language)
        assert says in page
        assert all_books in page
        assert "3000" not in page
        assert "<h1></h1>" not in page.html
        assert 'href="/add/"' in page.html


@pytest.mark.parametrize("wrong", ["mode=xyz", "year_from=soon", "area=nowhere", "sort=up", "kind=x&available=true"])
def test_a_filter_that_means_nothing_is_left_out_and_named(world: World, wrong: str):
    """An old link, or one typed by hand."""
    reindex(Title.objects.prefetch_related("isbns"))
    page = get(f"/search/?q={world.title.title}&{wrong}", world.bob, now=world.now)
    assert "We searched without this filter." in page
    assert "This search cannot be made." not in page
    assert world.title.get_absolute_url() in page.html


def test_a_question_too_broad_to_answer_in_time_gets_a_sentence(world: World, monkeypatch):
    """T-A11"""

    def slow(text: str, **_how: object) -> None:
        raise SearchTimedOut

    monkeypatch.setattr("sharing.catalogue.search_titles", slow)
    assert "too broad to be answered in time" in get("/search/?q=a", now=world.now)


@pytest.mark.parametrize(
    "query",
    [
        "sort=-owner__password", "sort=created_at", "kind=owner", "area=' OR 1=1 --", "area=plum__x", "language=__all__",
        "classification=O2' OR '1'='1", "year_from=1e400", "year_to=NaN", "mode=owner", "holder=1", "copies__owner=1",
        "subject=%22%5D%27--", "available=owner", "q=%00", "q=%F0%9F%92%A9", "year_from=٢٠١٠",
    ],
)  # fmt: skip
def test_parameters_are_an_allow_list(thirty: World, query):
    """T-R16: nothing that is typed becomes a lookup, an order or SQL."""
    page = get(f"/search/?{query}", now=thirty.now)
    assert page.status == 200
    if query.split("=")[0] in ("holder", "copies__owner", "available"):
        assert "31 titles" in page


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", ("More than 9 titles, 9 can be had now", "The list and all numbers are of 9 of them")),
     ("zh", ("超过 9 种", "列表和所有数字只算其中 9 种"))],
)  # fmt: skip
def test_a_broad_question_says_that_more_match_and_what_the_numbers_are_of(thirty: World, monkeypatch, language, says):
    monkeypatch.setattr(engines, "CANDIDATES", 9)
    page = get("/search/?q=运筹学", thirty.bob, now=thirty.now, language=language)
    assert all(words in page for words in says)
    assert 'name="kind" value="library"' in page.html
    narrow = get("/search/?q=运筹学&classification=O20", thirty.bob, now=thirty.now, language=language)
    assert not any(words in narrow for words in says)


def test_what_none_of_those_looked_at_has_bears_no_number(thirty: World, monkeypatch):
    monkeypatch.setattr(engines, "CANDIDATES", 9)
    page = get("/search/?q=运筹学", thirty.bob, now=thirty.now)
    assert '<span>Library books</span><span class="num"></span>' in page.html


def test_twenty_rows_weigh_less_than_thirty_kilobytes(thirty: World):
    page = get("/search/?q=运筹学", thirty.bob, now=thirty.now, language="zh")
    assert len(page.html.encode()) <= 30_000


def test_one_row_asks_as_many_queries_as_twenty(thirty: World):
    few = "/search/?q=运筹学&classification=O20&subject=主题 0"
    assert get(few, thirty.bob, now=thirty.now).html.count('<li class="book">') == 1
    for_twenty, for_one = (queries(path, thirty.bob, now=thirty.now) for path in ("/search/?q=运筹学", few))
    assert len(for_twenty) == len(for_one) <= 15, for_twenty


def test_nobody_is_named(thirty: World):
    """P2, T-R20"""
    page = get("/search/?q=运筹学&available=true&area=plum", thirty.bob, now=thirty.now)
    assert "Alice" not in page.html
    assert "30 titles" in page


def test_a_box_keeps_its_name_where_others_have_gone(thirty: World):
    factories.copy(factories.reader(area=factories.area("orchid")), thirty.title, now=thirty.now)
    box = re.compile(r'id="(f-area-\w+)" name="area" value="(\w+)"')
    names = [
        dict(map(reversed, box.findall(get(f"/search/?{at}", thirty.bob, now=thirty.now).html)))
        for at in ("", "area=plum")
    ]
    assert names[0]["plum"] == names[1]["plum"]
    assert len(set(names[0].values())) == len(names[0])


def test_the_filters_work_without_a_script(thirty: World):
    page = get("/search/?q=运筹学", thirty.bob, now=thirty.now)
    assert re.search(r'<input type="checkbox" id="f-area-[0-9a-f]+" name="area" value="plum">', page.html)
    assert "<noscript>" in page.html
    chosen = get("/search/?q=运筹学&area=plum", thirty.bob, now=thirty.now)
    assert 'value="plum" checked' in chosen.html


def test_searching_changes_nothing_and_only_reads(thirty: World):
    """T-R9"""
    with time_machine.travel(thirty.now):
        assert browser(thirty.bob).post("/search/").status_code == 405


def test_years_are_offered_by_decade_with_their_counts(world: World):
    for year in (1998, 2012, 2014):
        factories.title(f"运筹学{year}", year=year)
    reindex(Title.objects.prefetch_related("isbns"))
    page = get("/search/?q=运筹学", now=world.now)
    assert "year_from=2010&amp;year_to=2019" in page.html
    assert '2010–2019</span><span class="num">2<' in page.html


def test_the_field_offers_books_while_one_types(world: World):
    reindex(Title.objects.prefetch_related("isbns"))
    page = get("/search/hints/?q=拖延", now=world.now)
    assert f'data-url="/titles/{world.title.pk}/"' in page.html
    assert "can be had now" in page


@pytest.mark.parametrize("typed", ["", "%20", "x" * 300, "<script>", "%00", "e"])
def test_there_is_nothing_to_offer_for_odd_words(world: World, typed):
    assert 'role="option"' not in get(f"/search/hints/?q={typed}", now=world.now).html


def test_other_editions_are_named_in_the_row_and_ask_no_more_queries(world: World):
    def page_of(name: str, editions: int) -> str:
        for year in range(2001, 2001 + editions):
            factories.title(name, creators=["余华"], publisher="作家出版社", year=year)
        reindex(Title.objects.prefetch_related("isbns"))
        return f"/search/?q={name}"

    alone, many = page_of("围城", 1), page_of("活着", 6)
    page = get(many, world.bob, now=world.now)
    assert page.html.count('<li class="book">') == 1
    assert "6 titles" in page
    assert "作家出版社 2002</a>" in page.html
    assert "2 more</a>" in page.html
    assert len(queries(many, world.bob, now=world.now)) == len(queries(alone, world.bob, now=world.now)) <= 15
