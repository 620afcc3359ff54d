"""The demo campus's titles: counts, ISBNs, classes, and where the facts come from."""

import csv
import gzip
import html
import os
import re
import unicodedata
from pathlib import Path

import pytest
from django.utils import timezone

ROOT = Path(__file__).resolve().parents[2]
TITLES = ROOT / "sharing" / "demo" / "titles.csv"
SOURCE = Path(os.environ.get("BOOKRELAY_SHARED_DATA") or ROOT.parent / "shared" / "data")

COLUMNS = [
    "key", "title", "subtitle", "creators", "translators", "publisher", "year",
    "language", "isbn13", "clc", "ddc", "subjects",
]  # fmt: skip

# As the Chongqing study names them; after the colon stands the subtitle.
STUDY = [
    "精通MATLAB(第3版)",
    "ABAQUS 6.12有限元分析从入门到精通",
    "计算流体动力学分析:CFD软件原理与应用",
    "调度:原理、算法和系统",
    "运筹学",
    "拖延心理学",
    "大数据时代:生活、工作思维的大变革",
    "互联网+战略版:传统企业,互联网在踢门",
    "预测控制(第2版)",
    "冶金企业管理信息化技术(第2版)",
    "机械设计实用手册(第3版)",
    "风对结构的作用:风工程导论",
]
CLC = re.compile(r"(T[B-HJ-NPQSUV]|[A-KN-SUVXZ])[-=.0-9]*\d")
DDC = re.compile(r"\d{3}(\.\d+)?")


def read_rows():
    with TITLES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read_rows()
ISBNS = [row["isbn13"] for row in ROWS if row["isbn13"]]


def is_isbn13(text):
    if not re.fullmatch(r"97[89][0-9]{10}", text):
        return False
    return sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(text)) % 10 == 0


def isbn13_of(isbn10):
    """ISBN-13 of an ISBN-10 that may have lost its leading zeros; None if it is wrong."""
    isbn10 = isbn10.strip().upper().zfill(10)
    if not re.fullmatch(r"[0-9]{9}[0-9X]", isbn10):
        return None
    values = [10 if digit == "X" else int(digit) for digit in isbn10]
    if sum(value * weight for value, weight in zip(values, range(10, 0, -1), strict=True)) % 11:
        return None
    body = "978" + isbn10[:9]
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(body))
    return body + str(-total % 10)


def parts(cell):
    return cell.split("|") if cell else []


def test_the_file_is_plain_utf8_with_lf_and_the_agreed_columns():
    data = TITLES.read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert data.decode("utf-8").splitlines()[0] == ",".join(COLUMNS)


def test_there_are_enough_titles_in_chinese_and_english():
    languages = [row["language"] for row in ROWS]
    assert len(ROWS) >= 440
    assert languages.count("chi") >= 230
    assert languages.count("eng") >= 180


def test_keys_count_up_from_t001():
    assert [row["key"] for row in ROWS] == [f"t{n:03d}" for n in range(1, len(ROWS) + 1)]


def test_the_twelve_titles_of_the_study_come_first():
    names = [":".join(filter(None, (row["title"], row["subtitle"]))) for row in ROWS[:12]]
    assert names == STUDY


def test_only_two_of_the_twelve_have_an_isbn():
    known = {row["title"]: row["isbn13"] for row in ROWS[:12] if row["isbn13"]}
    assert known == {"拖延心理学": "9787300113906", "大数据时代": "9787213052545"}
    bare = [row for row in ROWS[:12] if not row["isbn13"]]
    assert not any(row["creators"] or row["publisher"] or row["year"] for row in bare)


def test_every_isbn_has_a_right_check_digit():
    assert [isbn for isbn in ISBNS if not is_isbn13(isbn)] == []


def test_no_two_titles_share_an_isbn():
    assert len(ISBNS) == len(set(ISBNS))


def test_every_title_has_a_class_and_one_to_three_subjects():
    for row in ROWS:
        assert CLC.fullmatch(row["clc"]), row
        assert 1 <= len(parts(row["subjects"])) <= 3, row
        assert not row["ddc"] or DDC.fullmatch(row["ddc"]), row


def test_every_title_not_in_chinese_has_a_dewey_number():
    assert [row["key"] for row in ROWS if row["language"] != "chi" and not row["ddc"]] == []


def test_years_are_plausible_or_left_empty():
    years = [row["year"] for row in ROWS if row["year"]]
    assert all(year.isdecimal() and 1400 <= int(year) <= timezone.localdate().year for year in years)


def test_languages_are_three_letter_codes():
    assert {row["language"] for row in ROWS} <= {"chi", "eng", "fre", "ger", "spa"}


def test_cells_are_stripped_and_titles_never_empty():
    for row in ROWS:
        assert row["title"], row
        for column in COLUMNS:
            for part in row[column].split("|"):
                assert part == " ".join(part.split()), (row["key"], column)
        for column in ("creators", "translators", "subjects"):
            assert "" not in parts(row[column]), row
            assert len(parts(row[column])) == len(set(parts(row[column]))), row


def test_names_carry_no_nationality_and_no_role():
    for row in ROWS:
        for name in parts(row["creators"]) + parts(row["translators"]):
            assert not re.search(r"[\[\]()（）【】〔〕［］]", name), row
            assert not re.search(r"\s(著|编|主编|编著|译|图|绘|等)$", name), row


def test_series_are_not_left_in_the_titles():
    assert [row["title"] for row in ROWS if re.search(r"#\s*\d", row["title"])] == []


def test_a_work_stands_in_two_editions_at_most():
    works = [(row["title"], row["language"]) for row in ROWS]
    assert max(works.count(work) for work in works) == 2
    for title in ("活着", "小王子", "许三观卖血记"):
        assert works.count((title, "chi")) == 2


def letters(text):
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", html.unescape(text)).casefold())


def rows_of(name):
    with gzip.open(SOURCE / name, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def chinese():
    """ISBN → row of the Chinese list, which describes editions."""
    return {row["isbn13"]: row for row in rows_of("books_zh.csv.gz") if row["isbn13"]}


@pytest.fixture(scope="module")
def english():
    """ISBN → row of the English list, whose year is that of the work and not of the edition."""
    return {isbn13_of(row["isbn"]): row for row in rows_of("books.csv.gz")}


needs_the_data = pytest.mark.skipif(
    not SOURCE.is_dir(), reason=f"the shared data are not at {SOURCE}: set BOOKRELAY_SHARED_DATA"
)


@needs_the_data
def test_every_isbn_stands_for_this_title_in_the_source_data(chinese, english):
    for row in (row for row in ROWS if row["isbn13"]):
        found = [source[row["isbn13"]] for source in (chinese, english) if row["isbn13"] in source]
        names = [letters(one["title"] + one.get("subtitle", "") + one["original_title"]) for one in found]
        assert any(letters(row["title"]) in name for name in names), row


@needs_the_data
def test_year_and_publisher_are_those_of_the_edition(chinese):
    for row in ROWS:
        if (edition := chinese.get(row["isbn13"])) is not None:
            assert (row["publisher"] != "") == (edition["publisher"] != ""), row
        elif row["language"] != "chi":
            assert (row["year"], row["publisher"]) == ("", ""), row
