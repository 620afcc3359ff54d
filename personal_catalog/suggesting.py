"""Subjects and classes that a record without them may have, each with where it comes from. A curator takes one over by one
key; nothing is written here."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from personal_catalog import class_words
from personal_catalog.facts import from_json
from personal_catalog.lookup.sources import label
from personal_catalog.models import LookupCache, Title
from personal_catalog.people import plain_name
from personal_catalog.search.analyse import letters
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.query import search_titles

MOST = 4
MOST_OF_CREATOR = 40
FIELDS = ("subjects", "clc")


@dataclass(frozen=True)
class Proposal:
    field: str
    value: str
    why: str


def of_titles(titles: list[Title], field: str) -> dict[int, list[Proposal]]:
    """Best first, at most four each. Fetch the titles with their ISBNs prefetched."""
    siblings, answers = _siblings(titles), _answers(titles)
    return {
        title.pk: _first(
            field,
            [
                *((value, _("from %(source)s") % {"source": label(source)}) for source, value in answers.get((title.pk, field), [])),
                *((value, _("from another edition")) for value in _of(siblings.get(title.work_key, []), field, but=title)),
                *((value, _("from the same creator")) for value in _by_creator(title, field)),
                *_by_words(title, field),
            ],
        )
        for title in titles
    }  # fmt: skip


def _first(field: str, found: Iterable[tuple[str, str]]) -> list[Proposal]:
    best: dict[str, Proposal] = {}
    for value, why in found:
        best.setdefault(value.casefold(), Proposal(field, value, why))
    return list(best.values())[:MOST]


def _siblings(titles: list[Title]) -> dict[str, list[Title]]:
    keys = {title.work_key for title in titles if title.creators}
    found: dict[str, list[Title]] = {}
    for other in Title.objects.live().filter(work_key__in=keys).order_by("-passed_on", "pk")[:500]:
        found.setdefault(other.work_key, []).append(other)
    return found


def _answers(titles: list[Title]) -> dict[tuple[int, str], list[tuple[str, str]]]:
    """What the library and the other sources have answered for its ISBNs: (source, value) by title and field."""
    by_isbn = {row.isbn13: title.pk for title in titles for row in title.isbns.all()}
    found: dict[tuple[int, str], list[tuple[str, str]]] = {}
    rows = LookupCache.objects.filter(isbn13__in=by_isbn, hit=True).order_by("source")
    for row in sorted(rows, key=lambda row: row.source != "library"):
        facts = from_json(row.facts)
        for field in FIELDS:
            values = found.setdefault((by_isbn[row.isbn13], field), [])
            values += [(row.source, value) for value in _values(getattr(facts, field))]
    return found


def _values(said: Any) -> list[str]:
    return [said] if isinstance(said, str) and said else list(said or ())


def _of(titles: Iterable[Title], field: str, *, but: Title) -> list[str]:
    counted = Counter(value for title in titles if title.pk != but.pk for value in _values(getattr(title, field)))
    return [value for value, _times in counted.most_common(MOST)]


def _by_creator(title: Title, field: str) -> list[str]:
    if not title.creators:
        return []
    name = plain_name(title.creators[0])
    try:
        ids = search_titles(name).ids[:MOST_OF_CREATOR]
    except SearchTimedOut:
        return []
    others = Title.objects.live().filter(pk__in=ids)
    theirs = [other for other in others if letters(name) in {letters(plain_name(one)) for one in other.creators}]
    return _of(theirs, field, but=title)[:2]


def _by_words(title: Title, field: str) -> Iterator[tuple[str, str]]:
    for word, clc, subject in class_words.of_title(title.full_title):
        yield (clc if field == "clc" else subject), _("the title says “%(word)s”") % {"word": word}
