"""A library's records on their way into the one catalogue."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pymarc import Record

from library_bridge import registry
from library_bridge.models import EmbeddedRecord, Library, Reader
from library_bridge.ports import BibliographicRecord, Capability, LibrarySystem, Unavailable
from library_bridge.records import portions
from library_bridge.records.marc_file import MarcFile
from personal_catalog import titles
from personal_catalog.merging import merge_titles
from personal_catalog.models import Title, TitleChange
from personal_catalog.search.query import search_titles
from sharing import availability, harvested_records, harvests, policies
from sharing.models import Harvest, HarvestedRecord
from tests import factories
from tests.library_bridge import repositories
from tests.library_bridge.marc_records import cnmarc, marc21, record
from tests.library_bridge.repositories import Repository

pytestmark = pytest.mark.django_db
ISBN = "9787300113906"


class Killed(BaseException):
    """kill -9: nothing catches it."""


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    """Its library system lists no records."""
    monkeypatch.setitem(registry.ADAPTERS, "sip2", lambda library, now: mock.Mock(capabilities=set()))
    made = factories.library("north")
    Library.objects.filter(pk=made.pk).update(adapter="sip2")
    made.refresh_from_db()
    return made


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "SIZE", 2)


@pytest.fixture
def lin(db: None) -> Reader:
    return factories.reader("Lin", is_staff=True, is_superuser=True)


class File:
    """A file of the library, written anew for each harvest."""

    def __init__(self, library: Library, folder: Path, now: datetime) -> None:
        self.library, self.path, self.now = library, folder / "records.mrc", now

    def source(self, *records: Record | bytes, complete: bool = False) -> MarcFile:
        raw = (one if isinstance(one, bytes) else one.as_marc() for one in records)
        self.path.write_bytes(b"".join(raw))
        return MarcFile(self.path, complete=complete)

    def harvest(self, *records: Record | bytes, complete: bool = False, at: Library | None = None) -> Harvest:
        source = self.source(*records, complete=complete)
        return harvests.harvest_library(at or self.library, source=source, now=self.now)


@pytest.fixture
def file(library: Library, tmp_path: Path, now: datetime) -> File:
    return File(library, tmp_path, now)


def numbered(number: int) -> Record:
    return record([("001", f"n{number}"), ("200", [("a", f"第{number}种"), ("f", "王五著")])])


def figures(row: Harvest) -> dict[str, int]:
    return {name: value for name, value in row.figures.items() if value and name != "records"}


# what becomes of a record


def test_s4_records_of_a_file_become_titles_that_are_held_and_found(file: File) -> None:
    row = file.harvest(cnmarc(), marc21(_020=None))
    assert figures(row) == {"created": 2}
    title = Title.objects.with_isbn(ISBN).get()
    assert (title.title, title.creators, title.year, title.clc) == ("数据结构", ["简·多伊"], 2012, "TP311.12")
    assert title.provenance["title"] == "library:north"
    assert title.harvested.get().items == 2
    assert search_titles("shuju jiegou").ids == [title.pk]
    assert title.changes.get().kind == TitleChange.Kind.CREATED


def test_s4_the_same_file_again_changes_nothing(file: File) -> None:
    file.harvest(cnmarc(), marc21())
    stood = list(Title.objects.order_by("pk").values())
    assert figures(file.harvest(cnmarc(), marc21())) == {"unchanged": 2}
    assert list(Title.objects.order_by("pk").values()) == stood


def test_s4_a_record_finds_its_title_by_isbn_and_fills_its_gaps(file: File) -> None:
    title = factories.title("数据结构（第二版）", isbn13=ISBN, provenance={"title": "reader"})
    assert figures(file.harvest(cnmarc())) == {"matched": 1}
    title.refresh_from_db()
    assert (title.title, title.publisher) == ("数据结构（第二版）", "人民出版社")
    assert title.provenance == {"title": "reader", **dict.fromkeys(set(title.provenance) - {"title"}, "library:north")}


@pytest.mark.parametrize(("year", "found"), [(2012, True), (None, True), (2008, False)])
def test_s4_without_an_isbn_title_creator_and_year_decide(file: File, year: int | None, found: bool) -> None:
    title = titles.find_or_create(
        facts=titles.BookFacts(title="数据结构", creators=("简•多伊",), year=year), source="x", now=file.now
    )
    row = file.harvest(cnmarc(_010=None))
    assert figures(row) == ({"matched": 1} if found else {"created": 1})
    assert title.harvested.exists() == found


def test_s4_two_records_of_one_book_in_one_file_are_one_title(file: File) -> None:
    assert figures(file.harvest(cnmarc("c1"), cnmarc("c2"))) == {"created": 1, "matched": 1}
    assert Title.objects.get().harvested.count() == 2


def test_s4_bare_records_stand_under_the_same_words(file: File) -> None:
    bare = [record([("001", f"x{number}"), ("245", [("a", "县志")])]) for number in range(3)]
    assert figures(file.harvest(*bare)) == {"created": 1, "matched": 2}


def test_s4_what_the_library_corrects_in_its_own_words_is_followed(file: File) -> None:
    file.harvest(cnmarc())
    assert figures(file.harvest(cnmarc(_210=[("c", "清华大学出版社"), ("d", "2013")]))) == {"changed": 1}
    title = Title.objects.get()
    assert (title.publisher, title.year) == ("清华大学出版社", 2013)


def test_s4_what_a_curator_corrected_is_never_overwritten(file: File, lin: Reader) -> None:
    """Nor is filled what a curator has made empty, nor an ISBN added that was taken away."""
    file.harvest(cnmarc())
    title = Title.objects.get()
    changes = {"title": "数据结构导论", "publisher": "", "isbns": []}
    titles.correct_title(title_id=title.pk, actor=lin, changes=changes, now=file.now)
    file.harvest(cnmarc(_200=[("a", "数据结构!")], _210=[("c", "别的出版社")], _690=[("a", "TP3")]))
    title.refresh_from_db()
    assert (title.title, title.publisher, title.clc) == ("数据结构导论", "", "TP3")
    assert not title.isbns.exists()
    assert Title.objects.count() == 1


@pytest.mark.parametrize("name", ["summary", "isbns"])
def test_s4_nor_does_a_lookup_fill_what_a_curator_has_made_empty(file: File, lin: Reader, name: str) -> None:
    facts = titles.BookFacts(title="数据结构", creators=("王五",), summary="旧", isbns=(ISBN,))
    title = titles.find_or_create(facts=facts, source="x", now=file.now)
    titles.correct_title(title_id=title.pk, actor=lin, changes={name: None}, now=file.now)
    found = titles.find_or_create(facts=facts, source="y", now=file.now)
    assert found == title
    assert not getattr(titles.as_facts(Title.objects.get()), name)


def test_s4_a_second_library_fills_gaps_and_both_hold_the_title(file: File) -> None:
    file.harvest(cnmarc(_690=None))
    south = factories.library("south")
    file.harvest(cnmarc("s1", _210=[("c", "别的出版社"), ("d", "1999")]), at=south)
    title = Title.objects.get()
    assert (title.publisher, title.year, title.clc) == ("人民出版社", 2012, "TP311.12")
    assert title.provenance["clc"] == "library:south"
    assert {row.library.code for row in title.harvested.all()} == {"north", "south"}


def test_s4_a_deleted_record_takes_the_holding_and_leaves_the_title(file: File, now: datetime) -> None:
    file.harvest(cnmarc())
    row = file.harvest(record([("001", "c1"), ("200", [("a", "数据结构")])], status="d"))
    assert figures(row) == {"deleted": 1}
    of_library = availability.Wish(kinds=frozenset({"library"}))
    held = availability.titles_having(of_library, reader=None, policy=policies.current(), now=now)
    assert Title.objects.filter(title="数据结构").exists()
    assert not Title.objects.filter(held).exists()


def test_s4_a_title_that_was_merged_keeps_its_records(file: File, lin: Reader) -> None:
    file.harvest(cnmarc())
    keep = factories.title("数据结构 第二版")
    merge_titles(keep_id=keep.pk, merge_ids=[Title.objects.with_isbn(ISBN).get().pk], actor=lin, now=file.now)
    assert figures(file.harvest(cnmarc(_225=[("a", "新丛书")]))) == {"changed": 1}
    assert keep.harvested.count() == 1


# what is left out, and what is gone


def test_s4_a_broken_record_is_reported_and_stops_nothing(file: File) -> None:
    row = file.harvest(numbered(1), marc21("bad", _245=None), b"12\x1d", numbered(2))
    assert figures(row) == {"created": 2, "broken": 2, "nameless": 1}
    assert [(one["record"], one["name"]) for one in row.problems] == [(2, "bad"), (3, "")]
    assert "field 245" in row.problems[0]["reason"]
    assert row.problems[0]["mend"]


def test_s4_a_complete_file_says_what_is_gone(file: File) -> None:
    file.harvest(numbered(1), numbered(2), numbered(3), complete=True)
    assert figures(file.harvest(numbered(1), marc21("n2", _245=None), numbered(4), complete=True)) == {
        "created": 1, "unchanged": 1, "broken": 1, "deleted": 1,
    }  # fmt: skip
    assert set(HarvestedRecord.objects.values_list("record_id", flat=True)) == {"n1", "n2", "n4"}


@pytest.mark.parametrize("tail", [[], [b"00120nam"], [numbered(1), numbered(2).as_marc()[:-9]]])
def test_s4_a_file_that_is_empty_or_cut_takes_nothing_away(file: File, tail: list[Record | bytes]) -> None:
    file.harvest(numbered(1), numbered(2), numbered(3), complete=True)
    file.harvest(*tail, complete=True)
    assert HarvestedRecord.objects.count() == 3


def test_s4_records_of_another_source_are_not_missed(file: File) -> None:
    HarvestedRecord.objects.create(
        library=file.library, record_id="s1", title=factories.title(), harvested_at=file.now, source="system"
    )
    file.harvest(numbered(1), complete=True)
    assert HarvestedRecord.objects.count() == 2


# interrupted


@pytest.mark.usefixtures("small_portions")
def test_s4_after_a_crash_it_goes_on_where_it_was(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    source = file.source(*map(numbered, range(7)), complete=True)
    take, calls = harvested_records.take, iter(range(9))

    def dies(*given: object, **named: object) -> object:
        done = take(*given, **named)  # type: ignore[arg-type]
        if next(calls) == 2:
            raise Killed
        return done

    monkeypatch.setattr(harvested_records, "take", dies)
    with pytest.raises(Killed):
        harvests.harvest_library(file.library, source=source, now=file.now)
    assert (Title.objects.count(), Harvest.objects.get().place) == (4, "4")
    with pytest.raises(harvests.HarvestRunning):
        harvests.harvest_library(file.library, source=source, now=file.now)
    Harvest.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    row = harvests.harvest_library(file.library, source=source, now=file.now)
    assert (row.run, row.figures["records"], row.figures["created"]) == (1, 7, 7)
    assert figures(row) == {"created": 7}


def test_s4_a_file_that_has_changed_since_is_begun_anew(file: File) -> None:
    file.harvest(numbered(1))
    Harvest.objects.update(place="1", key="of another file")
    assert figures(file.harvest(numbered(1), numbered(2))) == {"created": 1, "unchanged": 1}


def test_s4_two_at_once_who_find_the_same_new_book_end_at_one_title(file: File) -> None:
    """The other has committed meanwhile: the unique ISBN refuses, the second try finds its title."""
    real, tries = harvested_records.take, []

    def late(*given: object, **named: object) -> object:
        tries.append(1)
        if len(tries) == 1:
            factories.title("数据结构", isbn13=ISBN)
            raise IntegrityError
        return real(*given, **named)  # type: ignore[arg-type]

    with mock.patch.object(harvested_records, "take", late):
        file.harvest(cnmarc())
    assert (len(tries), Title.objects.with_isbn(ISBN).count()) == (2, 1)


def test_s4_a_portion_asks_the_same_number_of_queries_however_many_it_has(file: File, library: Library) -> None:
    def queries(*records: Record) -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            file.harvest(*records)
        return len(caught)

    file.harvest(numbered(0))
    few = queries(*map(numbered, range(3)))
    assert queries(*map(numbered, range(100, 140))) <= few  # SQLite writes so many rows at once


# a library system


def of_system(monkeypatch: pytest.MonkeyPatch, *records: BibliographicRecord | Exception) -> None:
    def listed() -> Iterator[BibliographicRecord]:
        for one in records:
            if isinstance(one, Exception):
                raise one
            yield one

    system = mock.Mock(spec=LibrarySystem, capabilities={Capability.RECORDS}, records=listed)
    monkeypatch.setitem(registry.ADAPTERS, "sip2", lambda library, now: system)


def test_s4_the_embedded_systems_records_come_and_go(now: datetime) -> None:
    library = factories.library()
    for number in ("1", "2"):
        EmbeddedRecord.objects.create(library=library, record_id=number, title=f"书{number}", creators=["王五"])
    assert figures(harvests.harvest_library(library, now=now)) == {"created": 2}
    EmbeddedRecord.objects.get(record_id="1").delete()
    assert figures(harvests.harvest_library(library, now=now)) == {"unchanged": 1, "deleted": 1}


def test_s4_marc_that_a_system_sends_is_read_and_its_number_of_items_believed(
    library: Library, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    marc = cnmarc().as_marc()
    of_system(monkeypatch, BibliographicRecord("7", marc=marc, item_count=5), BibliographicRecord("8", marc=marc[:60]))
    row = harvests.harvest_library(library, now=now)
    assert figures(row) == {"created": 1, "broken": 1}
    assert HarvestedRecord.objects.get().items == 5
    assert row.problems[0]["name"] == "8"


@pytest.mark.usefixtures("small_portions")
def test_s4_a_system_that_breaks_off_is_tried_again_and_nothing_is_gone(
    library: Library, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_three = [BibliographicRecord(str(number), title=f"书{number}", creators=("王五",)) for number in range(3)]
    of_system(monkeypatch, *all_three)
    harvests.harvest_library(library, now=now)
    of_system(monkeypatch, *all_three[:2], Unavailable("reset"))
    row = harvests.harvest_library(library, now=now)
    assert (row.failure, row.next_at) == ("reset", now + timedelta(hours=1))
    assert HarvestedRecord.objects.count() == 3
    of_system(monkeypatch, *all_three[:2])
    assert harvests.harvest_library(library, now=now).figures["deleted"] == 1


# a repository


@pytest.fixture
def repository(library: Library) -> Iterator[Repository]:
    with repositories.serving() as running:
        for number in range(1, 6):
            running.holds(str(number), numbered(number))
        Harvest.objects.create(library=library, oai_url=running.url)
        yield running


def test_s4_a_repository_is_asked_only_for_what_is_new(repository: Repository, library: Library, now: datetime) -> None:
    assert figures(harvests.harvest_library(library, now=now)) == {"created": 5}
    repository.holds("6", numbered(6), on="2026-11-24T05:00:00Z")
    repository.deletes("2", on="2026-11-24T05:00:00Z")
    repository.now = "2026-11-25T02:00:00Z"
    row = harvests.harvest_library(library, now=now)
    assert figures(row) == {"created": 1, "deleted": 1}
    assert repository.lists()[-1]["from"] == "2026-11-24T02:00:00Z"
    assert row.since == "2026-11-25T02:00:00Z"
    assert HarvestedRecord.objects.count() == 5


def test_s4_an_interrupted_listing_goes_on_with_its_token(
    repository: Repository, library: Library, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("library_bridge.records.oai.time.sleep", lambda seconds: None)
    down = (500, {}, b"")
    repository.ahead = [lambda asked: None] * 3 + [lambda asked: down] * 3
    row = harvests.harvest_library(library, now=now)
    assert (row.failure, row.place) == ("the repository answers 500", "2|")
    repository.now = "2026-11-24T03:00:00Z"
    row = harvests.harvest_library(library, now=now)
    assert [asked.get("resumptionToken") for asked in repository.lists()[-2:]] == ["2|", "4|"]
    assert (figures(row), row.since, row.failure) == ({"created": 5}, "2026-11-24T02:00:00Z", "")


# every night


def test_s4_each_library_is_harvested_at_night_in_its_own_zone(library: Library, now: datetime) -> None:
    embedded = factories.library()
    assert list(harvests.act(now=now)) == []
    night = Harvest.objects.get(library=embedded).next_at
    assert night is not None
    assert (night - now, night.astimezone(embedded.zone).hour) == (timedelta(hours=17), 3)
    assert list(harvests.act(now=night)) == [{"did": "library.harvested", "library": embedded.pk, "count": 0}]
    assert {row.next_at for row in Harvest.objects.all()} == {night + timedelta(days=1)}


def test_s4_one_librarys_fault_is_its_own(library: Library, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    of_system(monkeypatch, BibliographicRecord("1", title="书"), ValueError("a bug"))
    embedded = factories.library()
    list(harvests.act(now=now))
    deeds = list(harvests.act(now=now + timedelta(days=1)))
    assert sorted(str(deed["did"]) for deed in deeds) == ["failed", "library.harvested"]
    assert Harvest.objects.get(library=embedded).finished_at


# by hand


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("harvest_library", *arguments, stdout=out)
    return out.getvalue()


def test_s4_the_command_tells_in_json_what_it_did(file: File) -> None:
    file.source(numbered(1), marc21("bad", _245=None))
    found = json.loads(command("north", "--file", str(file.path), "--json"))
    seconds = found.pop("seconds")
    assert seconds >= 0
    assert found == {
        "ok": True, "library": "north", "source": "file", "records": 2, "created": 1, "matched": 0, "changed": 0, "unchanged": 0,
        "deleted": 0, "broken": 1, "failure": "",
        "problems": [{
            "record": 2, "name": "bad", "reason": "it has no title (field 245)",
            "mend": "give it a title, or leave it out of the export",
        }],
    }  # fmt: skip


def test_s4_the_command_keeps_the_repositorys_address(repository: Repository, library: Library) -> None:
    Harvest.objects.all().delete()
    assert "5 created" in command("north", "--oai", repository.url)
    assert Harvest.objects.get().oai_url == repository.url
    assert "0 records" in command("north")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "no library"),
        (["north"], "give --file or --oai"),
        (["north", "--file", "/nowhere.mrc"], "No such file"),
        (["north", "--file", __file__, "--encoding", "klingon"], "no character set"),
    ],
)
def test_s4_the_command_says_what_is_wrong(library: Library, arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        command(*arguments)
