from collections.abc import Sequence

from personal_catalog import matching, titles
from personal_catalog.facts import BookFacts


class OwnCatalogue:
    """What the catalogue has already."""

    name = "own"

    def find(self, isbn13: str) -> BookFacts | None:
        title = titles.by_isbn(isbn13)
        return titles.as_facts(title) if title and title.provenance.get("title") != titles.STUB else None

    def knows(self, isbns: Sequence[str]) -> set[str]:
        return set(matching.catalogued(isbns))
