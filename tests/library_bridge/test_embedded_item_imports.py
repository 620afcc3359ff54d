"""Stock from files, tables and MARC: each row ends as created, updated, or named with its problem."""

from typing import cast

import pytest
from pymarc import Field, Indicators, Record, Subfield

from library_bridge.models import (
    EmbeddedIsbn,
    EmbeddedItem,
    EmbeddedRecord,
)
from tests.library_bridge.factories import Campus
from tests.library_bridge.test_embedded_imports import BOOKS, counted, items, problems

pytestmark = pytest.mark.django_db


def test_items_come_with_their_record_and_share_it(campus: Campus) -> None:
    assert counted(items(campus, BOOKS)) == (3, 0, 0)
    first, second = (EmbeddedItem.objects.get(barcode=barcode) for barcode in ("0001", "0002"))
    assert first.record == second.record
    record = first.record
    assert (record.creators, record.year, record.call_number) == (["简·博克", "莱诺拉·袁"], 2009, "B848/1")
    assert [row.isbn13 for row in record.isbns.all()] == ["9787300113906"]
    assert (first.branch, second.branch, first.item_type) == ("总馆", "分馆", campus.book)


def test_again_a_file_of_items_makes_nothing_twice(campus: Campus) -> None:
    items(campus, BOOKS)
    assert counted(items(campus, BOOKS)) == (0, 3, 0)
    assert (EmbeddedRecord.objects.count(), EmbeddedIsbn.objects.count()) == (2, 1)


def test_a_corrected_title_corrects_the_record_of_its_only_item(campus: Campus) -> None:
    items(campus, BOOKS)
    items(campus, "barcode,title,branch\n0003,张氏家谱,\n0001,,书库\n")
    assert EmbeddedRecord.objects.count() == 2
    assert EmbeddedItem.objects.get(barcode="0003").record.title == "张氏家谱"
    moved = EmbeddedItem.objects.get(barcode="0001")
    assert (moved.branch, moved.record.title) == ("书库", "拖延心理学")


def test_volumes_that_share_an_isbn_are_two_titles(campus: Campus) -> None:
    items(campus, "barcode,title,isbn\n1,红楼梦 上,9787300113906\n2,红楼梦 下,9787300113906\n")
    assert EmbeddedRecord.objects.count() == 2


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("9,T,9787300113907,book", "isbn"), ("9,T,9.78730E+12,book", "digits_lost"), ("9,,,book", "missing"),
        ("9,T,,scroll", "unknown_code"), ("9,-1+1,,book", "formula"), ("a b,T,,book", "not_a_number"),
    ],
)  # fmt: skip
def test_t_l5_a_bad_item_is_named_and_the_others_go_in(campus: Campus, line: str, code: str) -> None:
    report = items(campus, f"barcode,title,isbn,item_type\n{line}\n10,U,,book\n")
    assert (counted(report), problems(report)) == ((1, 0, 1), {2: code})


def marc(*fields: tuple[str, str], number: str = "", leader: str = "a") -> bytes:
    """`("245", "aTitle|cName")`: fields of one record."""
    record = Record(force_utf8=True)
    if number:
        record.add_field(Field("001", data=number))
    for tag, said in fields:
        subfields = [Subfield(part[0], part[1:]) for part in said.split("|")]
        record.add_field(Field(tag, Indicators(" ", " "), subfields))
    return cast(bytes, record.as_marc())


def test_marc_21_brings_items_from_852_and_952(campus: Campus) -> None:
    content = marc(
        ("020", "a9787300113906"),
        ("245", "a拖延心理学"),
        ("952", "p1001|oB848|ybook|b总馆"),
        ("952", "p1002"),
        number="m1",
    ) + marc(("245", "aAnother"), ("852", "p1003|hB84|i1|b分馆"), number="m2")
    assert counted(items(campus, content)) == (3, 0, 0)
    assert counted(items(campus, content)) == (0, 3, 0)
    first, third = (EmbeddedItem.objects.get(barcode=barcode) for barcode in ("1001", "1003"))
    assert (first.record.record_id, first.branch, first.record.call_number) == ("m1", "总馆", "B848")
    assert (third.branch, third.record.call_number) == ("分馆", "B84 1")


@pytest.mark.parametrize("tag", ["905", "906"])
def test_cnmarc_brings_items_from_905_and_906(campus: Campus, tag: str) -> None:
    content = marc(
        ("010", "a978-7-300-11390-6"),
        ("200", "a拖延心理学|f(美) 简·博克著"),
        (tag, "aX|b2001|b2002|sB848/1"),
        number="c1",
    )
    assert counted(items(campus, content)) == (2, 0, 0)
    record = EmbeddedItem.objects.get(barcode="2002").record
    assert (record.title, record.creators, record.call_number) == ("拖延心理学", ["简·博克"], "B848/1")


def test_t_d2_a_broken_record_is_named_and_the_others_go_in(campus: Campus) -> None:
    good = marc(("245", "aGood"), ("952", "p1"), number="1")
    without = marc(("245", "aNo items"), number="2")
    untitled = marc(("952", "p2"), number="3")
    bad_barcode = marc(("245", "aGood"), ("952", "p3 4"), ("952", "p5"), number="4")
    report = items(campus, good + without + untitled + b"00099broken\x1d" + bad_barcode)
    assert counted(report) == (2, 0, 4)
    assert problems(report) == {2: "no_items", 3: "record", 4: "record", 5: "not_a_number"}
    assert [(failure.number, failure.part) for failure in report.problems][-1] == (5, 1)
