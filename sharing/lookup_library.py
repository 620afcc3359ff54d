"""The lookup chain's second source: what the libraries have catalogued themselves."""

from django.utils import timezone

from library_bridge import registry
from library_bridge.models import Library
from library_bridge.ports import Capability, LibrarySystemError
from personal_catalog.facts import BookFacts


class LibraryCatalogue:
    name = "library"

    def find(self, isbn13: str) -> BookFacts | None:
        for library in Library.objects.filter(is_active=True):
            found = _in(library, isbn13)
            if found is not None:
                return found
        return None


def _in(library: Library, isbn13: str) -> BookFacts | None:
    system = registry.system_for(library, now=timezone.now())
    if Capability.FIND_BY_ISBN not in system.capabilities:
        return None
    try:
        items = system.find_by_isbn([isbn13])
    except LibrarySystemError:
        return None
    if not items:
        return None
    first = items[0]
    creators = tuple(name.strip() for name in first.creators.replace("；", ";").split(";") if name.strip())
    return BookFacts(isbns=(isbn13,), title=first.title, creators=creators)
