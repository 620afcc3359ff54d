"""Who takes part: the personas, the librarian, and the other readers of the campus."""

from dataclasses import dataclass
from datetime import datetime

from library_bridge import registry
from library_bridge.models import Library, Patron, Reader
from library_bridge.personas import DEMO_LIBRARY

FULL_CARD = "2023000040"


@dataclass(frozen=True)
class Cast:
    library: Library
    cards: dict[int, Patron]
    """Reader → card, in the order of the card numbers."""
    personas: tuple[Reader, Reader, Reader]
    others: tuple[Reader, ...]
    """Readers whose cards are in order and not full, so that their stories end as they should."""
    full: Reader
    """Has as many loans as the library allows, and keeps them."""
    lin: Reader

    @property
    def alice(self) -> Reader:
        return self.personas[0]

    @property
    def bob(self) -> Reader:
        return self.personas[1]

    @property
    def charlie(self) -> Reader:
        return self.personas[2]


def assemble(*, now: datetime) -> Cast:
    library = Library.objects.get(code=DEMO_LIBRARY)
    system = registry.system_for(library, now=now)
    patrons = Patron.objects.filter(library=library).select_related("reader__area", "library").order_by("card_number")
    alice, bob, charlie, *others = patrons
    full = next(patron for patron in others if patron.card_number == FULL_CARD)
    able = (p for p in others if p != full and not system.patron(p.card_number).blocked_reason)
    return Cast(
        library=library,
        cards={patron.reader_id: patron for patron in patrons},
        personas=(alice.reader, bob.reader, charlie.reader),
        others=tuple(patron.reader for patron in able),
        full=full.reader,
        lin=Reader.objects.get(username="lin"),
    )


def writes_english(reader: Reader) -> bool:
    return reader.language == Reader.Language.ENGLISH or (not reader.language and reader.display_name.isascii())
