"""Open Library, Wikipedia and Google Books as isbnlib knows them: its addresses and its reading of their answers.

settings.ISBNLIB_SERVICE_URLS may give a service another address, by isbnlib's name for it (openl, wiki, goob), with
`{isbn}` in it. Google often answers 429 without a key, so it stands last in the chain.
"""

from types import ModuleType
from typing import ClassVar
from urllib.parse import quote

from django.conf import settings
from isbnlib import ISBNLibException, _goob, _openl, _wiki

from personal_catalog.facts import BookFacts, from_outside
from personal_catalog.lookup.fetch import get_json

# how isbnlib takes an answer of another shape amiss
UNREADABLE = (ISBNLibException, AttributeError, LookupError, TypeError, ValueError)


class IsbnlibService:
    remote = True
    name: ClassVar[str]
    service: ClassVar[str]
    module: ClassVar[ModuleType]
    asks: ClassVar[str] = "{isbn}"

    def find(self, isbn13: str) -> BookFacts | None:
        address = settings.ISBNLIB_SERVICE_URLS.get(self.service) or self.module.SERVICE_URL
        answer = get_json(address.format(isbn=quote(self.asks.format(isbn=isbn13), safe=":")))
        return _facts(isbn13, self.read(isbn13, answer))

    def read(self, isbn13: str, answer: object) -> dict[str, object]:
        """isbnlib's fields; empty when the answer has no such book or cannot be read (T-D1)."""
        try:
            found = self.module._records(isbn13, answer)
        except UNREADABLE:
            return {}
        return found if isinstance(found, dict) else {}


class OpenLibrary(IsbnlibService):
    name = "open_library"
    service = "openl"
    module = _openl


class Wikipedia(IsbnlibService):
    name = "wikipedia"
    service = "wiki"
    module = _wiki


class GoogleBooks(IsbnlibService):
    name = "google_books"
    service = "goob"
    module = _goob
    asks = "isbn:{isbn}"


def _facts(isbn13: str, found: dict[str, object]) -> BookFacts | None:
    """isbnlib joins title and subtitle with a dash."""
    title, _dash, subtitle = str(found.get("Title") or "").partition(" - ")
    return from_outside(
        {
            "isbns": [isbn13],
            "title": title,
            "subtitle": subtitle,
            "creators": found.get("Authors"),
            "publisher": found.get("Publisher"),
            "year": found.get("Year"),
            "language": found.get("Language"),
        }
    )
