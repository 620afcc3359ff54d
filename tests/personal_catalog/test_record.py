"""What a title keeps besides its title: roles, numbers, sets, links; and what it is found by."""

from datetime import datetime

import pytest

from library_bridge.models import Reader
from personal_catalog import bulk, controlled, credits, links, numbers, record_numbers, titles, works
from personal_catalog.bulk import Entry
from personal_catalog.facts import not_kept, typed
from personal_catalog.merging import merge_titles
from personal_catalog.models import Title, TitleMerge
from personal_catalog.parting import split_title, undo_merge
from personal_catalog.people import match_key
from personal_catalog.search.query import search_titles
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("editor: Jane Doe", "edt: Jane Doe"),
        ("主编：张三", "edt: 张三"),
        ("440: Jane Doe", "ill: Jane Doe"),
        ("Jane Doe", ""),
        ("king: Jane", ""),
    ],
)
def test_a_credit_is_a_role_and_a_name(line: str, kept: str) -> None:
    assert credits.tidy(line) == kept


def test_an_editor_who_stands_for_the_author_is_named_once() -> None:
    found = credits.of(["Jane Doe"], ["Li Lei"], ["edt: Jane Doe", "ill: Ann Ink"])
    assert [str(credit) for credit in found] == ["edt: Jane Doe", "trl: Li Lei", "ill: Ann Ink"]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("OCLC: ocm00012345", "oclc:12345"),
        ("lccn: n 78-890351", "lccn:n78890351"),
        ("LCCN:  85000002 ", "lccn:85000002"),
        ("issn: 0378-5955", "issn:0378-5955"),
        ("issn: 0378-5956", ""),
        ("统一书号：10019·2342", "csbn:10019·2342"),
        ("douban: 1000001", "douban:1000001"),
        ("DLC: 123", "DLC:123"),
        ("12345", ""),
    ],
)
def test_a_number_has_its_kind_and_one_form(line: str, kept: str) -> None:
    assert numbers.tidy(line) == kept


@pytest.mark.parametrize(
    "line",
    ["javascript:alert(1)", "https://user@library.example.edu/", "https://x", "data:text/html,x", "//a.example", 'https://a.example/"onclick='],
)  # fmt: skip
def test_a_hostile_address_becomes_no_link(line: str) -> None:
    """T-D1"""
    assert links.tidy(line) == ""


def test_a_link_keeps_its_words_and_another_format_its_isbn() -> None:
    assert links.tidy("https://books.example.edu/1 E-book") == "https://books.example.edu/1 E-book"
    other = links.parsed("urn:isbn:978-7-300-11390-6 E-book")
    assert other is not None
    assert (other.isbn13, other.label) == (PROCRASTINATION, "E-book")


def test_a_heading_names_its_list() -> None:
    assert controlled.tidy("LCSH: Data structures -- Textbooks") == "lcsh: Data structures--Textbooks"
    assert controlled.tidy("cct.place: 北京") == "cct.place: 北京"
    assert controlled.tidy("Data structures") == ""


@pytest.mark.parametrize(
    ("extent", "volumes"),
    [("2册", 2), ("上下册", 2), ("上、中、下册", 3), ("全两册", 2), ("3 v. (900 p.)", 3), ("xii, 345 p.", None), ("1册", None), ("", None)],
)  # fmt: skip
def test_a_set_tells_its_volumes(extent: str, volumes: int | None) -> None:
    assert works.volumes_in(extent) == volumes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("围城", "钱锺书"), ("圍城（新版）", "錢锺书 著")),
        (("小王子", "[法] 安托万·德·圣-埃克苏佩里"), ("小王子(插图本)", "圣埃克苏佩里")),
        (("The Hobbit", "J.R.R. Tolkien"), ("Hobbit (75th Anniversary Edition)", "Tolkien, John")),
        (("Calculus", "Michael Spivak"), ("Calculus, 3rd ed.", "Spivak")),
    ],
)
def test_editions_of_one_work_have_one_key(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert works.work_key(one[0], [one[1]]) == works.work_key(other[0], [other[1]])


def test_volumes_and_nameless_books_are_no_editions_of_each_other() -> None:
    assert works.work_key("红楼梦（上）", ["曹雪芹"]) != works.work_key("红楼梦（下）", ["曹雪芹"])
    assert works.work_key("Annual report", []) == ""


def test_what_a_curator_types_in_no_form_is_told() -> None:
    said = {"contributors": ["editor: Jane", "nobody"], "numbers": ["OCLC: 12"], "links": ["ftp://x"], "volumes": 1}
    assert not_kept(said) == ["contributors", "links", "volumes"]


@pytest.mark.django_db
def test_a_record_number_leads_to_the_title_where_the_isbn_does_not(now: datetime) -> None:
    first = factories.title(now=now, isbns=[PROCRASTINATION], numbers=["oclc:123"])
    again = factories.title("拖延心理学（新版）", now=now, isbns=[FORTRESS], numbers=["ocolc:0123", "DLC:9"])
    assert again == first
    assert again.numbers == ["oclc:123", "DLC:9"]


@pytest.mark.django_db
def test_a_number_alone_makes_no_two_books_one(now: datetime) -> None:
    first = factories.title(now=now, numbers=["oclc:123", "issn:0378-5955"])
    assert factories.title("围城", now=now, numbers=["oclc:123"]) != first
    assert factories.title("拖延心理学 续", now=now, numbers=["issn:0378-5955"]) != first


@pytest.mark.django_db
def test_a_withdrawn_isbn_finds_its_title_and_is_not_its_own(now: datetime) -> None:
    title = factories.title(now=now, isbns=[PROCRASTINATION], invalid_isbns=[FORTRESS, "7-300-11390-1"])
    assert search_titles(FORTRESS).ids == [title.pk]
    assert search_titles("7300113901").ids == [title.pk]
    assert [row.isbn13 for row in title.isbns.all()] == [PROCRASTINATION]


@pytest.mark.django_db
def test_many_records_find_their_titles_by_number_too(now: datetime) -> None:
    title = factories.title(now=now, isbns=[PROCRASTINATION], numbers=["oclc:123"])
    facts = bulk.tidy(factories.facts(isbns=[FORTRESS], numbers=["oclc:123"]))
    other = bulk.tidy(factories.facts("围城", numbers=["DLC:7"]))
    found = [
        row for row, _outcome in bulk.take_over([Entry(facts), Entry(other), Entry(other)], source="file", now=now)
    ]
    assert (found[0], found[1]) == (title, found[2])


@pytest.mark.django_db
def test_a_number_of_a_merged_title_leads_to_the_kept_one(lin: Reader, now: datetime) -> None:
    keep, gone = factories.title(now=now, year=2009), factories.title(now=now, year=2016, numbers=["douban:7"])
    merge_titles(keep_id=keep.pk, merge_ids=[gone.pk], actor=lin, now=now)
    assert record_numbers.titles_numbered(["douban:7"]) == {"douban:7": [keep.pk]}


@pytest.mark.django_db
def test_a_curator_corrects_every_field_of_the_record(lin: Reader, now: datetime) -> None:
    title = factories.title(now=now, numbers=["oclc:123"])
    changes = {"numbers": [], "contributors": ["主编: 张三"], "volumes": 2, "lcc": "BF637.P76", "languages": ["eng"]}
    titles.correct_title(title_id=title.pk, actor=lin, changes=changes, now=now)
    kept = Title.objects.get(pk=title.pk)
    assert (kept.numbers, kept.contributors, kept.volumes, kept.lcc) == ([], ["edt: 张三"], 2, "BF637.P76")
    assert not kept.number_keys.exists()
    assert factories.title(now=now, numbers=["oclc:123"]).numbers == []
    assert search_titles("张三").ids == [title.pk]


@pytest.mark.django_db
def test_the_work_follows_the_title(lin: Reader, now: datetime) -> None:
    title = factories.title("活着", now=now)
    titles.correct_title(title_id=title.pk, actor=lin, changes={"title": "围城"}, now=now)
    assert Title.objects.get(pk=title.pk).work_key == works.work_key("围城", title.creators)


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [["creators"], ["title", "updated_at"], None])
def test_whoever_writes_title_or_creators_writes_the_keys(now: datetime, fields: list[str] | None) -> None:
    title = factories.title("活着", now=now)
    title.title, title.creators = "围城", ["钱锺书"]
    title.save(update_fields=fields)
    kept = Title.objects.get(pk=title.pk)
    assert (kept.work_key, kept.match_key) == (works.work_key("围城", ["钱锺书"]), match_key("围城", ["钱锺书"]))


@pytest.mark.django_db
def test_the_work_follows_a_merger_and_its_undoing(lin: Reader, now: datetime) -> None:
    bare = factories.title("活着", now=now, creators=[], year=1993)
    named = factories.title("活着", now=now, creators=["余华"], year=2012)
    merge_titles(keep_id=bare.pk, merge_ids=[named.pk], actor=lin, now=now)
    assert Title.objects.get(pk=bare.pk).work_key == named.work_key == "活着|余华"
    undo_merge(merge_id=TitleMerge.objects.get().pk, actor=lin, now=now)
    assert Title.objects.get(pk=bare.pk).work_key == ""


@pytest.mark.django_db
def test_the_work_follows_a_split(alice: Reader, lin: Reader, now: datetime) -> None:
    title = factories.title("活着", now=now)
    copy = factories.copy(alice, of=title, now=now)
    changes = {"title": "围城", "creators": ["钱锺书"]}
    apart = split_title(
        title_id=title.pk, copies=[copy.pk], isbns=[], changes=changes, actor=lin, now=now, reason="Two"
    )
    assert Title.objects.get(pk=apart.pk).work_key == "围城|钱锺书"


def test_facts_come_back_from_json_as_they_were() -> None:
    facts = typed(
        {
            "title": "书",
            "contributors": ["edt: 张三"],
            "volumes": 2,
            "numbers": ["oclc:1"],
            "links": ["https://a.example/"],
        }
    )
    assert typed(facts.to_json()) == facts
