"""Asking the index, from the strictest reading of the words to the most generous, until something is found."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from rapidfuzz import fuzz

from personal_catalog import isbn, record_numbers, titles
from personal_catalog.models import Title
from personal_catalog.search import readings
from personal_catalog.search.analyse import letters
from personal_catalog.search.engines import engine
from personal_catalog.search.spelling import corrected
from personal_catalog.search.terms import Node

MOST_HITS = 2_000
TO_ORDER = 200
LIKE_ENOUGH = 60


@dataclass(frozen=True)
class SearchHits:
    """`ids` best first, at most 2000, of `total`. `instead` is what was searched when the words as typed gave nothing."""

    ids: list[int]
    total: int
    instead: str = ""


NOTHING = SearchHits([], 0)


def search_titles(text: str) -> SearchHits:
    """Raises SearchTimedOut for a question too broad to answer in time."""
    asked = text.strip()[: settings.SEARCH_MAX_CHARACTERS]
    if (by_number := _by_isbn(asked)) is not None:
        return by_number
    words = readings.words_of(asked)
    if not words:
        return NOTHING
    for reading in (readings.as_typed(words), readings.by_sound(words)):
        if reading is not None and (ids := engine().find(reading, limit=MOST_HITS)):
            return SearchHits(_ordered(ids, asked), _total(reading, ids))
    return _generous(asked, words)


def suggest(text: str) -> list[str]:
    """Near spellings to offer: what a misread ISBN may be, a corrected word, the titles most alike."""
    asked = text.strip()[: settings.SEARCH_MAX_CHARACTERS]
    if numbers := titles.catalogued(isbn.repair(asked)):
        return [isbn.hyphenate(number) for number in numbers[:3]]
    words = readings.words_of(asked)
    near = corrected(words)
    alike = [title for title, _ in _alike(asked, words)][:3]
    return list(dict.fromkeys([*([near] if near else []), *alike]))


def _by_isbn(asked: str) -> SearchHits | None:
    try:
        number = isbn.parse(asked)
    except isbn.NotAnIsbn:
        return None
    ids = list(Title.objects.with_isbn(number.isbn13).values_list("pk", flat=True))
    ids = ids or record_numbers.live_with(f"isbn:{number.isbn13}")
    return SearchHits(ids, len(ids)) if ids or len(asked) >= 10 else None


def _generous(asked: str, words: list[str]) -> SearchHits:
    near = corrected(words)
    mended = readings.as_typed(readings.words_of(near))
    if mended is not None and (ids := engine().find(mended, limit=MOST_HITS)):
        return SearchHits(_ordered(ids, near), _total(mended, ids), instead=near)
    if (begun := readings.begun(words)) and (ids := engine().find(begun, limit=MOST_HITS)):
        return SearchHits(_ordered(ids, asked), _total(begun, ids))
    alike = list(_alike(asked, words))
    return SearchHits([pk for _, pk in alike], len(alike), instead=alike[0][0]) if alike else NOTHING


def _alike(asked: str, words: list[str]) -> Iterator[tuple[str, int]]:
    """Titles that share some of the tokens and look like the question as a whole."""
    reading = readings.any_of(words)
    if reading is None:
        return
    ids = engine().find(reading, limit=TO_ORDER)
    wanted = letters(asked)
    rows = Title.objects.filter(pk__in=ids).values_list("pk", "title", "subtitle")
    scored = [(max(fuzz.ratio(wanted, letters(t)), fuzz.ratio(wanted, letters(t + s))), t, pk) for pk, t, s in rows]
    for score, title, pk in sorted(scored, key=lambda row: (-row[0], row[2])):
        if score >= LIKE_ENOUGH:
            yield title, pk


def _ordered(ids: list[int], asked: str) -> list[int]:
    """The engine's order, but the very title asked for first, then titles that begin so, then those that contain it."""
    wanted = letters(asked)
    first = ids[:TO_ORDER]
    found = {pk: letters(title) for pk, title in Title.objects.filter(pk__in=first).values_list("pk", "title")}

    def nearness(pk: int) -> int:
        title = found.get(pk, "")
        return 0 if title == wanted else 1 if title.startswith(wanted) else 2 if wanted in title else 3

    return [*sorted(first, key=nearness), *ids[TO_ORDER:]]


def _total(reading: Node, ids: list[int]) -> int:
    return len(ids) if len(ids) < MOST_HITS else engine().count(reading)
