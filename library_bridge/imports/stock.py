"""Writing items with their records. Rows of one title share its record; an item that is there is brought up to date, and
what its row leaves empty stays as it is."""

from collections.abc import Iterable, Sequence
from secrets import token_hex
from typing import TypeAlias

from django.db.models import Count

from library_bridge.imports.items import ItemRow
from library_bridge.imports.problems import Failure, Problem
from library_bridge.imports.running import Drafts, Ended, choice
from library_bridge.models import EmbeddedIsbn, EmbeddedItem, EmbeddedRecord, ItemType, Library
from library_bridge.ports import BibliographicRecord

TEXTS = ("title", "subtitle", "publisher", "language", "series", "clc", "ddc", "call_number")
LISTS = ("creators", "translators", "subjects")
ITEM_FIELDS = ["record", "item_type", "branch"]
FIELDS = [*TEXTS, *LISTS, "year"]

Key: TypeAlias = tuple[str, ...]


class ItemWriter:
    def __init__(self, library: Library, item_type: ItemType | None = None) -> None:
        self.library, self.item_type = library, item_type
        found = ItemType.objects.filter(library=library)
        self._known = {word.casefold(): one for one in found for word in (one.name, one.code)}

    def prepare(self, rows: Sequence[ItemRow]) -> None:
        """Nothing takes long."""

    def write(self, rows: Sequence[ItemRow]) -> list[Ended]:
        barcodes = [row.barcode for row in rows]
        found = EmbeddedItem.objects.filter(library=self.library, barcode__in=barcodes).select_related("record")
        items = {item.barcode: item for item in found}
        shelf = Shelf(self.library, [row.record for row in rows], of_one_item=_alone(items.values()))
        drafts = Drafts[EmbeddedItem](ITEM_FIELDS)
        ends = [self._apply(row, items, shelf, drafts) for row in rows]
        shelf.save()
        drafts.save()
        return ends

    def not_saved(self, row: ItemRow) -> Failure:
        return Failure(row.number, Problem("not_saved"), row.part)

    def _apply(
        self, row: ItemRow, items: dict[str, EmbeddedItem], shelf: "Shelf", drafts: Drafts[EmbeddedItem]
    ) -> Ended:
        item = items.get(row.barcode)
        if item is None and not row.record.title:
            return Failure(row.number, Problem("missing", (("column", "title"),)), row.part)
        item_type: ItemType | Problem | None = None
        if row.item_type or item is None:
            item_type = choice(row.item_type, self._known, self.item_type, column="item_type")
        if isinstance(item_type, Problem):
            return Failure(row.number, item_type, row.part)
        record = shelf.record_of(row.record, item.record if item else None)
        is_new = item is None
        if item is None:
            item = items[row.barcode] = EmbeddedItem(library=self.library, barcode=row.barcode)
        drafts.begin(item)
        item.record = record
        if item_type is not None:
            item.item_type = item_type
        item.branch = row.branch or item.branch
        return is_new


class Shelf:
    """The records that some rows speak of: those that are there, and those to be made."""

    def __init__(
        self, library: Library, said: Sequence[BibliographicRecord], *, of_one_item: frozenset[int] = frozenset()
    ) -> None:
        self.library, self._of_one_item = library, of_one_item
        self._by_number: dict[str, EmbeddedRecord] = {}
        self._by_key: dict[Key, EmbeddedRecord] = {}
        self._drafts = Drafts[EmbeddedRecord](FIELDS)
        self._isbns: list[tuple[EmbeddedRecord, str]] = []
        for record in self._candidates(said):
            self._remember(record, [row.isbn13 for row in record.isbns.all()])

    def record_of(self, said: BibliographicRecord, present: EmbeddedRecord | None) -> EmbeddedRecord:
        """`present` is the item's own so far: it stays where the row says nothing of the title, and is corrected where no
        other item has it."""
        record = self._by_number.get(said.record_id) if said.record_id else self._found(said)
        if record is None and present is not None and (not said.title or self._may_correct(present, said)):
            record = present
        if record is None:
            number = said.record_id or f"b{token_hex(6)}"
            record = EmbeddedRecord(library=self.library, record_id=number)
        self._drafts.begin(record)
        _fill(record, said)
        self._remember(record, said.isbn13s)
        self._isbns += [(record, isbn13) for isbn13 in said.isbn13s]
        return record

    def save(self) -> None:
        self._drafts.save()
        isbns = [EmbeddedIsbn(record=record, isbn13=isbn13) for record, isbn13 in self._isbns]
        EmbeddedIsbn.objects.bulk_create(isbns, ignore_conflicts=True)

    def _may_correct(self, present: EmbeddedRecord, said: BibliographicRecord) -> bool:
        return present.pk in self._of_one_item and not said.record_id

    def _candidates(self, said: Sequence[BibliographicRecord]) -> Iterable[EmbeddedRecord]:
        numbers = {one.record_id for one in said} - {""}
        titles = {one.title for one in said if not one.record_id} - {""}
        records = EmbeddedRecord.objects.filter(library=self.library).order_by().prefetch_related("isbns")
        yield from records.filter(record_id__in=numbers)
        yield from records.filter(title__in=titles)

    def _found(self, said: BibliographicRecord) -> EmbeddedRecord | None:
        return next((self._by_key[key] for key in _keys(said, said.isbn13s) if key in self._by_key), None)

    def _remember(self, record: EmbeddedRecord, isbns: Iterable[str]) -> None:
        self._by_number.setdefault(record.record_id, record)
        for key in _keys(record, isbns):
            self._by_key.setdefault(key, record)


def _alone(items: Iterable[EmbeddedItem]) -> frozenset[int]:
    """The records of which these are the only items."""
    counted = EmbeddedItem.objects.filter(record__in={item.record_id for item in items}).values("record_id")
    return frozenset(row["record_id"] for row in counted.annotate(times=Count("pk")) if row["times"] == 1)


def _keys(of: BibliographicRecord | EmbeddedRecord, isbns: Iterable[str]) -> list[Key]:
    """Volumes of a set share an ISBN, so the title counts as well; without ISBN maker, publisher and year do."""
    by_isbn: list[Key] = [(isbn13, of.title, of.subtitle) for isbn13 in isbns]
    return by_isbn or [("", of.title, of.subtitle, *of.creators[:1], of.publisher, str(of.year or ""))]


def _fill(record: EmbeddedRecord, said: BibliographicRecord) -> None:
    for name in TEXTS:
        setattr(record, name, getattr(said, name) or getattr(record, name))
    for name in LISTS:
        setattr(record, name, list(getattr(said, name)) or getattr(record, name))
    record.year = said.year or record.year
