"""The lookup chain's second source: what the libraries have catalogued themselves."""

from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.utils import timezone

from library_bridge import registry
from library_bridge.models import Library
from library_bridge.ports import Capability, ItemRecord, LibrarySystem, Unavailable
from personal_catalog.facts import BookFacts
from personal_catalog.lookup import breaker
from personal_catalog.lookup.sources import SourceUnavailable
from personal_catalog.lookup.together import together


class LibraryCatalogue:
    name = "library"

    def find(self, isbn13: str) -> BookFacts | None:
        """Raises SourceUnavailable when no library that answered has it, and one did not answer."""
        items, silent = _items([isbn13])
        if items:
            return _facts(isbn13, items[0])
        if silent:
            raise SourceUnavailable(", ".join(silent))
        return None

    def knows(self, isbns: Sequence[str]) -> set[str]:
        return {item.isbn13 for item in _items(isbns)[0]}


def _items(isbns: Sequence[str]) -> tuple[list[ItemRecord], list[str]]:
    """What the libraries have of it, and the names of those that were silent. The embedded system is our own database;
    all others are asked at once and have settings.LOOKUP_SECONDS_NEAR together."""
    items: list[ItemRecord] = []
    outside: dict[str, LibrarySystem] = {}
    closed: set[str] = set()  # misconfigured
    for library in Library.objects.filter(is_active=True):
        try:
            system = registry.system_for(library, now=timezone.now())
        except Unavailable:
            closed.add(f"library-{library.code}")
            continue
        if library.adapter == Library.Adapter.EMBEDDED:
            items += system.find_by_isbn(isbns)
        else:
            outside[f"library-{library.code}"] = system
    asks = {name: partial(_asked, system, isbns) for name, system in outside.items() if breaker.allows(name)}
    answered = together(asks, seconds=settings.LOOKUP_SECONDS_NEAR)
    for name in asks:
        breaker.note(name, ok=name in answered)
    return items + [item for found in answered.values() for item in found], sorted(
        (outside.keys() - answered.keys()) | closed
    )


def _asked(system: LibrarySystem, isbns: Sequence[str]) -> tuple[ItemRecord, ...]:
    """What a system can do may have to be asked, too."""
    return system.find_by_isbn(isbns) if Capability.FIND_BY_ISBN in system.capabilities else ()


def _facts(isbn13: str, item: ItemRecord) -> BookFacts:
    creators = tuple(name.strip() for name in item.creators.replace("；", ";").split(";") if name.strip())
    return BookFacts(isbns=(isbn13,), title=item.title, creators=creators)
