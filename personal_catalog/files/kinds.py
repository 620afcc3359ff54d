"""What a file is, by what is in it, and its rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from itertools import chain, groupby, islice
from typing import BinaryIO

from personal_catalog import isbn
from personal_catalog.errors import ImportRefused
from personal_catalog.files import marc, sheets, streams, tables
from personal_catalog.files.columns import known_columns
from personal_catalog.files.layouts import LAYOUTS, Layout, layout_of
from personal_catalog.files.reading import list_row, row_of
from personal_catalog.files.rows import Problem, Row

LIST, TABLE, XLSX, MARC = "isbn_list", "csv", "xlsx", "marc"
KINDS = {
    "auto": "", LIST: LIST, TABLE: TABLE, XLSX: XLSX, "marc21": MARC, "marcxml": MARC, "unimarc": MARC, "cnmarc": MARC,
    **dict.fromkeys((layout.name for layout in LAYOUTS), TABLE),
}  # fmt: skip
LINES_BEFORE_HEADINGS = 10
NEEDED = {"isbn", "title", "number"}
BETWEEN = re.compile(r"[\n\r,;，；、\t]+")
NUMBER = re.compile(r"[\d\s.=\"\[\]-]+[Xx]?")
FEWEST_DIGITS, FIRST_PARTS = 6, 20


@dataclass(frozen=True)
class File:
    """`name` is what it was taken for: goodreads, plain, marc …"""

    name: str
    rows: Iterator[Row]


def read(stream: BinaryIO, wanted: str = "auto", *, most_bytes: int = streams.MOST_BYTES) -> File:
    """`wanted` overrules what is in it, as far as it can. Raises ImportRefused for the file as a whole: here, or with the
    first row; too_large later on."""
    if wanted not in KINDS:
        raise ImportRefused("unknown_format")
    opened = streams.opened(stream, most_bytes=most_bytes)
    head = streams.head_of(opened)
    kind = KINDS[wanted] or _kind(head)
    if kind == XLSX or head.startswith(streams.ZIP):
        return _sheets(opened)
    if kind == MARC:
        return File(MARC, marc.read(opened))
    return _text(opened, kind, wanted)


def _kind(head: bytes) -> str:
    if head.startswith(streams.ZIP):
        return XLSX
    return MARC if marc.looks_like_marc(head) else ""


def _text(opened: BufferedReader, kind: str, wanted: str) -> File:
    encoding = streams.encoding_of(opened)
    lines = tables.read(opened, encoding)
    first = list(islice(lines, LINES_BEFORE_HEADINGS))
    found = _headings((cells for _number, cells in first), wanted)
    if found and kind != LIST:
        place, layout, names = found
        return File(layout.name, _table(chain(first[place + 1 :], lines), layout, names))
    if next(_parts(opened, encoding), None) is None:
        raise ImportRefused("no_rows")
    if kind == TABLE or (kind != LIST and not _holds_numbers(opened, encoding)):
        raise ImportRefused("unreadable")
    return File(LIST, (list_row(str(number), text) for number, text in enumerate(_parts(opened, encoding), 1)))


def _headings(rows: Iterator[list[str] | Problem], wanted: str) -> tuple[int, Layout, list[str]] | None:
    """The first row that names what we need, and which layout it belongs to."""
    for place, cells in enumerate(rows):
        if isinstance(cells, Problem):
            continue
        layout = layout_of(cells)
        names = known_columns(cells, layout.headings)
        if NEEDED & set(names):
            return place, layout, names
    return None


def _table(rows: Iterator[tuple[int, list[str] | Problem]], layout: Layout, names: list[str]) -> Iterator[Row]:
    for number, cells in rows:
        if isinstance(cells, Problem):
            yield Row(str(number), problem=cells)
        elif any(cell.strip() for cell in cells):
            yield row_of(str(number), names, cells, layout)


def _sheets(opened: BufferedReader) -> File:
    """Sheets without headings of ours are no lists of books; the others must be there, or it is refused."""
    rows = _rows_of_sheets(opened)
    first = next(rows, None)
    if not isinstance(first, Layout):
        raise ImportRefused("unreadable")
    return File(first.name, (row for row in rows if isinstance(row, Row)))


def _rows_of_sheets(opened: BufferedReader) -> Iterator[Layout | Row]:
    """The layout of each sheet, then its rows. The name of a sheet is the shelf of its books where no column says it: 读过,
    在读, 想读."""
    for title, rows in groupby(sheets.read(opened), lambda row: row[0]):
        first = list(islice(rows, LINES_BEFORE_HEADINGS))
        found = _headings((cells for _title, _number, cells in first), "")
        if found is None:
            continue
        place, layout, names = found
        yield layout
        for _title, number, cells in chain(first[place + 1 :], rows):
            where, extra = f"{title} {number}", [] if "shelf" in names else [title]
            yield row_of(where, [*_to_length(names, cells), "shelf"], [*cells, *extra], layout)


def _to_length(names: list[str], cells: list[str]) -> list[str]:
    return [*names, *[""] * (len(cells) - len(names))][: len(cells)]


def _holds_numbers(opened: BufferedReader, encoding: str) -> bool:
    """It begins with a number, or one of the first few parts looks like an ISBN."""
    first = list(islice(_parts(opened, encoding), FIRST_PARTS))
    return bool(NUMBER.fullmatch(first[0])) or any(sum(map(str.isdigit, part)) >= FEWEST_DIGITS for part in first)


def _parts(opened: BufferedReader, encoding: str) -> Iterator[str]:
    """What stands between commas and line breaks; of what is far too long for a number the beginning."""
    rest = ""
    for piece in tables.texts(opened, encoding):
        *whole, rest = BETWEEN.split(rest + piece)
        yield from (part.strip()[: isbn.LONGEST + 1] for part in whole if part.strip())
        rest = rest[: isbn.LONGEST + 1]
    if rest.strip():
        yield rest.strip()[: isbn.LONGEST + 1]
