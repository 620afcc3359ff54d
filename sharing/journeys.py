"""Where the books of a title have been: months and areas, never days, names or notes (P6, T-R20)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from sharing.crowds import FEWEST_PEOPLE
from sharing.models import Lending

OLDER_THAN = timedelta(days=7)
STEPS = 6
SECONDS = 600


@dataclass(frozen=True)
class Step:
    month: date
    """Its first day."""
    start: str
    end: str
    """Codes of areas."""


def of_title(title_id: int, *, now: datetime) -> list[Step]:
    """The newest steps first; none while fewer than five people have had a part in them. Kept for ten minutes."""
    key = f"journey:{title_id}"
    found: list[Step] | None = cache.get(key)
    if found is None:
        found = _steps(title_id, now)
        cache.set(key, found, SECONDS)
    return found


def _steps(title_id: int, now: datetime) -> list[Step]:
    moved = Lending.objects.filter(request__title_id=title_id, handed_over_at__lt=now - OLDER_THAN).order_by(
        "-handed_over_at"
    )
    rows = list(
        moved.values_list("handed_over_at", "giver_id", "taker_id", "giver__area__code", "taker__area__code")[:50]
    )
    people = {person for row in rows for person in row[1:3]}
    if len(people) < FEWEST_PEOPLE:
        return []
    return [Step(_month(at), start, end) for at, _giver, _taker, start, end in rows if at and start and end][:STEPS]


def _month(at: datetime) -> date:
    return timezone.localdate(at).replace(day=1)
