"""A small library with an embedded system, the cast's cards, and books to lend."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.models import (
    CirculationRule,
    EmbeddedHold,
    EmbeddedIsbn,
    EmbeddedItem,
    EmbeddedLoan,
    EmbeddedPatron,
    EmbeddedRecord,
    ItemType,
    Library,
    LibraryLoan,
    Patron,
    PatronCategory,
    Reader,
    Transfer,
)
from library_bridge.transfers import begin

PIN = "246810"
_numbers = count(1)


@dataclass(frozen=True)
class Campus:
    """Alice lends, Bob borrows, Charlie has nothing to do with it."""

    library: Library
    category: PatronCategory
    book: ItemType
    rule: CirculationRule
    alice: Patron
    bob: Patron
    charlie: Patron

    def system(self, now: datetime) -> EmbeddedSystem:
        return EmbeddedSystem(self.library, now)

    def card(self, patron: Patron) -> EmbeddedPatron:
        return EmbeddedPatron.objects.get(library=self.library, card_number=patron.card_number)

    def holder(self, barcode: str) -> str:
        """The card it is charged to, "" for nobody: the library system's own tables, not what it tells."""
        charged = EmbeddedLoan.objects.filter(item__barcode=barcode, returned_at__isnull=True)
        return ",".join(charged.values_list("patron__card_number", flat=True))


def campus() -> Campus:
    library = Library.objects.create(code="demo", name_zh="图书馆", name_en="Library")
    category = PatronCategory.objects.create(library=library, code="student", name="Students", loan_limit=5)
    book = ItemType.objects.create(library=library, code="book", name="Books")
    rule = CirculationRule.objects.create(category=category, item_type=book)
    patrons = [patron(library, category, name) for name in ("Alice", "Bob", "Charlie")]
    return Campus(library, category, book, rule, *patrons)


def patron(library: Library, category: PatronCategory, name: str) -> Patron:
    card = embedded_patron(library, category)
    reader = Reader.objects.create(username=f"r-{card.card_number}", display_name=name)
    return Patron.objects.create(library=library, reader=reader, card_number=card.card_number)


def embedded_patron(library: Library, category: PatronCategory, *, pin: str = PIN, **fields: object) -> EmbeddedPatron:
    card = EmbeddedPatron(library=library, category=category, card_number=f"{2100000 + next(_numbers)}", **fields)
    if pin:
        card.set_pin(pin)
    card.save()
    return card


def item(campus: Campus, *, title: str = "拖延心理学", isbn13: str = "", **fields: object) -> EmbeddedItem:
    number = next(_numbers)
    record = EmbeddedRecord.objects.create(
        library=campus.library, record_id=f"{number:06d}", title=title, creators=["简·博克", "莱诺拉·袁"]
    )
    if isbn13:
        EmbeddedIsbn.objects.create(record=record, isbn13=isbn13)
    given = {"item_type": campus.book, **fields}
    return EmbeddedItem.objects.create(library=campus.library, barcode=f"0110{number:04d}", record=record, **given)


def charged(campus: Campus, to: Patron, *, now: datetime, **fields: object) -> EmbeddedItem:
    """An item on somebody's card, due in twenty days."""
    made = item(campus)
    dates = {"checked_out_at": now - timedelta(days=10), "due_at": now + timedelta(days=20)}
    EmbeddedLoan.objects.create(item=made, patron=campus.card(to), **{**dates, **fields})
    return made


def hold(on: EmbeddedItem, by: EmbeddedPatron, *, now: datetime, **fields: object) -> EmbeddedHold:
    return EmbeddedHold.objects.create(record=on.record, item=on, patron=by, placed_at=now, **fields)


def transfer(campus: Campus, *, now: datetime, of: EmbeddedItem | None = None) -> Transfer:
    """From Alice to Bob, just begun."""
    moved = of or charged(campus, campus.alice, now=now)
    loan = LibraryLoan.objects.create(
        library=campus.library,
        patron=campus.alice,
        barcode=moved.barcode,
        title=moved.record.title,
        due_at=now + timedelta(days=20),
        checked_at=now,
    )
    return begin(reference=f"lending:{next(_numbers)}", loan=loan, taker=campus.bob, now=now)
