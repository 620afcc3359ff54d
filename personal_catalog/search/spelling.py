"""Near spellings of Latin words, from the words that occur in the catalogue.

One wrong letter leaves one half of a word whole, and most pairs of them leave both ends: so only words that share a half or
both ends are looked at, a few hundred however large the catalogue is.
"""

from collections.abc import Sequence

from django.db import connection
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from personal_catalog.models import SearchTerm
from personal_catalog.search.analyse import is_cjk

MOST_CANDIDATES = 2_000
SHORTEST = 4
LIKE_ENOUGH = 74
LAST = "\U0010ffff"
TABLE = SearchTerm._meta.db_table


def corrected(words: list[str]) -> str:
    """The question with each unknown word replaced by the nearest known one; empty when there is nothing to mend."""
    doubtful = {word for word in words if not is_cjk(word) and word.isalpha() and len(word) >= SHORTEST}
    known = _terms(f"SELECT term FROM {TABLE} WHERE term IN ({', '.join(['%s'] * len(doubtful))})", sorted(doubtful))
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
    half, lengths = len(word) // 2, [len(word) - 2, len(word) + 2]
    alike = (
        _begins("term", word[:half]),
        _begins("mirror", word[::-1][:half]),
        ("head = %s AND tail = %s", [word[:2], word[-2:]]),
    )
    ways = [
        f"SELECT * FROM (SELECT term FROM {TABLE} WHERE {way} AND length BETWEEN %s AND %s LIMIT {MOST_CANDIDATES}) way{n}"
        for n, (way, _values) in enumerate(alike)
    ]
    values: list[str | int] = []
    for _way, said in alike:
        values += [*said, *lengths]
    return _terms(" UNION ".join(ways), values)


def _begins(field: str, start: str) -> tuple[str, list[str]]:
    """In the form that each engine answers from its index; a word is of letters alone."""
    if connection.vendor == "postgresql":
        return f"{field} LIKE %s", [f"{start}%"]
    return f"{field} >= %s AND {field} < %s", [start, start + LAST]


def _terms(sql: str, values: Sequence[str | int]) -> set[str]:
    """By hand: to build these questions costs more than their answers."""
    if not values:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {term for (term,) in cursor.fetchall()}
