"""A circuit breaker for each library: after three failures in a row its system is left alone for a while, and then one read
is let through first. No write is a trial: what it did would have to be found out. Kept in the cache, so that all processes
know."""

from dataclasses import dataclass

from django.core.cache import cache

from library_bridge.ports import Unavailable

FAILURES = 3
WITHIN = 300  # seconds
PAUSE = 30  # seconds
TRIAL = 60  # seconds; a trial that a crash cut off is over then
REMEMBERED = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Breaker:
    library_id: int

    def enter(self, *, reads: bool) -> None:
        """Raises Unavailable, with nothing sent, while the library is left alone."""
        if cache.get(self._key("open")) is None:
            return
        if cache.get(self._key("pause")) is not None:
            raise Unavailable("left alone for a while", retry_after=PAUSE, nothing_sent=True)
        if not reads or not cache.add(self._key("trial"), True, TRIAL):
            raise Unavailable("tried by one read first", retry_after=PAUSE, nothing_sent=True)

    def leave(self, *, there: bool | None) -> None:
        """`there`: the system has answered, or not; None when nobody can say."""
        if there is None:
            cache.delete(self._key("trial"))
        elif there:
            cache.delete_many([self._key(name) for name in ("failures", "open", "pause", "trial")])
        elif cache.get(self._key("open")) is not None or self._one_more() >= FAILURES:
            cache.set(self._key("pause"), True, PAUSE)
            cache.set(self._key("open"), True, REMEMBERED)
            cache.delete_many([self._key("failures"), self._key("trial")])

    def _one_more(self) -> int:
        cache.add(self._key("failures"), 0, WITHIN)
        try:
            return int(cache.incr(self._key("failures")))
        except ValueError:  # it ran out in between
            return 1

    def _key(self, name: str) -> str:
        return f"bridge:{self.library_id}:{name}"
