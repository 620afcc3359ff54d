import csv
from datetime import datetime
from io import StringIO

import pytest

from library_bridge.models import Reader
from personal_catalog.exports import shelf_csv
from personal_catalog.formats.spreadsheet import safe_cell
from tests.personal_catalog import factories

pytestmark = pytest.mark.django_db


def rows(reader: Reader) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO("".join(shelf_csv(reader)).removeprefix("\ufeff"))))


def test_a_shelf_holds_ones_own_copies_only(alice: Reader, bob: Reader, now: datetime) -> None:
    """T-R24"""
    factories.copy(bob, now=now, note="Bob's secret")
    copy = factories.copy(alice, of=factories.title("围城", now=now, year=1991), now=now)
    assert [(row["Title"], row["Year"], row["Label number"]) for row in rows(alice)] == [
        ("围城", "1991", copy.label_number)
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_formula_is_alive(start: str) -> None:
    """T-L4"""
    assert safe_cell(f"{start}1+1").startswith("'")
    assert safe_cell(-5) == "-5"


def test_a_note_that_is_a_formula_comes_out_as_text(alice: Reader, now: datetime) -> None:
    """T-L4"""
    factories.copy(alice, now=now, note="=1+1")
    assert rows(alice)[0]["Note"] == "'=1+1"
