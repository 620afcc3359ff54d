"""What the libraries have of a title on their own shelves, asked through the port and kept for five minutes.

Availability is never stored. When a library system cannot be asked the page says so and goes on (I5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.core.cache import cache

from library_bridge import registry
from library_bridge.models import Library
from library_bridge.ports import Capability, ItemRecord, LibrarySystemError

FRESH = 300  # seconds
DOWN = 60


@dataclass(frozen=True)
class OnRecord:
    items: tuple[ItemRecord, ...] = ()
    asked_at: datetime | None = None
    """When the oldest answer was given; None when nobody was asked."""
    down: bool = False
    """A library system could not be asked just now, so there may be more."""


def of_isbns(isbns: Sequence[str], *, now: datetime) -> OnRecord:
    if not isbns:
        return OnRecord()
    key = f"items:{sha256(' '.join(sorted(isbns)).encode()).hexdigest()}"
    found: OnRecord | None = cache.get(key)
    if found is None:
        found = _ask(isbns, now)
        cache.set(key, found, DOWN if found.down else FRESH)
    return found


def _ask(isbns: Sequence[str], now: datetime) -> OnRecord:
    items: list[ItemRecord] = []
    asked, down = False, False
    for library in Library.objects.filter(is_active=True):
        try:
            system = registry.system_for(library, now=now)
            if Capability.FIND_BY_ISBN in system.capabilities:
                items += system.find_by_isbn(isbns)
                asked = True
        except LibrarySystemError:
            down = True
    return OnRecord(tuple(items), now if asked else None, down)
