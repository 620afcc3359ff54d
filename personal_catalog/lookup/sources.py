"""What a source of book data is. settings.LOOKUP_SOURCES names them, nearest first."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, runtime_checkable

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from personal_catalog.facts import BookFacts


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


def configured() -> list[Source]:
    return [import_string(path)() for path in settings.LOOKUP_SOURCES]


def is_remote(source: Source) -> bool:
    return bool(getattr(source, "remote", False))


def near_sources(sources: Iterable[Source]) -> Iterator[NearSource]:
    return (source for source in sources if isinstance(source, NearSource) and not is_remote(source))


def label(name: str) -> str:
    """The name of a source in the reader's language."""
    labels = {
        "own": _("the catalogue"),
        "library": _("the library"),
        "local_file": _("the local list"),
        "open_library": "Open Library",
        "wikipedia": "Wikipedia",
        "google_books": "Google Books",
        "reader": _("a reader"),
        "curator": _("a curator"),
        "demo": _("the catalogue"),
    }
    return labels.get(name) or labels.get(name.split(":")[0], name)
