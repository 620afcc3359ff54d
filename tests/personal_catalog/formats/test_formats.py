"""Records for other programs: each form whole, hostile text harmless."""

import csv
import json
import re
from datetime import UTC, datetime
from io import BytesIO, StringIO

import pymarc
import pytest

from personal_catalog.facts import BookFacts, typed
from personal_catalog.formats import bibtex, csl, ris, schema_org, spreadsheet
from personal_catalog.formats.card import Card, parted
from personal_catalog.formats.registry import FORMATS

HOSTILE = "</script><script>alert(1)</script>} \\input{x} @book{y, \u2028 =1+1"


def card(number: int = 7, **fields: object) -> Card:
    said: dict[str, object] = {
        "title": "拖延心理学", "subtitle": "向与生俱来的行为顽症宣战", "creators": ["简·博克", "Jane B. Doe"], "translators": ["蒋永强"],
        "contributors": ["edt: Vincent van Gogh", "ill: Ann Ink"], "publisher": "中国人民大学出版社", "year": 2009, "language": "chi",
        "isbns": ["9787300113906"], "series": "心理", "series_number": "3", "subjects": ["拖延", "a, b"], "volumes": 2,
    }  # fmt: skip
    return Card(
        number, typed(said | fields), f"https://books.example.edu/titles/{number}/", datetime(2026, 11, 24, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Jane B. Doe", ("Doe", "", "Jane B.")),
        ("Vincent van Gogh", ("Gogh", "van", "Vincent")),
        ("简·博克", None),
        ("Plato", None),
        ("Huanxi University Choir", None),
    ],
)
def test_a_name_is_parted_where_its_family_name_is_told(name: str, parts: tuple[str, str, str] | None) -> None:
    assert parted(name) == parts


def test_bibtex_names_everybody_by_what_they_did() -> None:
    entry = bibtex.entry(card())
    assert entry.startswith("@book{2009-7,\n")
    assert "author = {简·博克 and Doe, Jane B.}" in entry
    assert "editor = {van Gogh, Vincent}" in entry
    assert "volumes = {2}" in entry


def test_no_text_leaves_its_field_in_bibtex() -> None:
    entry = bibtex.entry(card(title=HOSTILE, creators=[HOSTILE], publisher="A & B {x"))
    bare = re.sub(r"\\[{}]", "", entry)
    assert bare.count("{") == bare.count("}")
    assert entry.count("\n@") == 0
    assert r"A \& B \{x" in entry


def test_csl_is_what_citation_managers_read() -> None:
    item = json.loads(csl.entry(card()))
    assert (item["type"], item["issued"], item["language"]) == ("book", {"date-parts": [[2009]]}, "zh")
    assert item["author"] == [{"literal": "简·博克"}, {"family": "Doe", "given": "Jane B."}]
    assert item["editor"] == [{"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van"}]
    assert (item["ISBN"], item["collection-number"], item["number-of-volumes"]) == ("978-7-300-11390-6", "3", 2)


def test_ris_begins_and_ends_each_record() -> None:
    lines = ris.entry(card(summary=f"x\nER  - \nTY  - HACK {HOSTILE}")).split("\r\n")
    assert (lines[0], lines[-3]) == ("TY  - BOOK", "ER  - ")
    assert [line[:2] for line in lines if line].count("TY") == 1
    assert "AU  - Doe, Jane B." in lines


def test_csv_comes_back_by_the_headings_of_the_import_and_no_formula_is_alive() -> None:
    """T-L4"""
    text = spreadsheet.headings() + spreadsheet.entry(card(title="=1+1", publisher="@SUM(1)"))
    [row] = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    assert (row["Title"], row["Publisher"], row["Year"]) == ("'=1+1", "'@SUM(1)", "2009")
    assert (row["ISBN"], row["Creators"]) == ("9787300113906", "简·博克; Jane B. Doe")


def test_a_page_says_the_book_to_machines_and_no_text_ends_the_script() -> None:
    """T-D1"""
    text = schema_org.in_page(card(title=HOSTILE))
    assert not {"<", ">", "&", "\u2028"} & set(text)
    book = json.loads(text)
    assert (book["@type"], book["isbn"]) == ("Book", ["9787300113906"])
    assert book["name"].startswith("</script><script>alert(1)</script>} ")
    assert book["translator"] == [{"@type": "Person", "name": "蒋永强"}]
    assert book["isPartOf"] == {"@type": "BookSeries", "name": "心理", "position": "3"}


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_of_several_records_is_whole(ending: str) -> None:
    made = b"".join(FORMATS[ending].file([card(1), card(2, title="围城")]))
    counts = {
        "mrc": lambda: len(list(pymarc.MARCReader(BytesIO(made)))),
        "xml": lambda: len(pymarc.parse_xml_to_array(BytesIO(made))),
        "csv": lambda: len(list(csv.DictReader(StringIO(made.decode())))),
        "bib": lambda: made.count(b"@book{"),
        "json": lambda: len(json.loads(made)),
        "ris": lambda: made.count(b"TY  - BOOK\r\n"),
    }
    assert counts[ending]() == 2


@pytest.mark.parametrize("ending", FORMATS)
def test_a_bare_title_and_an_empty_file_are_files_too(ending: str) -> None:
    bare = Card(1, BookFacts(title="x"), "https://books.example.edu/titles/1/", datetime(2026, 11, 24, tzinfo=UTC))
    assert b"".join(FORMATS[ending].file([bare]))
    assert isinstance(b"".join(FORMATS[ending].file([])), bytes)
