"""What weighs against a reader grows lighter: full weight for two months, then less every day, nothing after half a year."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from sharing import dates

FULL, GONE = timedelta(days=60), timedelta(days=180)


def weight(at: datetime, *, now: datetime) -> float:
    """1 to 0."""
    return min(max((GONE - (now - at)) / (GONE - FULL), 0.0), 1.0)


def weights(moments: Iterable[datetime], *, now: datetime) -> float:
    return sum(weight(at, now=now) for at in moments)


def by_itself(effect: Callable[[datetime], int], *, now: datetime) -> str:
    """The sentence with the day from which it no longer counts, if nothing is added; empty where it does not count now."""
    if effect(now) >= 0:
        return ""
    days = (now + timedelta(days=n) for n in range(1, GONE.days + 1))
    free = next((day for day in days if effect(day) >= 0), now + GONE)
    said = dates.long_date(free, today=timezone.localdate(now))
    return _("If nothing is added it no longer counts from %(date)s on.") % {"date": said}
