"""A circuit breaker for each library as a source, and for OpenSearch: after three failures in a row it is left alone for a
minute. Late for a page is a failure here, however sound the system is; whether it is there, `library_bridge.breaker` knows.
Counted in the cache, because the title's page asks too and writes nothing; sources outside have `pace`."""

from django.core.cache import cache

FAILURES = 3
WITHIN_SECONDS = 300
PAUSE_SECONDS = 60


def allows(source: str) -> bool:
    return cache.get(f"lookup:{source}:pause") is None


def note(source: str, *, ok: bool) -> None:
    counter = f"lookup:{source}:failures"
    if ok:
        cache.delete(counter)
        return
    cache.add(counter, 0, WITHIN_SECONDS)
    if _one_more(counter) >= FAILURES:
        cache.set(f"lookup:{source}:pause", True, PAUSE_SECONDS)
        cache.delete(counter)


def _one_more(counter: str) -> int:
    try:
        return cache.incr(counter)
    except ValueError:  # it expired in between
        return 1
