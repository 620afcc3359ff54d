"""A table of comma, semicolon or tab separated values as rows with known columns. It is read as it goes, however long it is;
a line that can't be read is named, and the next one is read all the same."""

import codecs
import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from typing import IO, BinaryIO, cast

from library_bridge.imports.columns import known_columns
from library_bridge.imports.problems import Bad, Failure, NotImported

READ = 1 << 16
LONGEST_ROW, MOST_COLUMNS = 20_000, 200
LINES_OF_A_ROW = 20  # a cell may have line breaks in it, as remarks have


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of the known columns, as they stand in the file."""

    number: int
    cells: Mapping[str, str]


def read(stream: BinaryIO, columns: Mapping[str, str], *, needed: str) -> Iterator[Row | Failure]:
    """Raises NotImported for the file as a whole, before the first row. `stream` can be read twice."""
    lines = _Lines(stream, _encoding(stream))
    head = lines.take()
    if head is None:
        raise NotImported("empty")
    delimiter = max(",;\t", key=head.count)
    names = known_columns(_cells(head, delimiter) or [], columns)
    if needed not in names:
        raise NotImported("no_columns", needed=needed)
    return _rows(lines, names, delimiter)


def _rows(lines: "_Lines", names: list[str], delimiter: str) -> Iterator[Row | Failure]:
    while (line := lines.take()) is not None:
        number = lines.number
        try:
            cells = _row(line, lines, delimiter)
        except Bad as bad:
            yield Failure(number, bad.problem)
            continue
        if any(cell.strip() for cell in cells):
            yield Row(number, {name: cell for name, cell in zip(names, cells, strict=False) if name})


def _row(line: str, lines: "_Lines", delimiter: str) -> list[str]:
    """A row that opens a quotation mark goes on over the next lines, if one of them closes it."""
    text = line
    for ahead in range(LINES_OF_A_ROW):
        if len(text) > LONGEST_ROW:
            break
        if (cells := _cells(text, delimiter)) is not None:
            lines.skip(ahead)
            if len(cells) > MOST_COLUMNS:
                raise Bad("too_long")
            return cells
        if (more := lines.peek(ahead)) is None:
            break
        text += more
    raise Bad("too_long" if len(line) > LONGEST_ROW else "quote")


def _cells(text: str, delimiter: str) -> list[str] | None:
    """None where a quotation mark is left open."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


class _Text(TextIOWrapper):
    """Leaves the file open, which is the caller's."""

    def close(self) -> None:
        with suppress(ValueError):  # twice
            self.detach()


class _Lines:
    """Lines with their number, of bounded length, of which some can be looked at beforehand."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._file, self._ahead = _Text(cast(IO[bytes], stream), encoding=encoding, newline=""), list[str]()
        self.number = 0

    def take(self) -> str | None:
        line = self._ahead.pop(0) if self._ahead else self._next()
        self.number += line is not None
        return line

    def peek(self, place: int) -> str | None:
        while len(self._ahead) <= place:
            if (line := self._next()) is None:
                return None
            self._ahead.append(line)
        return self._ahead[place]

    def skip(self, count: int) -> None:
        for _line in range(count):
            self.take()

    def _next(self) -> str | None:
        """Of a line that is far too long only the beginning is kept."""
        line = more = self._file.readline(LONGEST_ROW + 2)
        while len(more) == LONGEST_ROW + 2 and not more.endswith(("\n", "\r")):
            more = self._file.readline(LONGEST_ROW + 2)
        return line or None


def _encoding(stream: BinaryIO) -> str:
    """The first that fits the whole file; the file is gone through, and never held, for that."""
    begin = stream.tell()
    head = stream.read(2)
    candidates = ("utf-16",) if head in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ("utf-8-sig", "gb18030")
    for encoding in candidates:
        stream.seek(begin)
        fits = _fits(stream, encoding)
        stream.seek(begin)
        if fits:
            return encoding
    raise NotImported("unreadable")


def _fits(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while part := stream.read(READ):
            if "\0" in decoder.decode(part):  # a picture, a spreadsheet of another kind
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
