"""Where else a book may be that the shared catalogue does not have: on the libraries' own shelves, in their own catalogues."""

from dataclasses import dataclass
from datetime import datetime

from library_bridge.holds import catalogue_url
from library_bridge.models import Library, Reader
from personal_catalog import isbn
from sharing import library_items, shown_holdings
from sharing.shown_holdings import ShownHolding


@dataclass(frozen=True)
class Elsewhere:
    title: str = ""
    """As a library calls what it has under the number asked for."""
    creators: str = ""
    held: tuple[ShownHolding, ...] = ()
    catalogues: tuple[tuple[str, str], ...] = ()
    """Name of a library, and the address of this search in its own catalogue."""
    down: bool = False
    """A library could not be asked just now."""

    @property
    def may_hold(self) -> bool:
        return any(one.may_hold for one in self.held)


def look(text: str, *, reader: Reader | None, now: datetime) -> Elsewhere:
    """By number the libraries themselves are asked, for readers who are signed in (T-I9); words lead to their catalogues."""
    if not text:
        return Elsewhere()
    libraries = Library.objects.filter(is_active=True)
    catalogues = tuple((library.name, url) for library in libraries if (url := catalogue_url(library, text)))
    number = isbn.isbn13_in(text)
    if reader is None or not number:
        return Elsewhere(catalogues=catalogues)
    record = library_items.of_isbn(number, now=now)
    named = next((one.record for one in record.items if one.record.title), None)
    return Elsewhere(
        named.title if named else "",
        named.creators if named else "",
        tuple(shown_holdings.items(record)),
        catalogues,
        record.down,
    )
