"""Asking the index, from the strictest reading of the words to the most generous, until something is found."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.conf import settings
from rapidfuzz import fuzz

from personal_catalog import isbn, matching, record_numbers
from personal_catalog.models import Title
from personal_catalog.search import readings
from personal_catalog.search.analyse import letters
from personal_catalog.search.engines import Titles, engine, names
from personal_catalog.search.spelling import corrected
from personal_catalog.search.terms import Node

TO_ORDER = 200
LIKE_ENOUGH = 60
SHORTEST_NUMBER = 5


class FoundBy(StrEnum):
    """SOUND: no title has these characters, but others that are read the same. LIKENESS: titles that look like the question."""

    WORDS = "words"
    SOUND = "sound"
    LIKENESS = "likeness"


@dataclass(frozen=True)
class SearchHits:
    """`ids` best first, at most engines.CANDIDATES. `instead` are the words that were searched when those typed gave nothing."""

    ids: list[int]
    more: bool = False
    """Others match besides these."""
    instead: str = ""
    found_by: FoundBy = FoundBy.WORDS
    near: Mapping[int, int] = field(default_factory=dict)
    """Of the first ids: 0 is the very title asked for, 1 begins so or contains it; all others are 2."""


NOTHING = SearchHits([])


def search_titles(text: str, *, within: Titles | None = None, newest: bool = False) -> SearchHits:
    """Only titles of `within` are found where it is given. Of more titles than are looked at, those in circulation are; with
    `newest` the newest ones.

    Raises SearchTimedOut for a question too broad to answer in time.
    """
    asked = text.strip()[: settings.SEARCH_MAX_CHARACTERS]
    if (by_number := _by_isbn(asked, within)) is not None:
        return by_number
    words = readings.words_of(asked)
    if not words:
        return NOTHING
    typed = readings.as_typed(words)
    reading = readings.or_class(typed, asked)
    if reading is not None and (found := _found(reading, asked, within, newest)):
        return found
    sound = readings.by_sound(words)
    if sound is not None and (found := _found(sound, asked, within, newest)):
        return replace(found, found_by=FoundBy.SOUND)
    return _generous(asked, words, within, newest)


def titles_as_asked(text: str, *, within: Titles) -> list[int]:
    """What has every word as it is written, a number or a class; nothing that is only alike."""
    asked = text.strip()[: settings.SEARCH_MAX_CHARACTERS]
    if (by_number := _by_isbn(asked, within)) is not None:
        return by_number.ids
    reading = readings.or_class(readings.as_typed(readings.words_of(asked)), asked)
    return engine().find(reading, within=within).ids if reading is not None else []


def titles_begun(text: str, *, most: int) -> list[int]:
    """Titles to offer while someone types: the last word may be unfinished, and a number may be. Best first."""
    asked = text.strip()[: settings.SEARCH_MAX_CHARACTERS]
    digits = re.sub(r"[\s-]", "", asked)
    reading = readings.unfinished([digits] if _is_number(digits) else readings.words_of(asked))
    if reading is None:
        return []
    ids, _near = _ordered(engine().find(reading).ids[:TO_ORDER], asked)
    return ids[:most]


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) >= SHORTEST_NUMBER


def suggest(text: str) -> list[str]:
    """Near spellings to offer: what a misread ISBN may be, a corrected word, the titles most alike."""
    asked = text.strip()[: settings.SEARCH_MAX_CHARACTERS]
    if numbers := matching.catalogued(isbn.repair(asked)):
        return [isbn.hyphenate(number) for number in numbers[:3]]
    words = readings.words_of(asked)
    near = corrected(words)
    alike = [title for title, _ in _alike(asked, words)][:3]
    return list(dict.fromkeys([*([near] if near else []), *alike]))


def alike(title: str) -> list[int]:
    """Titles that look like this one as a whole, whether or not they have all its words; the most alike first."""
    asked = title.strip()[: settings.SEARCH_MAX_CHARACTERS]
    return [pk for _, pk in _alike(asked, readings.words_of(asked))]


def _by_isbn(asked: str, within: Titles | None) -> SearchHits | None:
    try:
        number = isbn.parse(asked)
    except isbn.NotAnIsbn:
        return None
    ids = list(Title.objects.with_isbn(number.isbn13).values_list("pk", flat=True))
    ids = ids or record_numbers.live_with(f"isbn:{number.isbn13}")
    if within is not None:
        ids = list(within.order_by().filter(pk__in=ids).values_list("pk", flat=True))
    return SearchHits(ids) if ids or len(asked) >= 10 else None


def _generous(asked: str, words: list[str], within: Titles | None, newest: bool) -> SearchHits:
    near = corrected(words)
    mended = readings.as_typed(readings.words_of(near))
    if mended is not None and (found := _found(mended, near, within, newest)):
        return replace(found, instead=near)
    if (begun := readings.begun(words)) and (found := _found(begun, asked, within, newest)):
        return found
    alike = [pk for _, pk in _alike(asked, words, within)]
    return SearchHits(alike, found_by=FoundBy.LIKENESS) if alike else NOTHING


def _found(reading: Node, asked: str, within: Titles | None, newest: bool) -> SearchHits | None:
    found = engine().find(reading, within=within, newest=newest)
    if not found.ids:
        return None
    ordered, near = _ordered(found.ids, asked)
    return SearchHits(ordered, found.more, near=near)


def _alike(asked: str, words: list[str], within: Titles | None = None) -> Iterator[tuple[str, int]]:
    """Titles that share some of the tokens and look like the question as a whole."""
    terms = readings.any_of(words)
    if not terms:
        return
    ids = engine().most_of(terms, limit=TO_ORDER, within=within)
    wanted = letters(asked)
    scored = [
        (max(fuzz.ratio(wanted, letters(t)), fuzz.ratio(wanted, letters(t + s))), t, pk)
        for pk, (t, s) in names(ids).items()
    ]
    for score, title, pk in sorted(scored, key=lambda row: (-row[0], row[2])):
        if score >= LIKE_ENOUGH:
            yield title, pk


def _ordered(ids: list[int], asked: str) -> tuple[list[int], dict[int, int]]:
    """The engine's order, but the very title asked for first, then titles that begin so, then those that contain it."""
    wanted = letters(asked)
    first = ids[:TO_ORDER]
    found = {pk: letters(title) for pk, (title, _subtitle) in names(first).items()}

    def nearness(pk: int) -> int:
        title = found.get(pk, "")
        return 0 if title == wanted else 1 if title.startswith(wanted) else 2 if wanted in title else 3

    ordered = sorted(first, key=nearness)
    near = {pk: (nearness(pk) + 1) // 2 for pk in ordered if wanted}
    return [*ordered, *ids[TO_ORDER:]], near
