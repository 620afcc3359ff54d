"""How long it takes, from our own records of the last half year; nothing is said where fewer than five people stand behind it (P6)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

from sharing.crowds import FEWEST_PEOPLE
from sharing.models import Ask, Lending

LOOK_BACK = timedelta(days=180)
MOST_ROWS = 5_000
MOST_ANSWER = 0.5
HANDED_OVER = 0.8
SECONDS = 600


@dataclass(frozen=True)
class Waits:
    """Whole hours within which more than half of all asks were answered; whole days within which 8 of 10 agreed books
    changed hands. None: too few people, or it did not happen at all."""

    answer_hours: int | None = None
    handover_days: int | None = None


def typical(*, now: datetime) -> Waits:
    """Kept for ten minutes."""
    found: Waits | None = cache.get("waits")
    if found is None:
        found = Waits(_answers(now), _handovers(now))
        cache.set("waits", found, SECONDS)
    return found


def _answers(now: datetime) -> int | None:
    """Asks that were never answered count as not answered in any time; one that accepted itself was no question."""
    ended_as = ("accepted", "declined", "lapsed")
    rows = Ask.objects.filter(asked_at__gt=now - LOOK_BACK, status__in=ended_as, consent="")
    ended = rows.order_by("-pk").values_list("holder_id", "status", "asked_at", "answered_at")[:MOST_ROWS]
    waited = [(holder, end - start if end and status != "lapsed" else None) for holder, status, start, end in ended]
    return _within(waited, more_than=MOST_ANSWER, unit=timedelta(hours=1))


def _handovers(now: datetime) -> int | None:
    """From agreement to the book in hand; what was cancelled or missed counts as never, and what was passed on when the two
    stood together needed no time at all."""
    agreed = Lending.objects.filter(agreed_at__gt=now - LOOK_BACK).exclude(status=Lending.Status.AGREED)
    rows = agreed.exclude(ask__consent=Ask.Consent.NOW)
    moved = rows.order_by("-pk").values_list("taker_id", "agreed_at", "handed_over_at")[:MOST_ROWS]
    waited = [(taker, end - start if end else None) for taker, start, end in moved]
    return _within(waited, more_than=HANDED_OVER, unit=timedelta(days=1))


def _within(waited: Iterable[tuple[int, timedelta | None]], *, more_than: float, unit: timedelta) -> int | None:
    rows = list(waited)
    if len({person for person, _time in rows}) < FEWEST_PEOPLE:
        return None
    times = sorted(time for _person, time in rows if time is not None)
    place = math.floor(len(rows) * more_than) if more_than == MOST_ANSWER else math.ceil(len(rows) * more_than) - 1
    return max(1, math.ceil(times[place] / unit)) if place < len(times) else None
