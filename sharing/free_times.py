"""When two readers could meet: each notes once when they usually have time; together they see only what they have in common."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from library_bridge.models import Reader
from sharing import events, lendings, places
from sharing.errors import Denied
from sharing.models import CirculationPolicy, FreeTimes, Lending, MeetingPlace

WEEKDAYS = range(7)
PARTS = {
    "morning": (pgettext_lazy("part of a day", "Morning"), (time(10), time(9), time(11))),
    "noon": (pgettext_lazy("part of a day", "Noon"), (time(12, 30), time(12), time(13))),
    "afternoon": (pgettext_lazy("part of a day", "Afternoon"), (time(16), time(15), time(17))),
    "evening": (pgettext_lazy("part of a day", "Evening"), (time(19), time(18, 30), time(20))),
}
"""Name and the times to propose in it, the likeliest first."""
CODES = [f"{day}-{part}" for day in WEEKDAYS for part in PARTS]
SLOTS = 3
AHEAD = timedelta(days=8)
SOONEST = timedelta(hours=1)


@dataclass(frozen=True)
class Slot:
    place: str
    """In the language of who looks; as a proposal takes it."""
    starts_at: datetime


@transaction.atomic(durable=True)
def set_free_times(*, actor: Reader, parts: Iterable[str], now: datetime) -> FreeTimes:
    """In place of what was noted before; none at all forgets them. Raises Denied for a part that is none."""
    chosen = [code for code in CODES if code in set(parts)]
    if len(chosen) != len(set(parts)):
        raise Denied(_("There is no such part of the week."), field="parts")
    row, _new = FreeTimes.objects.get_or_create(reader=actor)
    if row.parts != chosen:
        row.parts = chosen
        row.save(update_fields=["parts"])
        events.record("free_times.set", now=now, actor=actor)
    return row


def of(reader: Reader) -> list[str]:
    row = FreeTimes.objects.filter(reader=reader).first()
    return list(row.parts) if row else []


def slots(lending: Lending, *, now: datetime, policy: CirculationPolicy | None = None) -> list[Slot]:
    """The next times that suit both, at a place that is open then. Who has noted nothing stands in nobody's way; when
    neither has, noon and evening are proposed. Two queries."""
    common = _common(lending)
    last = lendings.last_meeting(lending, now=now, policy=policy)
    spots = places.near(lending.giver.area_id, lending.taker.area_id)
    found: list[Slot] = []
    for day in _days(now):
        if slot := next(_on(day, common, spots, now + SOONEST, last), None):
            found.append(slot)
        if len(found) == SLOTS:
            break
    return found


def _common(lending: Lending) -> set[str]:
    rows = FreeTimes.objects.filter(reader__in=(lending.giver_id, lending.taker_id)).exclude(parts=[])
    noted = [set(parts) for parts in rows.values_list("parts", flat=True)]
    return set.intersection(*noted) if noted else {f"{day}-{part}" for day in WEEKDAYS for part in ("noon", "evening")}


def _days(now: datetime) -> Iterator[date]:
    today = timezone.localdate(now)
    return (today + timedelta(days=n) for n in range(AHEAD.days))


def _on(day: date, common: set[str], spots: list[MeetingPlace], first: datetime, last: datetime) -> Iterator[Slot]:
    for part, (_name, times) in PARTS.items():
        if f"{day.weekday()}-{part}" not in common:
            continue
        for at in times:
            starts_at = timezone.make_aware(datetime.combine(day, at))
            if not first <= starts_at <= last:
                continue
            if not spots:
                yield Slot(str(places.FRONT_DESK), starts_at)
            for spot in spots:
                if spot.is_open(starts_at):
                    yield Slot(spot.name, starts_at)
