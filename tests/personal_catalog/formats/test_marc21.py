"""MARC in, record, MARC out, record: field by field. Real files where they lie beside the repository, and our own."""

import io
import os
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pymarc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library_bridge.marc import files
from library_bridge.ports import BibliographicRecord
from personal_catalog.facts import BookFacts, typed
from personal_catalog.formats import marc21
from personal_catalog.formats.card import Card
from personal_catalog.records import facts_of
from tests.library_bridge.marc_records import cnmarc, record
from tests.library_bridge.marc_records import marc21 as made

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "marc"
FILES, RECORDS = (
    (1, None) if os.environ.get("SOAK") else (7, 12)
)  # every so-many-th file, the first so many records of it
WRITTEN_AT = datetime(2026, 11, 24, tzinfo=UTC)


def card(facts: BookFacts) -> Card:
    return Card(7, facts, "https://books.example.edu/titles/7/", WRITTEN_AT)


def read(source: bytes) -> BookFacts:
    [found] = files.read(io.BytesIO(source))
    assert isinstance(found, BibliographicRecord), found
    return typed(asdict(facts_of(found)))


def out_and_in(facts: BookFacts, form: str) -> BookFacts:
    return read(marc21.iso2709(card(facts)) if form == "iso2709" else marc21.xml(card(facts)))


def differences(one: BookFacts, other: BookFacts) -> dict[str, tuple[object, object]]:
    pairs = {field.name: (getattr(one, field.name), getattr(other, field.name)) for field in fields(BookFacts)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


FULL = typed({
    "title": "Data structures", "subtitle": "a primer", "original_title": "Datenstrukturen", "creators": ["Jane B. Doe", "Li Lei"],
    "translators": ["Han Meimei"], "contributors": ["edt: Li Lei", "ill: Ann Ink", "aui: Bob Fore"], "publisher": "People's Press",
    "edition": "3rd ed.", "series": "Computer science", "series_number": "12", "year": 2012, "language": "eng", "languages": ["chi"],
    "extent": "xii, 345 p.", "volumes": 2, "isbns": ["9787300113906", "9787020024759"], "invalid_isbns": ["7300113901"],
    "numbers": ["lccn:85000002", "issn:0378-5955", "csbn:10019·2342", "douban:1000001", "oclc:12345", "DLC:77"],
    "subjects": ["Data structures", "Doe, Jane", "书"], "clc": "TP311.12", "ddc": "005.73", "lcc": "QA76.9",
    "subject_headings": ["lcsh: Data structures--Textbooks", "lcsh.person: Doe, Jane, 1950-", "cct: 数据结构"],
    "summary": "All about it.", "links": ["https://books.example.edu/1 E-book", "urn:isbn:9787300113906 Print"],
})  # fmt: skip


@pytest.mark.parametrize("form", ["iso2709", "marcxml"])
def test_every_field_that_is_kept_comes_back(form: str) -> None:
    wanted = FULL.given() | {"subjects": (*FULL.subjects, "数据结构")}
    assert differences(typed(wanted), out_and_in(FULL, form)) == {}


@pytest.mark.parametrize("source", [made(), cnmarc()])
def test_marc_in_and_out_says_the_same(source: pymarc.Record) -> None:
    facts = read(source.as_marc())
    assert differences(facts, out_and_in(facts, "iso2709")) == {}


@pytest.mark.parametrize("year", [-380, 868, 1999])
def test_a_year_that_no_imprint_has_is_coded(year: int) -> None:
    assert out_and_in(typed({"title": "Book", "year": year}), "iso2709").year == year


def test_a_long_summary_is_cut_where_it_is_put_together_again() -> None:
    facts = typed({"title": "书", "summary": "很长的简介，" * 500 + "and some words " * 60})
    assert out_and_in(facts, "iso2709").summary == facts.summary


def test_a_record_is_never_longer_than_iso_2709_lets_it_be() -> None:
    subjects = [f"{number}{'题' * 190}" for number in range(30)]
    headings = [f"cct: {subject}--{'目' * 190}" for subject in subjects]
    facts = typed({
        "title": "书", "summary": "简" * 4000, "subjects": subjects, "subject_headings": headings,
        "creators": [f"{number}{'名' * 190}" for number in range(20)], "contributors": [f"edt: {n}{'人' * 190}" for n in range(20)],
        "links": [f"https://a.example/{number} {'页' * 190}" for number in range(20)],
    })  # fmt: skip
    written = marc21.iso2709(card(facts))
    assert len(written) <= 99_999
    assert read(written).title == "书"


def test_pymarc_reads_what_is_written() -> None:
    [found] = pymarc.MARCReader(io.BytesIO(marc21.iso2709(card(FULL))))
    assert found is not None
    assert (found.title, found["100"]["a"], found["008"].data[35:38], len(found["008"].data)) == (
        "Data structures a primer", "Jane B. Doe", "eng", 40,
    )  # fmt: skip


NAME = (
    st.text(st.sampled_from("abcdeABC 王李.·-"), min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda text: text.strip(". -·"))
)


@settings(max_examples=25)
@given(st.lists(NAME, max_size=3), st.lists(st.tuples(st.sampled_from(["edt", "ill", "cmp", "aui"]), NAME), max_size=3))
def test_who_did_what_is_written_so_that_it_is_read_the_same(names: list[str], others: list[tuple[str, str]]) -> None:
    """A writer may gain a name (a composer is a creator), and an editor stands in where there is no author; nobody is lost."""
    facts = typed({"title": "Book", "creators": names, "contributors": [f"{role}: {name}" for role, name in others]})
    first = out_and_in(facts, "iso2709")
    again = out_and_in(first, "iso2709")
    assert first.creators == again.creators
    assert set(first.contributors) == set(again.contributors)
    assert len(card(first).credits) >= len(card(facts).credits)


def test_a_set_says_so_and_an_editor_is_no_author() -> None:
    source = record([
        ("001", "b1"), ("100", [("a", "Doe, Jane")]), ("245", [("a", "Letters")]), ("300", [("a", "2 v. ;"), ("c", "23 cm")]),
        ("700", [("a", "Roe, Ann,"), ("e", "editor.")]), ("700", [("a", "Ink, Bob,"), ("4", "ill")]),
    ])  # fmt: skip
    facts = read(source.as_marc())
    assert (facts.creators, facts.volumes, facts.extent) == (("Jane Doe",), 2, "2 v.")
    assert facts.contributors == ("edt: Ann Roe", "ill: Bob Ink")


def _of_the_folder() -> Iterator[tuple[str, BookFacts]]:
    for path in sorted(path for path in FOLDER.glob("*.*") if path.suffix != ".csv")[::FILES]:
        with path.open("rb") as stream:
            for found in islice(files.read(stream), RECORDS):
                if isinstance(found, BibliographicRecord):
                    yield path.name, typed(asdict(facts_of(found)))


@pytest.mark.skipif(not FOLDER.exists(), reason="the shared MARC files are not here")
def test_real_records_come_out_as_they_went_in() -> None:
    """Every one with SOAK=1: 5,117 records of 304 files."""
    seen = 0
    for name, facts in _of_the_folder():
        if facts.title:
            seen += 1
            for form in ("iso2709", "marcxml"):
                assert differences(facts, out_and_in(facts, form)) == {}, name
    assert seen > 100
