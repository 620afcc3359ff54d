"""A hold at the library, for a book that no reader has; the library's errors become the reader's sentences."""

from datetime import datetime

from django.utils.translation import gettext as _

from library_bridge import holds, reasons
from library_bridge.models import Library, Reader
from library_bridge.ports import NotSupported, Refused, Unavailable
from sharing.errors import LibraryUnavailable, NotFound, RefusedByLibrary

KEY = "item-"
"""As library items are named in `shown_holdings`: item-<library>-<barcode>."""


class NotConfirmed(LibraryUnavailable):
    """It may have been placed."""

    def __init__(self) -> None:
        super().__init__()
        self.message = _(
            "The library system has not confirmed the hold. Press again in a few minutes: a second one is never placed."
        )


def place_hold(*, holding_key: str, actor: Reader, now: datetime) -> Library:
    """Asks the library now, outside any transaction. Nothing of it is kept here.

    Raises NotFound, RefusedByLibrary, LibraryUnavailable with nothing changed, or NotConfirmed."""
    library, _dash, barcode = holding_key.removeprefix(KEY).partition("-")
    if not holding_key.startswith(KEY) or not library.isascii() or not library.isdigit() or not barcode:
        raise NotFound
    try:
        return holds.place_hold(library_id=int(library), barcode=barcode, actor=actor, now=now)
    except Library.DoesNotExist:
        raise NotFound from None
    except Unavailable as silence:
        raise (LibraryUnavailable if silence.nothing_sent else NotConfirmed)() from None
    except NotSupported:
        raise RefusedByLibrary(reasons.sentence("not_supported")) from None
    except Refused as refusal:
        raise RefusedByLibrary(reasons.sentence(refusal.code)) from None
