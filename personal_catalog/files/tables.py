"""A table of comma, semicolon or tab separated values as rows of cells. It is read as it goes, however long it is."""

import csv
from collections.abc import Iterator
from contextlib import suppress
from io import BufferedReader, TextIOWrapper

from personal_catalog.files.rows import Problem
from personal_catalog.files.streams import NOT_UNPACKED, READ

LONGEST_ROW, MOST_COLUMNS = 60_000, 200
LINES_OF_A_ROW = 400  # a cell may have line breaks in it, as remarks have
UNCLOSED = "unexpected end of data"

Cells = list[str]


def read(opened: BufferedReader, encoding: str) -> Iterator[tuple[int, Cells | Problem]]:
    """Each row with its number, counted as a spreadsheet program does: the headings are 1. Bytes that the character set does
    not have stand in its cells as lone surrogates."""
    lines = _Lines(opened, encoding)
    number = 0
    try:
        delimiter = max(",;\t", key=(lines.peek(0) or "").count)
        while (line := lines.take()) is not None:
            number += 1
            yield number, _row(line, lines, delimiter)
    except NOT_UNPACKED:
        yield number + 1, Problem("cut_off")


def _row(line: str, lines: "_Lines", delimiter: str) -> Cells | Problem:
    """A row that opens a quotation mark goes on over the next lines, if one of them closes it."""
    if len(line) > LONGEST_ROW:
        return Problem("too_long")
    text, cells = line, _cells(line, delimiter)
    for ahead in range(LINES_OF_A_ROW):
        if cells is not None:
            lines.skip(ahead)
            return cells if len(cells) <= MOST_COLUMNS else Problem("too_long")
        more = lines.peek(ahead)
        if more is None or len(text) + len(more) > LONGEST_ROW:
            break
        text += more
        if more.count('"') % 2:  # an even number of them leaves it open
            cells = _cells(text, delimiter)
    return Problem("quote")


def _cells(text: str, delimiter: str) -> Cells | None:
    """None where a quotation mark is left open; one that is only misplaced is a letter like others."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error as problem:
        if str(problem) == UNCLOSED:
            return None
    with suppress(csv.Error):
        return next(csv.reader([text], delimiter=delimiter), [])
    return []


def _lenient(encoding: str) -> str:
    return "replace" if encoding.startswith("utf-16") else "surrogateescape"


class _Text(TextIOWrapper):
    """Leaves the file open, which is the caller's."""

    def close(self) -> None:
        with suppress(ValueError):  # twice
            self.detach()


class _Lines:
    """Lines of bounded length, of which some can be looked at beforehand."""

    def __init__(self, opened: BufferedReader, encoding: str) -> None:
        self._file = _Text(opened, encoding=encoding, errors=_lenient(encoding), newline="")
        self._ahead: list[str] = []

    def take(self) -> str | None:
        return self._ahead.pop(0) if self._ahead else self._next()

    def peek(self, place: int) -> str | None:
        while len(self._ahead) <= place:
            if (line := self._next()) is None:
                return None
            self._ahead.append(line)
        return self._ahead[place]

    def skip(self, count: int) -> None:
        del self._ahead[:count]

    def _next(self) -> str | None:
        """Of a line that is far too long only the beginning is kept."""
        line = more = self._file.readline(LONGEST_ROW + 2)
        while len(more) == LONGEST_ROW + 2 and not more.endswith(("\n", "\r")):
            more = self._file.readline(LONGEST_ROW + 2)
        return line or None


def texts(opened: BufferedReader, encoding: str) -> Iterator[str]:
    """Everything from the beginning, in pieces."""
    opened.seek(0)
    file = _Text(opened, encoding=encoding, errors=_lenient(encoding), newline="")
    with suppress(*NOT_UNPACKED):
        while piece := file.read(READ):
            yield piece
