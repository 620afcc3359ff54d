"""Readers and stock from files: each row ends as created, updated, or named with its problem."""

import json
import tracemalloc
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from library_bridge.adapters.embedded.holds import waiting
from library_bridge.imports import kinds, tables
from library_bridge.imports.columns import PATRONS
from library_bridge.imports.problems import SENTENCES, NotImported
from library_bridge.imports.running import Report
from library_bridge.models import (
    EmbeddedItem,
    EmbeddedPatron,
    EmbeddedRecord,
    ItemType,
    Library,
    PatronCategory,
)
from library_bridge.ports import Refused
from tests.library_bridge import factories
from tests.library_bridge.factories import PIN, Campus

pytestmark = pytest.mark.django_db
CHINESE = "读者证号,姓名,类别,密码,有效期\n20230001,张三,Students,246810,2027年6月30日\n20230002,李四,student,,长期\n"
BOOKS = (
    "条码,书名,作者,出版社,年,ISBN,索书号,类型,馆藏地\n"
    "0001,拖延心理学,简·博克; 莱诺拉·袁,中国人民大学出版社,2009年12月,978-7-300-11390-6,B848/1,Books,总馆\n"
    "0002,拖延心理学,简·博克; 莱诺拉·袁,中国人民大学出版社,2009,9787300113906,B848/1,book,分馆\n"
    "0003,家谱,,,,,,,\n"
)


def patrons(campus: Campus, text: str | bytes, *, preview: bool = False) -> Report:
    content = text.encode() if isinstance(text, str) else text
    return kinds.import_patrons(BytesIO(content), library=campus.library, preview=preview)


def items(campus: Campus, text: str | bytes, *, preview: bool = False) -> Report:
    content = text.encode() if isinstance(text, str) else text
    return kinds.import_items(BytesIO(content), library=campus.library, preview=preview)


def counted(report: Report) -> tuple[int, int, int]:
    return report.created, report.updated, report.failed


def problems(report: Report) -> dict[int, str]:
    return {failure.number: failure.problem.code for failure in report.problems}


def card(number: str) -> EmbeddedPatron:
    return EmbeddedPatron.objects.get(card_number=number)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_cards_come_in_any_usual_encoding(campus: Campus, now: datetime, encoding: str) -> None:
    assert counted(patrons(campus, CHINESE.encode(encoding))) == (2, 0, 0)
    first = card("20230001")
    assert (first.name, first.category, first.expires_on) == ("张三", campus.category, date(2027, 6, 30))
    assert (card("20230002").pin, card("20230002").expires_on) == ("", None)
    campus.system(now).authenticate("20230001", PIN)
    with pytest.raises(Refused):
        campus.system(now).authenticate("20230002", "")


def test_headings_may_be_english_in_any_order_with_others_between(campus: Campus) -> None:
    text = "Remark;Expires On;Card_Number;NAME\r\nx;2027/6/30;77;Zhang\r\n"
    assert counted(patrons(campus, text)) == (1, 0, 0)
    assert (card("77").name, card("77").expires_on) == ("Zhang", date(2027, 6, 30))


def test_again_a_file_brings_cards_up_to_date_and_leaves_what_it_does_not_say(campus: Campus, now: datetime) -> None:
    patrons(campus, CHINESE)
    EmbeddedPatron.objects.filter(card_number="20230001").update(blocked=True, fines=3)
    assert counted(patrons(campus, "card_number,name,pin\n20230001,张小三,\n20230003,王五,135790\n")) == (1, 1, 0)
    changed = card("20230001")
    assert (changed.name, changed.blocked, changed.fines, changed.expires_on) == ("张小三", True, 3, date(2027, 6, 30))
    campus.system(now).authenticate("20230001", PIN)
    campus.system(now).authenticate("20230003", "135790")


def test_the_same_pin_twice_is_never_the_same_hash(campus: Campus) -> None:
    patrons(campus, "card_number,pin\n1,246810\n2,246810\n")
    assert card("1").pin != card("2").pin


def test_a_preview_changes_nothing_and_counts_the_same(campus: Campus) -> None:
    text = f"{CHINESE}20230001,张三,,,\n,nobody,,,\n"
    seen = patrons(campus, text, preview=True)
    assert EmbeddedPatron.objects.filter(card_number__startswith="2023").count() == 0
    done = patrons(campus, text)
    assert counted(seen) == counted(done) == (2, 1, 1)
    assert problems(seen) == problems(done) == {5: "missing"}


BAD_CARDS = [
    ("=1+1,A,,,", "formula"), ("1,=HYPERLINK(1),,,", "formula"), ("1,@SUM(1),,,", "formula"), ("1,\tx,,,", "formula"),
    ("1,a\x07b,,,", "control"), ('1,"a\nb",,,', "control"), ("1|2,A,,,", "not_a_number"), ("1 2,A,,,", "not_a_number"),
    ("2.023E+09,A,,,", "digits_lost"), (",A,,,", "missing"), ("1,A,Pirates,,", "unknown_code"),
    ("1,A,,,2027-02-30", "date"), ("1,A,,,soon", "date"), ("1,A,,123,", "pin_short"), ("1,A,,12|45,", "control"),
    (f"{'9' * 41},A,,,", "cell_too_long"), (f"1,{'长' * 81},,,", "cell_too_long"), ('1,"open,,,', "quote"),
    (f"1,{'x' * 30_000},,,", "too_long"), ("1,A,,," + "," * 300, "too_long"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code"), BAD_CARDS)
def test_t_l5_a_bad_row_is_named_and_the_others_go_in(campus: Campus, line: str, code: str) -> None:
    report = patrons(campus, f"读者证号,姓名,类别,密码,有效期\n11,A,,,\n{line}\n12,B,,,\n")
    assert counted(report) == (2, 0, 1)
    assert problems(report) == {3: code}
    assert str(report.problems[0].problem)
    assert card("12").name == "B"


def test_no_problem_tells_a_pin_a_name_or_a_card_k12(campus: Campus) -> None:
    lines = [line.replace("A", "CANARY-NAME").replace("123", "CAN") for line, _code in BAD_CARDS]
    report = patrons(campus, "读者证号,姓名,类别,密码,有效期\n" + "\n".join(lines) + "\n")
    assert report.failed
    told = " ".join(str(failure.problem) for failure in report.problems)
    assert "CANARY" not in told


def test_an_apostrophe_says_that_no_formula_is_meant(campus: Campus) -> None:
    items(campus, "barcode,title\n1,'=图书馆=\n")
    assert EmbeddedRecord.objects.get().title == "=图书馆="


def test_a_cell_with_line_breaks_in_an_unknown_column_is_no_trouble(campus: Campus) -> None:
    text = 'card_number,remark,name\n1,"two\nlines, and ""quotes""",A\n2,,B\n3,"open,C\n4,,D\n'
    report = patrons(campus, text)
    assert (counted(report), problems(report)) == ((3, 0, 1), {5: "quote"})
    assert card("1").name == "A"


def test_categories_go_by_code_or_name_and_an_empty_one_must_be_clear(campus: Campus) -> None:
    PatronCategory.objects.create(library=campus.library, code="teacher", name="教师")
    report = patrons(campus, "card_number,category\n1,教师\n2,TEACHER\n3,\n")
    assert (counted(report), problems(report)) == ((2, 0, 1), {4: "which_one"})
    assert "教师" in str(report.problems[0].problem)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"name\nA\n", "no_columns"),
        (b"\x89PNG\r\n\x1a\n\0\0", "unreadable"),
        (b"\xff\xff\xff", "unreadable"),
    ],
)
def test_a_file_that_is_none_says_why(campus: Campus, content: bytes, code: str) -> None:
    with pytest.raises(NotImported) as refused:
        patrons(campus, content)
    assert refused.value.problem.code == code
    assert str(refused.value.problem)


def command(name: str, path: Path, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(name, "demo", str(path), "--json", *arguments, stdout=out)
    return dict(json.loads(out.getvalue()))


def test_the_commands_answer_with_one_summary(campus: Campus, tmp_path: Path) -> None:
    cards, books = tmp_path / "cards.csv", tmp_path / "books.csv"
    cards.write_text(f"{CHINESE},nobody,,,\n", "utf-8")
    books.write_text(BOOKS, "gb18030")
    assert command("import_patrons", cards, "--preview")["created"] == 2
    assert not EmbeddedPatron.objects.filter(card_number="20230001").exists()
    told = command("import_patrons", cards)
    assert {name: told[name] for name in ("total", "created", "updated", "failed")} == {
        "total": 3, "created": 2, "updated": 0, "failed": 1
    }  # fmt: skip
    assert isinstance(told["seconds"], float)
    assert told["problems"][0]["number"] == 4
    assert command("import_items", books)["created"] == 3


def test_the_commands_name_each_row_that_failed_in_english(campus: Campus, tmp_path: Path) -> None:
    path = tmp_path / "cards.csv"
    path.write_text("读者证号\n1|2\n3\n", "utf-8")
    out = StringIO()
    call_command("import_patrons", "demo", str(path), stdout=out)
    told = out.getvalue().splitlines()
    assert told[0].startswith("No. 2: “card_number” has a blank")
    assert told[1].startswith("total 2, created 1, updated 0, failed 1")


def test_rows_that_say_nothing_get_what_the_command_names(campus: Campus, tmp_path: Path) -> None:
    PatronCategory.objects.create(library=campus.library, code="teacher", name="教师")
    ItemType.objects.create(library=campus.library, code="reserve", name="教参")
    cards, books = tmp_path / "cards.csv", tmp_path / "books.csv"
    cards.write_text("证号\n1\n", "utf-8")
    books.write_text("条码,书名\n1,T\n", "utf-8")
    command("import_patrons", cards, "--category", "teacher")
    command("import_items", books, "--item-type", "reserve")
    assert (card("1").category.code, EmbeddedItem.objects.get().item_type.code) == ("teacher", "reserve")


@pytest.mark.parametrize("arguments", [["nowhere"], ["koha"], ["demo", "--category", "none"]])
def test_the_commands_refuse_what_is_not_there(campus: Campus, tmp_path: Path, arguments: list[str]) -> None:
    Library.objects.create(code="koha", name_zh="K", name_en="K", adapter="koha")
    path = tmp_path / "cards.csv"
    path.write_text(CHINESE, "utf-8")
    library, *more = arguments
    with pytest.raises(CommandError):
        call_command("import_patrons", library, str(path), *more)
    with pytest.raises(CommandError):
        call_command("import_patrons", "demo", str(tmp_path / "none.csv"))


def test_a_row_that_another_writes_at_the_same_moment_is_named(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looked before the other's commit sees no card; the database refuses, and the others go in."""
    factories.embedded_patron(campus.library, campus.category)
    taken = EmbeddedPatron.objects.latest("pk").card_number
    monkeypatch.setattr("library_bridge.imports.patrons.EmbeddedPatron.objects.filter", lambda **wanted: ())
    report = patrons(campus, f"card_number\n991\n{taken}\n992\n")
    assert (counted(report), problems(report)) == ((2, 0, 1), {3: "not_saved"})


def test_t_l5_a_long_file_needs_no_more_memory_than_a_short_one() -> None:
    def peak(rows: int) -> int:
        content = "读者证号,姓名\n" + "".join(f"{number},读者{number}\n" for number in range(rows))
        stream = BytesIO(content.encode())
        tracemalloc.start()
        assert sum(1 for _row in tables.read(stream, PATRONS, needed="card_number")) == rows
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(20_000) < 2 * peak(2_000) + 100_000


def test_every_problem_says_how_it_is_mended() -> None:
    assert all(str(sentence).count(". ") >= 1 for code, sentence in SENTENCES.items() if code != "empty")


@settings(max_examples=60)
@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "ignore")))
def test_t_l5_no_file_breaks_the_reading(content: bytes) -> None:
    for head in (b"", "读者证号,姓名\n".encode()):
        try:
            ends = list(tables.read(BytesIO(head + content), PATRONS, needed="card_number"))
        except NotImported:
            continue
        assert all(end.number > 1 for end in ends)


def test_holds_and_loans_stay_with_an_item_that_is_imported_again(campus: Campus, now: datetime) -> None:
    made = factories.charged(campus, campus.alice, now=now)
    factories.hold(made, campus.card(campus.bob), now=now)
    items(campus, f"barcode,title,branch\n{made.barcode},{made.record.title},North\n")
    assert campus.holder(made.barcode) == campus.alice.card_number
    assert waiting().filter(record__items=made).exists()


def test_many_rows_ask_the_database_no_more_than_one(campus: Campus) -> None:
    def asked(rows: int) -> list[int]:
        numbers = range(1000, 1000 + rows)
        cards = "card_number,name,pin\n" + "".join(f"{number},A,1234\n" for number in numbers)
        books = "barcode,title,isbn,branch\n" + "".join(
            f"{number},T{number},9787300113906,{rows}\n" for number in numbers
        )
        found = []
        for work, text in ((patrons, cards), (items, books)):
            with CaptureQueriesContext(connection) as queries:
                work(campus, text)
            found.append(len(queries))
        return found

    asked(30)
    assert asked(29) == asked(1)
