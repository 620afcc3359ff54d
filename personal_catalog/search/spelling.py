"""Near spellings of Latin words, from the words that occur in the catalogue.

One wrong letter leaves one half of a word whole, and most pairs of them leave both ends: so only words that share a half or
both ends are looked at, a few hundred however large the catalogue is.
"""

from django.db import connection
from django.db.models import Q
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from personal_catalog.models import SearchTerm
from personal_catalog.search.analyse import is_cjk

MOST_CANDIDATES = 2_000
SHORTEST = 4
LIKE_ENOUGH = 74
LAST = "\U0010ffff"


def corrected(words: list[str]) -> str:
    """The question with each unknown word replaced by the nearest known one; empty when there is nothing to mend."""
    doubtful = {word for word in words if not is_cjk(word) and word.isalpha() and len(word) >= SHORTEST}
    known = set(SearchTerm.objects.filter(term__in=doubtful).values_list("term", flat=True))
    mended = {word: near for word in sorted(doubtful - known) if (near := _nearest(word))}
    return " ".join(mended.get(word, word) for word in words) if mended else ""


def _nearest(word: str) -> str:
    """Fewest wrong letters, two swapped ones being one; then most alike."""
    near = [
        (OSA.distance(word, other), -fuzz.ratio(word, other), other)
        for other in _candidates(word)
        if fuzz.ratio(word, other) >= LIKE_ENOUGH
    ]
    return min(near)[2] if near else ""


def _candidates(word: str) -> set[str]:
    half = len(word) // 2
    alike = (
        _begins("term", word[:half]),
        _begins("mirror", word[::-1][:half]),
        Q(head=word[:2], tail=word[-2:]),
    )
    lengths = Q(length__range=(len(word) - 2, len(word) + 2))
    found = (SearchTerm.objects.filter(way, lengths).values_list("term", flat=True)[:MOST_CANDIDATES] for way in alike)
    return {term for terms in found for term in terms}


def _begins(field: str, start: str) -> Q:
    """In the form that each engine answers from its index."""
    if connection.vendor == "postgresql":
        return Q(**{f"{field}__startswith": start})
    return Q(**{f"{field}__gte": start, f"{field}__lt": start + LAST})
