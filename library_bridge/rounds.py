"""When what is due was last acted on, whoever did it: the scheduler through a worker, or `run_due` by hand. A round in which
a whole part failed does not count.

Kept in the cache that nobody fills by asking, so that no visitor pushes it out. A service that has just come up counts from
the first look.
"""

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from library_bridge.throttle import cache

logger = logging.getLogger(__name__)

KEY = "due-round"
LATE = timedelta(minutes=5)
"""Five rounds of the scheduler."""


def ended() -> None:
    """Raises nothing: what was done is done, whatever becomes of the note."""
    try:
        cache.set(KEY, timezone.now(), None)
    except Exception:  # of whichever cache is configured
        logger.exception("the end of the round could not be noted")


def silence(*, now: datetime) -> timedelta | None:
    """Since the last round ended; None where the cache does not answer, so that nobody knows."""
    try:
        cache.add(KEY, now, None)
        last: datetime = cache.get(KEY, now)
    except Exception:  # of whichever cache is configured
        logger.exception("when the last round ended could not be read")
        return None
    return max(timedelta(), now - last)


def is_late(*, now: datetime) -> bool | None:
    """None where nobody knows."""
    since = silence(now=now)
    return None if since is None else since > LATE
