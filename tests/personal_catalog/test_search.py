"""Search on whichever engine the tests run on: FTS5 or tsvector."""

from dataclasses import replace
from datetime import datetime

import pytest
from django.db import connection
from pytest_django import Settings

from personal_catalog.models import SearchTerm, Title
from personal_catalog.search import analyse, engines, index, readings, spelling
from personal_catalog.search.engines import SearchTimedOut, engine
from personal_catalog.search.query import NOTHING, FoundBy, search_titles, suggest, titles_begun
from tests.personal_catalog import factories
from tests.personal_catalog.factories import PROCRASTINATION

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(now: datetime) -> dict[str, Title]:
    rows = {
        "procrastination": {"title": "拖延心理学", "isbns": [PROCRASTINATION], "creators": ["简·博克"]},
        "solitude": {"title": "百年孤独", "creators": ["加西亚·马尔克斯"], "publisher": "南海出版公司"},
        "changan": {"title": "长安的荔枝", "creators": ["马伯庸"]},
        "history": {"title": "國史大綱", "creators": ["錢穆"]},
        "primer": {"title": "C++ Primer 中文版（第 5 版）", "creators": ["Stanley B. Lippman"]},
        "orwell": {"title": "1984", "creators": ["George Orwell"]},
        "potter": {"title": "Harry Potter and the Sorcerer's Stone", "creators": ["J.K. Rowling"]},
        "eyre": {"title": "Jane Eyre", "creators": ["Charlotte Brontë"]},
        "kite": {"title": "追风筝的人", "original_title": "The Kite Runner", "creators": ["卡勒德·胡赛尼"]},
        "women": {"title": "旅行女人", "creators": ["张三"]},
    }
    return {
        key: factories.title(str(row["title"]), now=now, **{k: v for k, v in row.items() if k != "title"})
        for key, row in rows.items()
    }


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("拖延心理学", "procrastination"),
        ("拖延", "procrastination"),
        ("拖延心理學", "procrastination"),
        ("tuoyanxinlixue", "procrastination"),
        ("tuo yan xin li xue", "procrastination"),
        ("tyxlx", "procrastination"),
        ("xinlixue", "procrastination"),
        ("tuoyan心理学", "procrastination"),
        ("拖延心里学", "procrastination"),
        ("拖延 博克", "procrastination"),
        ("changandelizhi", "changan"),
        ("马尔克斯", "solitude"),
        ("加西亚马尔克斯", "solitude"),
        ("百年 南海出版公司", "solitude"),
        ("国史大纲", "history"),
        ("钱穆", "history"),
        ("c++", "primer"),
        ("Ｃ＋＋ ｐｒｉｍｅｒ", "primer"),
        ("１９８４", "orwell"),
        ("potters stones", "potter"),
        ("sorcerers stone", "potter"),
        ("hary poter", "potter"),
        ("harry pot", "potter"),
        ("bronte", "eyre"),
        ("kite runner", "kite"),
        ("lvxing", "women"),
        ("lüxing", "women"),
        ("孤", "solitude"),
    ],
)
def test_readers_find_what_they_mean(shelf: dict[str, Title], asked: str, key: str) -> None:
    assert search_titles(asked).ids[:1] == [shelf[key].pk]


@pytest.mark.parametrize(
    "asked", [PROCRASTINATION, "978-7-300-11390-6", "7300113907", "ISBN 7-300-11390-7", "９７８７３００１１３９０６"]
)
def test_an_isbn_in_any_form_finds_its_title(shelf: dict[str, Title], asked: str) -> None:
    assert search_titles(asked).ids == [shelf["procrastination"].pk]


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ("I247", {"wang"}),
        ("i24", {"wang"}),
        ("Ｉ２４７．５", {"wang"}),
        ("TP31/39", {"tp"}),
        ("005.1", {"dewey"}),
        ("I24/7", {"wang"}),
        ("I25", set()),
    ],
)
def test_the_beginning_of_a_class_number_finds_its_class(now: datetime, asked: str, keys: set[str]) -> None:
    rows = {"wang": {"clc": "I247.5"}, "tp": {"clc": "TP312"}, "dewey": {"ddc": "005.133"}, "plain": {}}
    made = {key: factories.title(f"书名{key}", now=now, **row) for key, row in rows.items()}
    assert set(search_titles(asked).ids) == {made[key].pk for key in keys}


@pytest.mark.parametrize(
    ("typed", "key"),
    [("拖", "procrastination"), ("拖延心", "procrastination"), ("tuoya", "procrastination"), ("tyx", "procrastination"),
     ("978-7-3001", "procrastination"), ("harry pott", "potter"), ("sorcer", "potter"), ("bron", "eyre")],
)  # fmt: skip
def test_books_are_offered_before_the_last_word_is_finished(shelf: dict[str, Title], typed: str, key: str) -> None:
    assert titles_begun(typed, most=6)[0] == shelf[key].pk


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("procastination", "procrastination"), ("pyschology", "psychology"), ("psycholgoy", "psychology"), ("xsychology", "psychology"),
     ("economicz", "economics"), ("mathematisc", "mathematics")],
)  # fmt: skip
def test_one_or_two_wrong_letters_are_mended_without_reading_the_whole_list(typed: str, meant: str) -> None:
    words = [*(f"con{n:05}".translate(str.maketrans("0123456789", "abcdefghij")) for n in range(3_000)), meant]
    index.keep_words([analyse.Tokens([], [], [], [], words)])
    assert spelling.corrected([typed]) == meant
    assert len(spelling._candidates(typed)) < 200


def test_only_what_passes_a_filter_is_found(shelf: dict[str, Title], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "CANDIDATES", 1)
    chosen = Title.objects.filter(pk__in=[shelf["potter"].pk, shelf["eyre"].pk])
    assert (search_titles("e", within=chosen), search_titles("harry", within=chosen).ids) == (
        NOTHING,
        [shelf["potter"].pk],
    )
    assert search_titles(PROCRASTINATION, within=chosen).ids == []


def test_an_isbn_that_nobody_has_finds_nothing_else(shelf: dict[str, Title]) -> None:
    assert search_titles("9787020024759").ids == []


ODD = ["", "  ", "*", '" OR "', "'; DROP TABLE x; --", "NEAR(", "title:拖延)", "\\", "😀", "不存在的书", "\x00"]


@pytest.mark.parametrize("asked", ODD)
def test_odd_questions_find_nothing_and_break_nothing(shelf: dict[str, Title], asked: str) -> None:
    assert search_titles(asked).ids == []


def test_the_very_title_stands_first(now: datetime) -> None:
    longer = factories.title("活着的理由与活着", now=now)
    exact = factories.title("活着", now=now)
    assert search_titles("活着").ids == [exact.pk, longer.pk]


def test_what_was_searched_instead_is_said(shelf: dict[str, Title]) -> None:
    assert search_titles("hary poter").instead == "harry potter"
    assert search_titles("harry potter").instead == ""


def test_how_a_question_was_found_is_said(shelf: dict[str, Title]) -> None:
    """No title that nobody asked for is called what was searched."""
    for asked in ("tuoyanxinlixue", "拖延心理学", "hary poter", PROCRASTINATION):
        assert search_titles(asked).found_by == FoundBy.WORDS
    for asked, found_by in {"拖延心里学": FoundBy.SOUND, "追逐筝的好人": FoundBy.LIKENESS}.items():
        found = search_titles(asked)
        assert (found.found_by, found.instead, len(found.ids)) == (found_by, "", 1)


def test_near_spellings_are_offered(shelf: dict[str, Title]) -> None:
    assert suggest("hary poter")[0] == "harry potter"
    assert suggest("9787300113908") == ["978-7-300-11390-6"]
    assert suggest("百年孤单") == ["百年孤独"]


@pytest.fixture
def six(monkeypatch: pytest.MonkeyPatch, now: datetime) -> list[Title]:
    """Six of a word, the oldest first, where three are looked at."""
    monkeypatch.setattr(engines, "CANDIDATES", 3)
    return [factories.title(f"博弈论{number}", now=now) for number in range(6)]


def test_what_all_is_looked_at_of_is_said_to_be_all(six: list[Title], monkeypatch: pytest.MonkeyPatch) -> None:
    assert (len(search_titles("博弈论").ids), search_titles("博弈论").more) == (3, True)
    monkeypatch.setattr(engines, "CANDIDATES", 6)
    assert (len(search_titles("博弈论").ids), search_titles("博弈论").more) == (6, False)


def test_of_more_than_are_looked_at_those_in_circulation_are(six: list[Title]) -> None:
    held = [six[0].pk, six[2].pk]
    index.mark(held, circulating=True)
    assert index.circulating() == set(held)
    assert set(held) < set(search_titles("博弈论").ids)
    index.mark(held[:1], circulating=False)
    assert index.circulating() == set(held[1:])
    assert set(held[1:]) < set(search_titles("博弈论").ids)


def test_the_newest_are_those_of_all(six: list[Title]) -> None:
    index.mark([six[0].pk, six[1].pk], circulating=True)
    assert set(search_titles("博弈论", newest=True).ids) == {title.pk for title in six[3:]}


def test_a_mark_outlives_another_wording_and_goes_with_the_title(six: list[Title]) -> None:
    index.mark([six[0].pk], circulating=True)
    index.reindex([six[0]])
    assert index.circulating() == {six[0].pk}
    assert index.missing_from_index() == []
    index.drop_titles([six[0].pk])
    assert index.circulating() == set()
    assert index.missing_from_index() == [six[0].pk]


def test_a_filter_is_asked_among_all(six: list[Title]) -> None:
    oldest = Title.objects.filter(pk=six[0].pk)
    assert search_titles("博弈论", within=oldest) == replace(search_titles("博弈论", within=oldest), more=False)
    assert search_titles("博弈论", within=oldest).ids == [six[0].pk]


def test_what_says_it_in_its_title_stands_before_names_and_the_rest(now: datetime) -> None:
    other = factories.title("数理经济", subjects=["博弈论"], now=now)
    names = factories.title("数理经济学", creators=["博弈论"], now=now)
    title = factories.title("数理经济学与博弈论", now=now)
    index.reindex(Title.objects.prefetch_related("isbns"))
    assert search_titles("博弈论").ids == [title.pk, names.pk, other.pk]


def test_everything_can_be_indexed_anew(shelf: dict[str, Title]) -> None:
    engine().drop([title.pk for title in shelf.values()])
    assert sorted(index.missing_from_index()) == sorted(title.pk for title in shelf.values())
    assert index.reindex_all() == len(shelf)
    assert index.missing_from_index() == []
    assert len(search_titles("拖延").ids) == 1


def test_a_row_left_in_the_index_is_never_shown(shelf: dict[str, Title]) -> None:
    """T-R22"""
    Title.objects.filter(pk=shelf["solitude"].pk).update(status="merged", merged_into=shelf["orwell"])
    assert search_titles("百年孤独").ids == []


def test_the_same_words_are_kept_once(shelf: dict[str, Title], now: datetime) -> None:
    before = SearchTerm.objects.count()
    factories.title("Harry Potter", now=now)
    assert SearchTerm.objects.count() == before


@pytest.mark.parametrize("unit", ["拖延", "a", "xian", "a1 ", "((", "é́", "\u0301", "ISBN ", "978"])
def test_no_more_of_a_question_is_read_than_the_cap(
    shelf: dict[str, Title], unit: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T-A11: pumped up far beyond it."""
    read: list[str] = []
    words_of = readings.words_of

    def noted(text: str) -> list[str]:
        read.append(text)
        return words_of(text)

    monkeypatch.setattr(readings, "words_of", noted)
    pumped = unit * 50_000
    assert search_titles(pumped) == search_titles(pumped.strip()[: settings.SEARCH_MAX_CHARACTERS])
    suggest(pumped)
    assert all(len(text) <= settings.SEARCH_MAX_CHARACTERS for text in read)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="FTS5 only: PostgreSQL has its own test")
def test_a_slow_question_is_given_up_on_sqlite(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-A11"""
    settings.SEARCH_SECONDS = 0
    slow = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000) "
        "SELECT count(*) AS id, '' AS title, 0 AS passed_on FROM n"
    )
    monkeypatch.setattr("personal_catalog.search.engines.LIVE", f"JOIN ({slow}) t ON t.id <> i.{{key}}")
    with pytest.raises(SearchTimedOut):
        search_titles("拖延")


@pytest.mark.postgres
def test_a_slow_question_is_given_up_on_postgres(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-A11, and the limit does not outlive the question."""
    settings.SEARCH_SECONDS = 1
    slow = "JOIN (SELECT pg_sleep(3), 1 AS id, 0 AS passed_on) t ON i.{key} >= 0"
    monkeypatch.setattr("personal_catalog.search.engines.LIVE", slow)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO personal_catalog_titleindex VALUES (1, $$'拖延':1A$$)")
    with pytest.raises(SearchTimedOut):
        search_titles("拖延")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone()[0] == "0"
