"""How each library system has been answering: the last answer, the last failure, and how long the latest answers took.

Kept in the cache, because it is worth nothing after a restart and nobody's to wait for. Of several calls at once the last
word stands.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from django.core.cache import cache
from django.utils import timezone

from library_bridge.reasons import SENTENCES

logger = logging.getLogger(__name__)

LATEST = 50  # answers whose time counts
KEPT_FOR = 7 * 24 * 3600  # seconds
SILENCE = "unavailable"
ANSWERS = frozenset({"ok", "refused", *SENTENCES}) - {SILENCE}
"""A refusal is an answer: the system is there."""


@dataclass(frozen=True)
class Pulse:
    answered_at: datetime | None = None
    failed_at: datetime | None = None
    failed_in: str = ""
    """The operation, and why."""
    failed_by: str = ""
    seconds: tuple[float, ...] = ()

    @property
    def latency(self) -> float | None:
        """Seconds, the median."""
        return median(self.seconds) if self.seconds else None

    @property
    def is_down(self) -> bool:
        return self.failed_at is not None and (self.answered_at is None or self.failed_at > self.answered_at)


def noted(library_code: str, operation: str, outcome: str, seconds: float) -> None:
    """`outcome`: ok, refused, a code of `reasons`, or another word for a failure. Raises nothing, so that no call of a
    library system fails because of what is written about it."""
    try:
        before, now = of(library_code), timezone.now()
        if outcome in ANSWERS:
            after = replace(before, answered_at=now, seconds=(*before.seconds, seconds)[-LATEST:])
        else:
            after = replace(before, failed_at=now, failed_in=operation, failed_by=outcome)
        cache.set(_key(library_code), after, KEPT_FOR)
    except Exception:
        logger.warning("the pulse of %s was not kept", library_code, exc_info=True)


def of(library_code: str) -> Pulse:
    kept: Pulse | None = cache.get(_key(library_code))
    return kept or Pulse()


def _key(library_code: str) -> str:
    return f"pulse:{library_code}"
