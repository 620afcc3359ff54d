"""What a source of book data is. settings.LOOKUP_SOURCES names them, nearest first."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, runtime_checkable

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from personal_catalog.facts import BookFacts
from personal_catalog.lookup import servers


class Source(Protocol):
    """`find` raises SourceUnavailable when nothing is known about the ISBN because nobody could be asked. A source with
    a true `remote` attribute is asked in a thread of its own and must not touch the database."""

    name: str

    def find(self, isbn13: str) -> BookFacts | None: ...


@runtime_checkable
class NearSource(Source, Protocol):
    """Asked before the remote ones, in the thread that waits: what it asks outside our database it must ask within
    settings.LOOKUP_SECONDS_NEAR. `knows` tells which of several ISBN-13s it has."""

    def knows(self, isbns: Sequence[str]) -> set[str]: ...


class SourceUnavailable(Exception):
    """Down, slow, limited, or it answered something that cannot be read."""


class SourceLimited(SourceUnavailable):
    """We have asked too often (429): it is left alone for as long as it says."""

    SECONDS = 900
    MOST_SECONDS = 86_400

    def __init__(self, retry_after: str = "") -> None:
        said = int(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 9 else 0
        self.seconds = min(said, self.MOST_SECONDS) or self.SECONDS
        super().__init__(f"asked too often, again in {self.seconds} s")


def configured() -> list[Source]:
    """A path of settings.LOOKUP_SOURCES names a source, or a function that lists several."""
    made = (import_string(path)() for path in settings.LOOKUP_SOURCES)
    return [source for one in made for source in (one if isinstance(one, list) else [one])]


def is_remote(source: Source) -> bool:
    return bool(getattr(source, "remote", False))


def per_minute(source: Source) -> int:
    """How often it may be asked: settings.LOOKUP_PER_MINUTE by its name, else its own word. 0: as often as one likes."""
    return int(settings.LOOKUP_PER_MINUTE.get(source.name, getattr(source, "per_minute", 0)))


def near_sources(sources: Iterable[Source]) -> Iterator[NearSource]:
    return (source for source in sources if isinstance(source, NearSource) and not is_remote(source))


def label(name: str) -> str:
    """The name of a source in the reader's language."""
    if server := servers.label_of(name):
        return server
    labels = {
        "own": _("the catalogue"),
        "library": _("the library"),
        "local_file": _("the local list"),
        "open_library": "Open Library",
        "wikipedia": "Wikipedia",
        "google_books": "Google Books",
        "reader": _("a reader"),
        "isbn": _("its number alone"),
        "curator": _("a curator"),
        "demo": _("the catalogue"),
    }
    return labels.get(name) or labels.get(name.split(":")[0], name)
