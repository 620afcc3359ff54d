"""Items out of the holdings of MARC records. Pure.

Where the barcodes stand: 852 p (MARC 21 holdings), 952 p (Koha), 905 b or 906 b (CNMARC as Chinese libraries write it).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from library_bridge.imports import cells
from library_bridge.imports.items import LONGEST, ItemRow
from library_bridge.imports.problems import Bad, Failure
from library_bridge.marc import files, iso2709, marcxml, words
from library_bridge.marc.fields import Field, Record
from library_bridge.marc.problems import Unusable
from library_bridge.ports import BibliographicRecord

HOLDINGS = frozenset({"952", "852", "905", "906"})
TAGS = files.TAGS | HOLDINGS
CALL_NUMBER = {"952": "o", "852": "hi", "905": "s", "906": "s"}
BRANCH = {"952": "bc", "852": "bc", "905": "c", "906": "c"}


def looks_like_marc(stream: BinaryIO) -> bool:
    """By its first bytes, whatever the file is called."""
    begin = stream.tell()
    head = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    stream.seek(begin)
    return head.startswith(b"<") or (head[:5].isdigit() and head[20:22] == b"45")


def read(stream: BinaryIO) -> Iterator[ItemRow | Failure]:
    begin = stream.tell()
    is_xml = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    stream.seek(begin)
    sources: Iterator[bytes | str] = marcxml.texts(stream) if is_xml else iso2709.chunks(stream)
    for number, source in enumerate(sources, 1):
        yield from _items(number, source)


def _items(number: int, source: bytes | str) -> Iterator[ItemRow | Failure]:
    try:
        record = _parsed(source)
        said = files.change(record)
        if not isinstance(said, BibliographicRecord):
            raise Bad("deleted")
        holdings = list(_holdings(record))
        if not holdings:
            raise Bad("no_items")
    except Unusable as unusable:
        yield Failure(number, Bad("record", why=unusable.reason, mend=unusable.mend).problem)
        return
    except Bad as bad:
        yield Failure(number, bad.problem)
        return
    bibliographic = _cut(said)
    for part, (barcode, field) in enumerate(holdings, 1):
        yield _item(number, part, barcode, field, bibliographic)


def _parsed(source: bytes | str) -> Record:
    if isinstance(source, str):
        return marcxml.record_of(source, wanted=TAGS)
    return iso2709.record_of(source, wanted=TAGS)


def _holdings(record: Record) -> Iterator[tuple[str, Field]]:
    """Each barcode once, with the field that names it."""
    seen: set[str] = set()
    for field in record.in_order(HOLDINGS):
        for barcode in words.values(field, "b" if field.tag in ("905", "906") else "p"):
            if barcode not in seen:
                seen.add(barcode)
                yield barcode, field


def _item(number: int, part: int, barcode: str, field: Field, record: BibliographicRecord) -> ItemRow | Failure:
    try:
        plain = cells.number(barcode, "barcode", most=60)
    except Bad as bad:
        return Failure(number, bad.problem, part)
    own = " ".join(words.values(field, CALL_NUMBER[field.tag]))[: LONGEST["call_number"]]
    return ItemRow(
        number=number,
        barcode=plain,
        item_type=" ".join(words.values(field, "y")[:1])[: LONGEST["item_type"]] if field.tag == "952" else "",
        branch=" ".join(words.values(field, BRANCH[field.tag])[:1])[: LONGEST["branch"]],
        record=replace(record, call_number=record.call_number or own),
        part=part,
    )


def _cut(said: BibliographicRecord) -> BibliographicRecord:
    """A catalogue may know more than a column holds."""
    names = ("title", "subtitle", "publisher", "series", "clc", "ddc", "language", "call_number", "record_id")
    return replace(said, **{name: getattr(said, name)[: LONGEST[name]] for name in names})
