"""Items of the embedded system, each with its record: from a table, or from MARC with holdings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from library_bridge.imports import cells, columns, tables
from library_bridge.imports.problems import Bad, Failure
from library_bridge.marc import words
from library_bridge.marc.isbns import isbn13s
from library_bridge.ports import BibliographicRecord

LONGEST = {
    "title": 400, "subtitle": 400, "creators": 1_000, "publisher": 200, "series": 200, "clc": 40, "ddc": 40,
    "language": 3, "call_number": 80, "item_type": 80, "branch": 80, "record_id": 40, "year": 40, "isbn": 64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemRow:
    """`record` says what the row knows of the title; without a `record_id` it is found again by ISBN, title and maker."""

    number: int
    barcode: str
    item_type: str = ""
    branch: str = ""
    record: BibliographicRecord = field(default_factory=lambda: BibliographicRecord(""))
    part: int = 0


def read(stream: BinaryIO) -> Iterator[ItemRow | Failure]:
    """Rows of a table. Raises NotImported."""
    return map(_judged, tables.read(stream, columns.ITEMS, needed="barcode"))


def _judged(row: tables.Row | Failure) -> ItemRow | Failure:
    if isinstance(row, Failure):
        return row
    try:
        return _item(row)
    except Bad as bad:
        return Failure(row.number, bad.problem)


def _item(row: tables.Row) -> ItemRow:
    barcode = cells.number(row.cells.get("barcode", ""), "barcode", most=60)
    said = {name: cells.text(row.cells.get(name, ""), name, most=most) for name, most in LONGEST.items()}
    return ItemRow(row.number, barcode, said["item_type"], said["branch"], _record(said))


def _record(said: dict[str, str]) -> BibliographicRecord:
    creators, translators = words.names_of([said["creators"].replace("|", ";").replace("/", ";")])
    return BibliographicRecord(
        record_id=said["record_id"],
        title=said["title"],
        subtitle=said["subtitle"],
        creators=tuple(creators),
        translators=tuple(translators),
        isbn13s=_isbns(said["isbn"]),
        publisher=said["publisher"],
        year=words.year(said["year"]),
        language=said["language"],
        series=said["series"],
        clc=said["clc"],
        ddc=said["ddc"],
        call_number=said["call_number"],
    )


def _isbns(said: str) -> tuple[str, ...]:
    if cells.SHORTENED.fullmatch(said):
        raise Bad("digits_lost", column="isbn")
    found = isbn13s([said])
    if said and not found:
        raise Bad("isbn")
    return found
