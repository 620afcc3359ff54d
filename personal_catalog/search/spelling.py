"""Near spellings of Latin words, from the words that occur in the catalogue."""

from django.db.models import Q
from rapidfuzz import fuzz, process

from personal_catalog.models import SearchTerm
from personal_catalog.search.analyse import is_cjk

MOST_CANDIDATES = 5_000
SHORTEST = 4
LIKE_ENOUGH = 74


def corrected(words: list[str]) -> str:
    """The question with each unknown word replaced by the nearest known one; empty when there is nothing to mend."""
    doubtful = {word for word in words if not is_cjk(word) and word.isalpha() and len(word) >= SHORTEST}
    known = set(SearchTerm.objects.filter(term__in=doubtful).values_list("term", flat=True))
    mended = {word: near for word in sorted(doubtful - known) if (near := _nearest(word))}
    return " ".join(mended.get(word, word) for word in words) if mended else ""


def _nearest(word: str) -> str:
    alike = Q(head=word[:2]) | Q(tail=word[-2:])
    lengths = range(len(word) - 2, len(word) + 3)
    candidates = SearchTerm.objects.filter(alike, length__in=lengths).values_list("term", flat=True)[:MOST_CANDIDATES]
    best = process.extractOne(word, list(candidates), scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH)
    return str(best[0]) if best else ""
