"""What a MARC record says, as plain fields: both formats, both scripts, all the ways to write them down."""

import html
from io import BytesIO

import pytest
from pymarc import record_to_xml

from library_bridge.marc import files, isbns, words
from library_bridge.marc.files import Read
from library_bridge.marc.problems import Broken
from library_bridge.ports import BibliographicRecord, Gone
from tests.library_bridge.marc_records import cnmarc, in_gb18030, marc21, recoded, record

ISBN = "9787300113906"


def read(source: bytes, **how: object) -> list[Read]:
    return list(files.read(BytesIO(source), **how))  # type: ignore[arg-type]


def one(source: bytes, **how: object) -> BibliographicRecord:
    [found] = read(source, **how)
    assert isinstance(found, BibliographicRecord), found
    return found


def test_s4_a_marc21_record_says_what_its_card_says() -> None:
    found = one(marc21().as_marc())
    assert (found.record_id, found.title, found.subtitle) == ("b1", "Data structures", "a primer")
    assert (found.creators, found.isbn13s) == (("Jane B. Doe",), (ISBN,))
    assert (found.publisher, found.year, found.language) == ("People's Press", 2012, "eng")
    assert (found.subjects, found.ddc, found.item_count) == (("Data structures",), "005.73", 1)


def test_s4_a_cnmarc_record_says_what_its_card_says() -> None:
    found = one(cnmarc().as_marc())
    assert (found.record_id, found.title, found.subtitle) == ("c1", "数据结构", "入门")
    assert (found.creators, found.translators) == (("简·多伊",), ("李雷",))
    assert (found.publisher, found.year, found.language, found.series) == ("人民出版社", 2012, "chi", "计算机丛书")
    assert (found.clc, found.subjects, found.isbn13s) == ("TP311.12", ("数据结构",), (ISBN,))
    assert (found.call_number, found.item_count) == ("TP311/26", 2)


@pytest.mark.parametrize("coded", ["        d2004    em y0chiy0110    ea", "20100101d2004    em"])
def test_the_year_of_unimarc_stands_at_its_place_behind_blanks_too(coded: str) -> None:
    made = cnmarc(_210=[("a", "北京")], _100=[("a", coded)])
    assert one(made.as_marc()).year == one(record_to_xml(made)).year == 2004


def test_s4_cnmarc_in_gb18030_says_the_same() -> None:
    """T-I10"""
    assert one(in_gb18030(cnmarc(utf8=False))) == one(cnmarc().as_marc())


def test_s4_traditional_characters_in_gbk_say_the_same() -> None:
    made = cnmarc(title="東方雜誌", _200=[("a", "東方雜誌"), ("f", "錢鍾書著")])
    assert one(recoded(made, "gbk")).title == "東方雜誌"


@pytest.mark.parametrize("form", [marc21, cnmarc])
def test_s4_marcxml_says_the_same(form: type) -> None:
    source = b"<?xml version='1.0'?><collection>" + record_to_xml(form(), namespace=True) + b"</collection>"
    assert one(source) == one(form().as_marc())


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_s4_marcxml_in_another_character_set_says_the_same(encoding: str) -> None:
    head = f"<?xml version='1.0' encoding='{'GB2312' if encoding == 'gb18030' else encoding}'?>"
    body = record_to_xml(cnmarc()).decode()
    source = (head + "<collection>" + html.unescape(body) + "</collection>").encode(encoding)
    assert one(source) == one(cnmarc().as_marc())


def test_s4_marc8_is_read_as_marc21_has_it() -> None:
    made = record([("001", "b2"), ("245", [("a", "Caf\xe2e")])], utf8=False)
    assert one(recoded(made, "latin-1")).title == "Café"


def test_s4_a_character_set_that_is_named_overrules_what_the_record_says() -> None:
    made = record([("001", "b2"), ("245", [("a", "東方雜誌")])], utf8=False)
    assert one(recoded(made, "big5"), encoding="big5").title == "東方雜誌"


def test_s4_the_title_in_the_books_own_script_counts() -> None:
    twin = ("880", [("6", "245-01/$1"), ("a", "浄名玄論 /")])
    made = record([("001", "b3"), ("245", [("6", "880-01"), ("a", "Jōmyō genron /")]), twin])
    assert one(made.as_marc()).title == "浄名玄論"


def test_s4_a_part_of_a_set_is_a_book_of_its_own() -> None:
    made = marc21(_245=[("a", "Collected works."), ("n", "Part 2,"), ("p", "Letters /")])
    assert one(made.as_marc()).title == "Collected works Part 2 Letters"


def test_s4_names_in_the_statement_stand_in_where_there_are_no_others() -> None:
    found = one(
        cnmarc(
            _701=None, _702=None, _200=[("a", "书"), ("f", "[日] 东野圭吾 ... [等] 编著"), ("g", "张三, 李四译")]
        ).as_marc()
    )
    assert (found.creators, found.translators) == (("东野圭吾",), ("张三", "李四"))


def test_s4_kohas_items_are_counted() -> None:
    items = [("952", [("o", "TP311/26"), ("p", str(number))]) for number in range(3)]
    made = record([("001", "b4"), ("245", [("a", "Title")]), *items])
    assert (one(made.as_marc()).item_count, one(made.as_marc()).call_number) == (3, "TP311/26")


def test_s4_a_record_that_says_it_is_deleted_is_gone() -> None:
    assert read(record([("001", "b5"), ("245", [("a", "Title")])], status="d").as_marc()) == [Gone("b5")]


def test_s4_a_record_without_a_number_is_known_by_its_words_each_time() -> None:
    first, again = (one(marc21(number="", _001=None).as_marc()).record_id for _ in range(2))
    assert first == again
    assert first.startswith("~")


@pytest.mark.parametrize("kind", ["z", "y"])
def test_s4_other_kinds_of_records_are_left_out_by_name(kind: str) -> None:
    [found] = read(record([("001", "a1"), ("245", [("a", "Doe, Jane")])], kind=kind).as_marc())
    assert isinstance(found, Broken)
    assert (found.number, found.name) == (1, "a1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7-300-11390-7 (pbk.) : CNY68", (ISBN,)),
        ("978-7-300-11390-6", (ISBN,)),
        ("９７８７３００１１３９０６", (ISBN,)),
        ("7-300-11390-6", ()),
        ("CNY 9787300", ()),
        ("9790260000438", ()),
        ("", ()),
    ],
)
def test_s4_an_isbn_counts_when_its_check_digit_is_right(text: str, expected: tuple[str, ...]) -> None:
    assert isbns.isbn13s([text]) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Knuth, Donald E.,", "Donald E. Knuth"),
        ("King, Martin Luther, Jr.", "Martin Luther King Jr."),
        ("钱, 锺书", "钱锺书"),
        ("Voltaire", "Voltaire"),
    ],
)
def test_s4_a_name_is_turned_the_way_people_write_it(name: str, expected: str) -> None:
    assert words.turned(name) == expected
