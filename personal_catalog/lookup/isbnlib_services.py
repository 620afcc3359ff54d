"""Open Library, Wikipedia and Google Books as isbnlib knows them: its addresses and its reading of their answers.

settings.ISBNLIB_SERVICE_URLS may give a service another address, by isbnlib's name for it (openl, wiki, goob), with
`{isbn}` in it. Google often answers 429 without a key, so it stands last in the chain. isbnlib's own fetch reads without
limit, follows any redirect and keeps every answer in memory for good, also "unknown"; so it is not used.
"""

from types import ModuleType
from typing import ClassVar
from urllib.parse import quote

from django.conf import settings
from isbnlib import ISBNLibException, _goob, _openl, _wiki

from personal_catalog.facts import BookFacts, from_outside
from personal_catalog.lookup.fetch import get_json
from personal_catalog.lookup.places import Place

# how isbnlib takes an answer of another shape amiss
UNREADABLE = (ISBNLibException, AttributeError, LookupError, TypeError, ValueError)


class IsbnlibService:
    remote = True
    name: ClassVar[str]
    service: ClassVar[str]
    module: ClassVar[ModuleType]
    asks: ClassVar[str] = "{isbn}"
    per_minute: ClassVar[int] = 60

    @property
    def place(self) -> Place:
        """isbnlib still has one address without TLS."""
        known = str(self.module.SERVICE_URL).replace("http://", "https://")
        return Place(settings.ISBNLIB_SERVICE_URLS.get(self.service) or known)

    def find(self, isbn13: str) -> BookFacts | None:
        url = self.place.address.format(isbn=quote(self.asks.format(isbn=isbn13), safe=":"))
        answer = get_json(url, place=self.place, seconds=settings.LOOKUP_SECONDS_EACH)
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
    per_minute = 10  # a thousand a day


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
