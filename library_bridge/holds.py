"""A reader's hold in the library system, placed from here; it lives there and nowhere else."""

from datetime import datetime
from urllib.parse import quote, urlsplit

from library_bridge.models import Library, Patron, Reader
from library_bridge.ports import NotSupported, PlacesHolds, Refused
from library_bridge.registry import system_for

WORDS = "{words}"


def place_hold(*, library_id: int, barcode: str, actor: Reader, now: datetime) -> Library:
    """On the title of this item, for the reader's own card there. Outside any transaction.

    Raises Library.DoesNotExist, Refused (`no_card` for a reader without one there), NotSupported, and Unavailable: then it
    may have been placed all the same, unless `nothing_sent`; asking again places no second one."""
    library = Library.objects.get(pk=library_id, is_active=True)
    patron = Patron.objects.filter(library=library, reader=actor).first()
    if patron is None:
        raise Refused("no_card")
    system = system_for(library, now=now)
    if not isinstance(system, PlacesHolds):
        raise NotSupported
    system.place_hold(patron.card_number, barcode)
    return library


def catalogue_url(library: Library, words: str) -> str:
    """A search for these words in the library's own catalogue; "" where its operator has named none."""
    template = str(library.settings.get("catalogue_url", "")).strip()
    if urlsplit(template).scheme not in ("http", "https") or WORDS not in template:
        return ""
    return template.replace(WORDS, quote(words, safe=""))
