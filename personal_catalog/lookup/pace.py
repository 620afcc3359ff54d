"""How often a source outside may be asked, and whether it is left alone just now: rows, so that all processes know.

A source that allows N questions a minute gets at most N within any minute: half of them at once, then one by one. After
three failures in a row it is left alone for a minute, after each further one twice as long, up to an hour; one that says
that it is asked too often, for as long as it says.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Greatest

from personal_catalog.lookup.sources import SourceLimited, SourceUnavailable
from personal_catalog.models import SourceState

FAILURES = 3
PAUSE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 3_600
LONGEST_PROBLEM = 200


def open_among(names: Iterable[str], *, now: datetime) -> set[str]:
    """Those that are not left alone just now."""
    asked = set(names)
    return asked - set(_rows(asked).filter(paused_until__gt=now).values_list("name", flat=True))


def turns(per_minute: Mapping[str, int], *, now: datetime) -> set[str]:
    """The sources that may be asked now, each with one turn taken; 0 a minute is as often as one likes."""
    may = open_among(per_minute, now=now)
    limited = {name for name in may if per_minute[name]}
    known = set(_rows(limited).values_list("name", flat=True))
    SourceState.objects.bulk_create((SourceState(name=name) for name in limited - known), ignore_conflicts=True)
    return {name for name in may if name not in limited or _turn(name, per_minute[name], now.timestamp())}


def note(outcomes: Mapping[str, SourceUnavailable | None], *, now: datetime) -> None:
    """What came of asking: None is an answer."""
    fine = [name for name, problem in outcomes.items() if problem is None]
    troubled = _rows(fine).filter(Q(failures__gt=0) | Q(paused_until__isnull=False)).values_list("pk", flat=True)
    if pks := list(troubled):
        SourceState.objects.filter(pk__in=pks).update(failures=0, paused_until=None, problem="")
    for name, problem in outcomes.items():
        if problem is not None:
            _note_failure(name, problem, now)


def _turn(name: str, per_minute: int, now: float) -> bool:
    """One conditional UPDATE, so two at once never take the same turn. `busy_until` is where the turns taken so far end, one
    after the other; a burst may run ahead of the clock."""
    burst = max(1, per_minute // 2)
    each = 60 / max(1, per_minute - burst)
    free = SourceState.objects.filter(name=name, busy_until__lte=now + (burst - 1) * each)
    begins = Greatest(F("busy_until"), Value(now, output_field=FloatField()))
    return free.update(busy_until=begins + each) == 1


def _note_failure(name: str, problem: SourceUnavailable, now: datetime) -> None:
    says = str(problem)[:LONGEST_PROBLEM]
    state, _created = SourceState.objects.get_or_create(name=name)
    SourceState.objects.filter(pk=state.pk).update(failures=F("failures") + 1, failed_at=now, problem=says)
    state.refresh_from_db()
    if isinstance(problem, SourceLimited):
        seconds = problem.seconds
    elif state.failures >= FAILURES:
        seconds = min(PAUSE_SECONDS * 2 ** min(state.failures - FAILURES, 10), LONGEST_PAUSE_SECONDS)
    else:
        return
    SourceState.objects.filter(pk=state.pk).update(paused_until=now + timedelta(seconds=seconds))


def _rows(names: Iterable[str]) -> QuerySet[SourceState]:
    return SourceState.objects.filter(name__in=list(names))
