"""Reading files of books: what each service writes, every dirty form of a number, and what is hostile."""

import csv
import gzip
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from itertools import islice
from pathlib import Path

import openpyxl
import pytest

from personal_catalog.errors import ImportRefused
from personal_catalog.files import kinds, sheets, tables
from personal_catalog.files.numbers import isbn13s
from personal_catalog.files.rows import Row
from tests.library_bridge.marc_records import cnmarc
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SHORT = "7300113907"
GOODREADS = (
    "Book Id,Title,Author,Additional Authors,ISBN,ISBN13,My Review,Private Notes,Exclusive Shelf,Owned Copies,Binding\n"
)


def read(content: str | bytes, wanted: str = "auto", **how: int) -> list[Row]:
    given = content if isinstance(content, bytes) else content.encode()
    return list(kinds.read(BytesIO(given), wanted, **how).rows)


def codes(rows: list[Row]) -> list[str]:
    return [row.problem.code if row.problem else "" for row in rows]


@pytest.mark.parametrize(
    "cell",
    [
        PROCRASTINATION, "978-7-300-11390-6", f'="{PROCRASTINATION}"', f"[{SHORT}]", f"ISBN {PROCRASTINATION}", "ISBN-13: 9787300113906",
        "９７８７３００１１３９０６", f" {PROCRASTINATION}　", SHORT, "9787300113906.0", f"{SHORT}, {PROCRASTINATION}", "978 7 300 11390 6",
    ],
)  # fmt: skip
def test_every_dirty_form_of_a_number_is_mended(cell: str) -> None:
    assert isbn13s([cell], titled=True) == ((PROCRASTINATION,), None)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("9.7873E+12", "digits_lost"), ("9.78730011390e+12", "digits_lost"), ("9787300000000", "digits_lost"),
        ("9787300113907", "wrong_check_digit"), ("97873001139", "wrong_length"),
        ("10019·1979", ""), ("B08XYZ1234", ""), ('=""', ""), ("", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_mended_with_certainty_is_named(cell: str, code: str) -> None:
    numbers, problem = isbn13s([cell], titled=True)
    assert (numbers, problem.code if problem else "") == ((), code)


def test_of_two_columns_the_whole_one_counts_and_two_books_are_a_question() -> None:
    assert isbn13s(["439023483", "9.78043902348e+12"], titled=True) == (("9780439023481",), None)
    _numbers, problem = isbn13s([PROCRASTINATION, FORTRESS], titled=True)
    assert problem
    assert problem.code == "isbns_differ"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_in_every_character_set_packed_or_not(encoding: str, delimiter: str) -> None:
    text = f"书名,作者,ISBN\r\n拖延心理学,简·博克,{PROCRASTINATION}\r\n".replace(",", delimiter)
    for content in (text.encode(encoding), gzip.compress(text.encode(encoding))):
        [row] = read(content)
        assert row.facts
        assert (row.facts.title, row.isbn13, row.place) == ("拖延心理学", PROCRASTINATION, "2")


def test_latin_letters_with_accents_are_not_taken_for_chinese() -> None:
    [row] = read("title,author\nLe petit prince,Antoine de Saint-Exupéry\n".encode("cp1252"))
    assert row.facts
    assert row.facts.creators == ("Antoine de Saint-Exupéry",)


def test_a_damaged_character_costs_its_row_only() -> None:
    content = "书名,作者\n围城,钱锺书\n坏%,某人\n活着,余华\n".encode().replace(b"%", b"\xff")
    assert codes(read(content)) == ["", "encoding", ""]


def test_goodreads_keeps_private_what_is_private() -> None:
    [row] = read(
        GOODREADS + '1,"Dune (Dune, #1)",Frank Herbert,,"=""0441172717""","=""9780441172719""",'
        "<b>great</b><script>x</script>,SECRET,to-read,0,Kindle Edition\n"
    )
    assert row.facts
    assert (row.facts.title, row.facts.series, row.facts.series_number) == ("Dune", "Dune", "1")
    assert set(row.traits) == {"wished", "not_owned", "digital"}
    assert row.remark == "great"
    assert "SECRET" not in repr(row)


def test_douban_says_which_book_by_its_number_or_its_creator() -> None:
    first, second = read(
        "标题,个人评分,打分日期,条目链接,评论,\n"
        '"围城","5","2010/01/01","https://book.douban.com/subject/1008145/","=1+1",\n'
        '"活着","5","2010/01/01","https://movie.example/subject/1/","",\n'
    )
    assert first.facts
    assert first.facts.numbers == ("douban:1008145",)
    assert (first.douban, first.by_title, first.remark, second.douban) == ("1008145", False, "=1+1", "")


def spreadsheet(**named: list[list[object]]) -> bytes:
    book, out = openpyxl.Workbook(), BytesIO()
    book.remove(book.active)
    for name, rows in named.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(out)
    return out.getvalue()


def test_a_spreadsheet_is_read_sheet_by_sheet() -> None:
    head = ["标题", "简介", "豆瓣评分", "链接"]
    content = spreadsheet(
        读过=[head, ["围城", "钱锺书 / 1991 / 人民文学出版社", 8.9, "https://book.douban.com/subject/1008145/"]],
        想读=[head, ["活着", "余华 / 2012 / 作家出版社", 9.4, ""]],
        说明=[["谢谢使用"]],
    )
    read_one, wished = read(content)
    assert read_one.facts
    assert (read_one.facts.creators, read_one.facts.publisher, read_one.facts.year) == (
        ("钱锺书",),
        "人民文学出版社",
        1991,
    )
    assert (read_one.place, read_one.traits, set(wished.traits)) == ("读过 2", frozenset(), {"wished"})


def test_numbers_of_a_spreadsheet_are_whole_or_lost() -> None:
    rows = [
        ["书名", "ISBN"],
        ["甲", int(PROCRASTINATION)],
        ["乙", float(FORTRESS)],
        ["丙", 9.7873e12],
        ["丁", 439023483],
    ]
    found = read(spreadsheet(书=rows))
    assert [row.isbn13 for row in found] == [PROCRASTINATION, FORTRESS, "", "9780439023481"]
    assert codes(found)[2] == "digits_lost"


def test_marc_of_either_family_is_read() -> None:
    record = cnmarc("m1", _010=[("a", "978-7-300-11390-6")], _200=[("a", "拖延心理学"), ("f", "简·博克著")], _701=None)
    [row] = read(record.as_marc())
    assert row.facts
    assert (row.facts.title, row.facts.creators, row.isbn13) == ("拖延心理学", ("简·博克",), PROCRASTINATION)


# hostile files: T-U1, T-D1, T-D2, T-L4, T-L5


def test_t_l5_a_packed_bomb_ends_at_the_limit() -> None:
    bomb = gzip.compress(b"title\n" + b"a\n" * 5_000_000)
    with pytest.raises(ImportRefused, match="too_large"):
        read(bomb, most_bytes=1_000_000)


def test_t_l5_a_spreadsheet_is_measured_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_BYTES", 1_000_000)
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_, **__: pytest.fail("opened"))
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (sheets.MOST_BYTES + 1))
    with pytest.raises(ImportRefused, match="too_large"):
        read(out.getvalue())


def test_t_l5_rows_that_a_spreadsheet_only_claims_are_not_counted_up_to() -> None:
    content = BytesIO(spreadsheet(书=[["书名"], ["围城"]]))
    out = BytesIO()
    with zipfile.ZipFile(content) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            text = given.read(name).replace(b'<row r="2"', b'<row r="999999999"').replace(b'r="A2"', b'r="A999999999"')
            made.writestr(name, text)
    assert read(out.getvalue()) == []


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_t_i4_a_spreadsheet_with_entities_is_refused(part: str) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(spreadsheet(书=[["书名"], ["围城"]]))) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            made.writestr(name, bomb if name == part else given.read(name))
    with pytest.raises(ImportRefused, match="unreadable"):
        read(out.getvalue())


def test_t_l5_an_open_quotation_mark_near_the_end_costs_its_row_only() -> None:
    rows = read(f'title,author\nA,B\n"C,D\nE,F\nG "quoted" H,I\n{"x" * tables.LONGEST_ROW},J\nK,L\n')
    assert codes(rows) == ["", "quote", "", "", "too_long", ""]
    assert [row.facts.title for row in rows if row.facts] == ["A", "E", 'G "quoted" H', "K"]


def test_t_l5_remarks_may_have_line_breaks_and_quotes() -> None:
    said = 'first\nsecond, "third"\n' * 30
    out = io.StringIO()
    csv.writer(out).writerows([["title", "review", "author"], ["A", said, "B"], ["C", "", "D"]])
    assert [row.facts.creators for row in read(out.getvalue()) if row.facts] == [("B",), ("D",)]


def test_t_d1_a_hostile_cell_is_cleaned_and_cut() -> None:
    evil = "<script>alert(1)</script>围\u202e城\0" + "长" * 5_000
    [row] = read(f'title,author,publisher\n"{evil}",<b hx-get=x>钱锺书</b>,{"p" * 9_000}\n'.replace("\0", ""))
    assert row.facts
    assert row.facts.title.startswith("围城长")
    assert (len(row.facts.title), row.facts.creators, len(row.facts.publisher)) == (500, ("钱锺书",), 200)


HTML = b"<html><body>hello</body></html>"


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        bytes(range(256)),
        b"%PDF-1.7\n1 0 obj",
        b"PK\x03\x04",
        b"\x1f\x8b\x08",
        b"\xff" * 999,
    ],
)
def test_t_u2_what_is_no_list_of_books_is_refused(content: bytes) -> None:
    with pytest.raises(ImportRefused, match=r"unreadable|no_rows"):
        read(content)
    assert read(HTML) == []


def test_a_packed_file_that_is_cut_off_gives_what_there_is() -> None:
    packed = gzip.compress(b"title,author\n" + b"".join(b"%d,B\n" % number for number in range(3_000)))
    rows = read(packed[: len(packed) // 2])
    assert Counter(codes(rows)).keys() == {"", "cut_off"}
    assert 100 < len(rows) < 3_000


def test_memory_does_not_grow_with_the_file() -> None:
    """Rows come one by one: the first is there before the last is read."""

    class Watched(BytesIO):
        most = 0

        def read(self, size: int | None = -1) -> bytes:
            self.most = max(self.most, self.tell())
            return super().read(size)

    stream = Watched(b"title,author\n" + b"A title,Somebody\n" * 200_000)
    rows: Iterator[Row] = kinds.read(stream).rows
    stream.most = 0
    assert len(list(islice(rows, 10))) == 10
    assert stream.most < 1_000_000


@pytest.mark.skipif(not DATA.exists(), reason="the shared data set is not here")
def test_the_real_files_are_read_as_their_readme_says(now: datetime) -> None:
    """name: rows, of which with an ISBN, with a 豆瓣 number, and what is wrong."""
    expected = {
        "exploring-goodreads__goodreads_library_export.csv": ("goodreads", 326, 184, 0, {}),
        "my-bib__librarything.tsv": ("librarything", 422, 239, 0, {"wrong_length": 1}),
        "my-bib__librarything_utf16.tsv": ("librarything", 120, 119, 0, {}),
        "lectorflow__storygraph.csv": ("storygraph", 124, 114, 0, {}),
        "bookwyrm__openlibrary.csv": ("openlibrary", 4, 0, 0, {"untitled": 4}),
        "bookwyrm__calibre.csv": ("calibre", 1, 1, 0, {}),
        "douban_doufen.xlsx": ("douban", 160, 0, 160, {}),
        "douban_userscript_gb18030.csv": ("douban", 160, 0, 160, {}),
        "plain_zh_utf8.csv": ("plain", 160, 120, 0, {"digits_lost": 20, "wrong_check_digit": 20}),
        "plain_zh_gb18030.csv": ("plain", 160, 120, 0, {"digits_lost": 20, "wrong_check_digit": 20}),
    }
    for name, wanted in expected.items():
        with (DATA / "exports" / name).open("rb") as stream:
            file = kinds.read(stream)
            rows = list(file.rows)
        wrong = Counter(row.problem.code for row in rows if row.problem)
        found = (
            file.name,
            len(rows),
            sum(bool(row.isbn13) for row in rows),
            sum(bool(row.douban) for row in rows),
            wrong,
        )
        assert found == wanted, name
