"""How long an import still takes, by what was done of it between two looks at its page."""

from datetime import datetime, timedelta
from math import ceil

from django.core.cache import cache

APART = timedelta(seconds=10)
SOONEST = timedelta(seconds=4)
KEEP_SECONDS = 120


def minutes_left(*, name: str, done: int, total: int, now: datetime) -> int | None:
    """Whole minutes, rounded up; None where it can't be told yet, or nothing was done meanwhile. Only the last twenty seconds
    count: rows that are asked for far away take longer than those known here, and a reader wants to know from now on."""
    key = f"progress:{name}"
    before, latest = cache.get(key) or ((done, now), (done, now))
    if now - latest[1] >= APART:
        before, latest = latest, (done, now)
    cache.set(key, (before, latest), KEEP_SECONDS)
    passed, more = now - before[1], done - before[0]
    if passed < SOONEST or more <= 0:
        return None
    return ceil((total - done) * (passed / more) / timedelta(minutes=1))
