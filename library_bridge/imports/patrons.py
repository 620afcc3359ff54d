"""Cards of the embedded system from a table. A card that is there is brought up to date by what the row says; what it leaves
empty stays as it is."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from django.contrib.auth.hashers import make_password

from library_bridge.imports import cells, columns, tables
from library_bridge.imports.problems import Bad, Failure, Problem
from library_bridge.imports.running import Drafts, Ended, choice
from library_bridge.models import EmbeddedPatron, Library, PatronCategory

FIELDS = ["name", "category", "expires_on", "pin"]


@dataclass(frozen=True, slots=True)
class PatronRow:
    """`expires_on` counts where `has_term` is set: a card may be for ever."""

    number: int
    card_number: str
    name: str = field(default="", repr=False)
    category: str = ""
    pin: str = field(default="", repr=False)
    has_term: bool = False
    expires_on: date | None = None


def read(stream: BinaryIO) -> Iterator[PatronRow | Failure]:
    """Raises NotImported."""
    return map(_judged, tables.read(stream, columns.PATRONS, needed="card_number"))


def _judged(row: tables.Row | Failure) -> PatronRow | Failure:
    if isinstance(row, Failure):
        return row
    try:
        return _patron(row)
    except Bad as bad:
        return Failure(row.number, bad.problem)


def _patron(row: tables.Row) -> PatronRow:
    said = row.cells
    term = said.get("expires_on", "").strip()
    return PatronRow(
        number=row.number,
        card_number=cells.number(said.get("card_number", ""), "card_number", most=40),
        name=cells.text(said.get("name", ""), "name", most=80),
        category=cells.text(said.get("category", ""), "category", most=80),
        pin=cells.pin(said.get("pin", "")),
        has_term=bool(term),
        expires_on=cells.day(term, "expires_on") if term else None,
    )


class PatronWriter:
    def __init__(self, library: Library, category: PatronCategory | None = None) -> None:
        self.library, self.category = library, category
        found = PatronCategory.objects.filter(library=library)
        self._known = {word.casefold(): one for one in found for word in (one.name, one.code)}
        self._hashes: dict[int, str] = {}  # by the number of the row

    def prepare(self, rows: Sequence[PatronRow]) -> None:
        """Hashing a PIN is slow on purpose; it goes on every processor at once."""
        with_pin = [row for row in rows if row.pin]
        with ThreadPoolExecutor() as pool:
            hashes = pool.map(make_password, [row.pin for row in with_pin])
            self._hashes = {row.number: made for row, made in zip(with_pin, hashes, strict=True)}

    def write(self, rows: Sequence[PatronRow]) -> list[Ended]:
        numbers = [row.card_number for row in rows]
        found = EmbeddedPatron.objects.filter(library=self.library, card_number__in=numbers)
        cards = {card.card_number: card for card in found}
        drafts = Drafts[EmbeddedPatron](FIELDS)
        ends = [self._apply(row, cards, drafts) for row in rows]
        drafts.save()
        return ends

    def not_saved(self, row: PatronRow) -> Failure:
        return Failure(row.number, Problem("not_saved"))

    def _apply(self, row: PatronRow, cards: dict[str, EmbeddedPatron], drafts: Drafts[EmbeddedPatron]) -> Ended:
        card = cards.get(row.card_number)
        category: PatronCategory | Problem | None = None
        if row.category or card is None:
            category = choice(row.category, self._known, self.category, column="category")
        if isinstance(category, Problem):
            return Failure(row.number, category)
        is_new = card is None
        if card is None:
            card = cards[row.card_number] = EmbeddedPatron(library=self.library, card_number=row.card_number)
        drafts.begin(card)
        if category is not None:
            card.category = category
        self._fill(card, row)
        return is_new

    def _fill(self, card: EmbeddedPatron, row: PatronRow) -> None:
        card.name = row.name or card.name
        if row.has_term:
            card.expires_on = row.expires_on
        card.pin = self._hashes.get(row.number, card.pin)
