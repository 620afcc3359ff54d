"""Reading a file of books into rows. Pure: bytes in, rows out; what a row lacks or has wrong stands in its `problem`."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import StringIO

from personal_catalog import isbn
from personal_catalog.columns import cells_of_row, facts_of_cells, known_columns
from personal_catalog.errors import ImportRefused
from personal_catalog.models import ImportJob, ImportRow

LONGEST_ROW = 20_000
NUMBER = re.compile(r"[^\n\r,;，；、\t]+")
PROBLEMS = {
    "digits_lost": ImportRow.Problem.DIGITS_LOST,
    "check_digit": ImportRow.Problem.WRONG_CHECK_DIGIT,
}


@dataclass(frozen=True)
class Row:
    isbn13: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    note: str = ""
    problem: str = ""
    said: str = ""
    """The number as it stood there."""


def read_rows(content: bytes, wanted: str, *, most_rows: int, most_columns: int) -> list[Row]:
    """Raises ImportRefused for the file as a whole, also where it has more rows or columns than these."""
    text = _decoded(content)
    if wanted == ImportJob.Format.AUTO:
        wanted = ImportJob.Format.CSV if _has_headings(text) else ImportJob.Format.ISBN_LIST
    readers: dict[ImportJob.Format, Callable[[str], Iterator[Row]]] = {
        ImportJob.Format.ISBN_LIST: _numbers,
        ImportJob.Format.CSV: partial(_table, most_columns=most_columns),
    }
    reader = readers.get(ImportJob.Format(wanted)) if wanted in ImportJob.Format.values else None
    if reader is None:
        raise ImportRefused("unknown_format")
    rows: list[Row] = []
    for row in reader(text):
        if len(rows) == most_rows:
            raise ImportRefused("too_many_rows")
        rows.append(row)
    if not rows:
        raise ImportRefused("no_rows")
    return rows


def _numbers(text: str) -> Iterator[Row]:
    for found in NUMBER.finditer(text):
        if part := found.group().strip()[: isbn.LONGEST + 1]:
            yield _row({"isbn": part})


def _table(text: str, *, most_columns: int) -> Iterator[Row]:
    lines = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        headings = next(lines, [])
        if len(headings) > most_columns:
            raise ImportRefused("unreadable")
        names = known_columns(headings)
        if not {"isbn", "title"} & set(names):
            raise ImportRefused("unreadable")
        for cells in lines:
            if any(cell.strip() for cell in cells):
                too_long = len(cells) > most_columns or sum(map(len, cells)) > LONGEST_ROW
                yield Row(problem=ImportRow.Problem.UNREADABLE) if too_long else _row(cells_of_row(names, cells))
    except csv.Error as problem:
        raise ImportRefused("unreadable") from problem


def _row(cells: dict[str, str]) -> Row:
    """A damaged number is reported even where there is a title: the wrong edition is worse than a question."""
    facts = facts_of_cells(cells)
    stored = facts.to_json() if facts else {}
    note, said = cells.get("note", ""), cells.get("isbn", "")[: isbn.LONGEST]
    try:
        isbn13 = isbn.mend(cells.get("isbn", "")).isbn13
    except isbn.NotAnIsbn as refused:
        problem = PROBLEMS.get(refused.reason, "" if stored else ImportRow.Problem.NOT_ISBN)
        return Row(facts=stored, note=note, problem=problem, said=said)
    return Row(isbn13=isbn13, facts=stored, note=note, said=said)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(content, "utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode(content, "gb18030")


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as problem:
        raise ImportRefused("unreadable") from problem


def _has_headings(text: str) -> bool:
    first = text.lstrip().split("\n", 1)[0][:2_000]
    return bool({"isbn", "title"} & set(known_columns(re.split(r"[,;\t]", first.strip().replace('"', "")))))


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)
