"""The two kinds of files that a library without another system brings: its readers and its stock."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from library_bridge.imports import items, marc_items, patrons
from library_bridge.imports.items import ItemRow
from library_bridge.imports.patrons import PatronRow, PatronWriter
from library_bridge.imports.problems import Failure, NotImported
from library_bridge.imports.running import Report, Run
from library_bridge.imports.stock import ItemWriter
from library_bridge.models import ItemType, Library, PatronCategory

Told = Callable[[Failure], object]


def import_patrons(
    stream: BinaryIO, *, library: Library, category: PatronCategory | None = None, preview: bool, told: Told = id
) -> Report:
    """`category` is that of cards that come without one. Raises NotImported."""
    return Run(PatronWriter(library, category), preview, told)(patrons.read(stream))


def import_items(
    stream: BinaryIO, *, library: Library, item_type: ItemType | None = None, preview: bool, told: Told = id
) -> Report:
    """A table or MARC, by what is in it. `item_type` is that of items that come without one. Raises NotImported."""
    return Run(ItemWriter(library, item_type), preview, told)(_items(stream))


def measure_patrons(stream: BinaryIO, *, most_rows: int, most_pins: int) -> None:
    """Raises NotImported. The stream is at its beginning before and after."""
    pins = 0
    for rows, row in enumerate(patrons.read(stream), 1):
        pins += isinstance(row, PatronRow) and bool(row.pin)
        if rows > most_rows:
            raise NotImported("too_many_rows", most=most_rows)
        if pins > most_pins:
            raise NotImported("too_many_pins", most=most_pins)
    stream.seek(0)


def measure_items(stream: BinaryIO, *, most_rows: int) -> None:
    """Raises NotImported. The stream is at its beginning before and after."""
    for rows, _row in enumerate(_items(stream), 1):
        if rows > most_rows:
            raise NotImported("too_many_rows", most=most_rows)
    stream.seek(0)


def _items(stream: BinaryIO) -> Iterator[ItemRow | Failure]:
    return marc_items.read(stream) if marc_items.looks_like_marc(stream) else items.read(stream)
