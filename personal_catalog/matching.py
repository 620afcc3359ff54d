"""Which title of the catalogue some facts are about."""

from collections.abc import Iterable
from typing import Protocol

from personal_catalog import record_numbers
from personal_catalog.facts import BookFacts
from personal_catalog.models import Title, TitleIsbn
from personal_catalog.people import match_key


def catalogued(isbns: Iterable[str]) -> list[str]:
    """Those of the ISBN-13s that the catalogue has, in the order given."""
    asked = list(isbns)[:60]
    known = set(TitleIsbn.objects.filter(isbn13__in=asked).values_list("isbn13", flat=True))
    return [isbn13 for isbn13 in asked if isbn13 in known]


def matching(facts: BookFacts) -> Title | None:
    """The title that the catalogue has for these facts.

    By ISBN; else by a number of the record, where the titles are alike; else by title and first creator, where one of the
    two records has no ISBN and nothing contradicts.
    """
    if found := Title.objects.with_isbn(*facts.isbns).order_by("pk").first():
        return found
    if found := _numbered(facts):
        return found
    alike = Title.objects.live().filter(match_key=match_key(facts.title, facts.creators)).order_by("status", "pk")
    if not facts.creators:  # the title alone says little: all else must agree
        alike = alike.filter(year=facts.year, publisher=facts.publisher)
    if facts.isbns:
        alike = alike.filter(isbns=None)
    return next((title for title in alike[:20] if not contradicts(title, facts)), None)


def _numbered(facts: BookFacts) -> Title | None:
    ids = [pk for pks in record_numbers.titles_numbered(record_numbers.keys_of(facts)).values() for pk in pks]
    rows = Title.objects.live().filter(pk__in=ids).order_by("pk")[:20] if ids else ()
    return next((title for title in rows if is_numbered(title, facts)), None)


def is_numbered(title: Title, facts: BookFacts) -> bool:
    """The two have a number in common: are they the same all the same?"""
    return record_numbers.is_alike(title, facts) and not contradicts(title, facts)


class Edition(Protocol):
    """What tells two of them apart."""

    @property
    def year(self) -> int | None: ...
    @property
    def publisher(self) -> str: ...
    @property
    def subtitle(self) -> str: ...


def contradicts(title: Edition, facts: Edition) -> bool:
    """Both say it, and they say different things."""
    pairs = ((title.year, facts.year), (title.publisher, facts.publisher), (title.subtitle, facts.subtitle))
    return any(ours and theirs and ours != theirs for ours, theirs in pairs)
