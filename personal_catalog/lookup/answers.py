"""Sources' answers, kept: a hit for a month, a miss for a day. A source that was silent leaves no row; it is only not
asked about the same number again for a minute."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.core.cache import cache

from personal_catalog.facts import BookFacts, from_json
from personal_catalog.models import LookupCache

KEEP_HIT = timedelta(days=30)
KEEP_MISS = timedelta(days=1)
KEEP_SILENCE_SECONDS = 60


def kept(isbn13: str, sources: Sequence[str], *, now: datetime) -> dict[str, BookFacts | None]:
    rows = LookupCache.objects.filter(isbn13=isbn13, source__in=sources, expires_at__gt=now)
    return {row.source: from_json(row.facts) if row.hit else None for row in rows}


def keep(isbn13: str, answers: Mapping[str, BookFacts | None], *, now: datetime) -> None:
    LookupCache.objects.bulk_create(
        (
            LookupCache(
                isbn13=isbn13,
                source=name,
                hit=facts is not None,
                facts=facts.to_json() if facts else {},
                fetched_at=now,
                expires_at=now + (KEEP_HIT if facts else KEEP_MISS),
            )
            for name, facts in answers.items()
        ),
        update_conflicts=True,
        unique_fields=["isbn13", "source"],
        update_fields=["hit", "facts", "fetched_at", "expires_at"],
    )


def silent(isbn13: str, sources: Iterable[str]) -> set[str]:
    """The sources that did not answer about this number just now."""
    keys = {f"lookup:{name}:silent:{isbn13}": name for name in sources}
    return {keys[key] for key in cache.get_many(keys)}


def note_silent(isbn13: str, sources: Iterable[str]) -> None:
    cache.set_many({f"lookup:{name}:silent:{isbn13}": True for name in sources}, KEEP_SILENCE_SECONDS)


def forget_expired(*, now: datetime) -> int:
    return LookupCache.objects.filter(expires_at__lt=now).delete()[0]
