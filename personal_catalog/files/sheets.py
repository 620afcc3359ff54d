"""The sheets of an XLSX file as rows of cells. What it unpacks to is measured before anything is read of it (T-L5)."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from io import BufferedReader
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from personal_catalog.errors import ImportRefused

MOST_BYTES, MOST_TEXT = 100_000_000, 30_000_000  # unpacked; of it the shared texts, which are held in memory
MOST_FILES, MOST_SHEETS, MOST_ROWS, MOST_COLUMNS = 500, 20, 200_000, 200
MOST_EMPTY = 1_000  # rows one after the other: what follows was never meant to be read
BOOK, TEXTS = "xl/workbook.xml", "xl/sharedStrings.xml"
NOT_READ = (
    zipfile.BadZipFile, InvalidFileException, ParseError, DefusedXmlException, KeyError, ValueError, TypeError, IndexError,
    AttributeError, EOFError, OSError, NotImplementedError, RuntimeError,
)  # fmt: skip

Cells = list[str]


def read(opened: BufferedReader) -> Iterator[tuple[str, int, Cells]]:
    """Name of the sheet, number of the row and its cells; empty rows are left out. Raises ImportRefused."""
    _measure(opened)
    try:
        yield from _rows(opened)
    except NOT_READ as problem:
        raise ImportRefused("unreadable") from problem


def _measure(opened: BufferedReader) -> None:
    try:
        with zipfile.ZipFile(opened) as packed:
            sizes = {info.filename: info.file_size for info in packed.infolist()}
    except NOT_READ as problem:
        raise ImportRefused("unreadable") from problem
    if BOOK not in sizes:
        raise ImportRefused("unknown_format")
    if len(sizes) > MOST_FILES or sum(sizes.values()) > MOST_BYTES or sizes.get(TEXTS, 0) > MOST_TEXT:
        raise ImportRefused("too_large")
    opened.seek(0)


def _rows(opened: BufferedReader) -> Iterator[tuple[str, int, Cells]]:
    book = openpyxl.load_workbook(opened, read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets[:MOST_SHEETS]:
        sheet.reset_dimensions()  # what it claims may be wrong
        empty = 0
        for number, values in enumerate(sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True), 1):
            cells = [_text(value) for value in values]
            empty = 0 if any(cells) else empty + 1
            if empty > MOST_EMPTY:
                break
            if not empty:
                yield str(sheet.title), number, cells


def _text(value: object) -> str:
    """As the spreadsheet holds it; a number of 13 digits that ends in zeros has lost the others before it came here."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(value).strip()
