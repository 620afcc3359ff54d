"""What the service did in a period, from its events: the librarian's figures, beside those of the period before.

A figure behind which fewer than five readers stand is None: it would tell about persons (P6). Reads only; the number of
queries does not grow with the period.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DurationField,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import TruncMonth, TruncWeek
from django.utils import timezone

from library_bridge import keeping
from library_bridge.formers import are_former
from sharing import wanted_titles
from sharing.crowds import FEWEST_PEOPLE
from sharing.models import Ask, DomainEvent
from sharing.wanted_titles import Wanted

HOURS = (2, 6, 12, 24, 48)
FATES = ("fulfilled", "declined", "unanswered", "nobody", "cancelled")
FEWEST_WEEKS = 8
BY_MONTH_FROM = 120  # days; longer periods are drawn by month

ANSWERED = ("ask.accepted", "ask.declined")
SAID = Q(kind__in=ANSWERED, ask__consent="")
"""By a holder who was asked; not what one had offered or agreed to beforehand."""
AT_ONCE = Q(kind="ask.accepted", ask__isnull=False) & ~Q(ask__consent="")
"""Without a question: offered, agreed to beforehand, or passed on when the two stood together. An event that no longer leads to
its ask (`histories.unlink_events`) doesn't tell which it was."""
TO_MEET = Q(kind="lending.handed_over", lending__isnull=False) & ~Q(lending__ask__consent=Ask.Consent.NOW)
"""Two who stand together have nothing to wait for; without its lending an event doesn't tell since when."""
ASKS_ENDED = (*ANSWERED, "ask.lapsed")
REQUESTS_ENDED = ("request.fulfilled", "request.unfilled", "request.cancelled")


@dataclass(frozen=True)
class Period:
    """From `start` up to, not including, `end`."""

    start: datetime
    end: datetime

    @classmethod
    def last(cls, days: int, *, now: datetime) -> "Period":
        return cls(now - timedelta(days=days), now)

    @property
    def former(self) -> "Period":
        return Period(self.start - (self.end - self.start), self.start)

    @property
    def days(self) -> int:
        return (self.end - self.start).days


@dataclass(frozen=True)
class Figure:
    """`code` names its definition. `value` is a number, a share of 1, hours or days, as `unit` says; it is that at least where
    `least` says so, and `former` where `former_least` does."""

    code: str
    unit: str
    value: float | None
    former: float | None
    least: bool = False
    former_least: bool = False


@dataclass(frozen=True)
class Span:
    """How the requests ended that ended in one week or month; `fates` is None where too few readers stand behind it."""

    first_day: date
    fates: dict[str, int] | None

    @property
    def total(self) -> int:
        return sum(self.fates.values()) if self.fates else 0

    @property
    def share(self) -> float | None:
        return self.fates["fulfilled"] / self.total if self.fates and self.total else None


@dataclass(frozen=True)
class Answers:
    """The share of asks answered within each of HOURS, of all that were answered or lapsed."""

    now: tuple[float, ...] | None
    former: tuple[float, ...] | None


@dataclass(frozen=True)
class Overview:
    period: Period
    figures: tuple[Figure, ...]
    spans: tuple[Span, ...]
    by_month: bool
    answers: Answers
    wanted: tuple[Wanted, ...]


def overview(*, period: Period, now: datetime) -> Overview:
    this, former = _counted(period, now=now), _counted(period.former, now=now)
    return Overview(
        period=period,
        figures=tuple(_figures(this, former)),
        spans=tuple(_spans(period, now=now)),
        by_month=period.days > BY_MONTH_FROM,
        answers=Answers(this.answered_within, former.answered_within),
        wanted=tuple(wanted_titles.asked_for(min(period.start, now - wanted_titles.AT_LEAST), period.end)),
    )


def enough(value: float, people: int) -> float | None:
    return value if people >= FEWEST_PEOPLE else None


@dataclass(frozen=True)
class _Counted:
    """One period's numbers, each already None where too few stand behind it."""

    placed: float | None
    answered: float | None
    answer_hours: float | None
    answered_within: tuple[float, ...] | None
    at_once: float | None
    fulfilled: float | None
    unanswered: float | None
    handover_days: float | None
    readers: float | None
    some_forgotten: bool
    """Who did part of it, so there may have been more readers."""


def _figures(this: _Counted, former: _Counted) -> Iterator[Figure]:
    for code, unit in (
        ("placed", "count"), ("answered", "share"), ("answer_hours", "hours"), ("at_once", "count"), ("fulfilled", "share"),
        ("unanswered", "share"), ("handover_days", "days"),
    ):  # fmt: skip
        yield Figure(code, unit, getattr(this, code), getattr(former, code))
    yield Figure("readers", "count", this.readers, former.readers, this.some_forgotten, former.some_forgotten)


def _counted(period: Period, *, now: datetime) -> _Counted:
    rows = _events(period)
    n = rows.annotate(waited=_waited("ask__asked_at")).aggregate(**_countings())
    ends = _with_fate(rows).aggregate(**_fates(), people=Count("request__requester", distinct=True))
    ended, asks = sum(ends[fate] for fate in FATES), n["asks_ended"]
    return _Counted(
        placed=enough(n["placed"], n["requesters"]),
        answered=enough(n["answered"] / asks, n["holders"]) if asks else None,
        answer_hours=_median(rows.filter(SAID), "ask__asked_at", n["answered"], n["holders"], timedelta(hours=1)),
        answered_within=tuple(n[f"within_{h}"] / asks for h in HOURS) if enough(asks, n["holders"]) else None,
        at_once=enough(n["at_once"], n["at_once_takers"]),
        fulfilled=enough(ends["fulfilled"] / ended, ends["people"]) if ended else None,
        unanswered=enough(ends["unanswered"] / ended, ends["people"]) if ended else None,
        handover_days=_median(
            rows.filter(TO_MEET), "lending__agreed_at", n["handed_over"], n["takers"], timedelta(days=1)
        ),
        readers=None if _is_forgotten(period, now) else enough(n["readers"], n["readers"]),
        some_forgotten=n["forgotten"] > 0,
    )  # fmt: skip


def _is_forgotten(period: Period, now: datetime) -> bool:
    """Who did what in it: those who keep their history are not all who took part."""
    return period.end <= now - timedelta(days=keeping.days("history"))


def _events(period: Period) -> QuerySet[DomainEvent]:
    return DomainEvent.objects.filter(at__gte=period.start, at__lt=period.end).order_by()


def _waited(since: str) -> Expression:
    return ExpressionWrapper(F("at") - F(since), output_field=DurationField())


def _countings() -> dict[str, Count]:
    placed, ended = Q(kind="request.placed"), Q(kind__in=ASKS_ENDED, ask__consent="")
    return {
        "placed": Count("pk", filter=placed),
        "requesters": Count("actor", filter=placed, distinct=True),
        "asks_ended": Count("pk", filter=ended),
        "answered": Count("pk", filter=SAID),
        "holders": Count("ask__holder", filter=ended, distinct=True),
        "at_once": Count("pk", filter=AT_ONCE),
        "at_once_takers": Count("ask__request__requester", filter=AT_ONCE, distinct=True),
        "handed_over": Count("pk", filter=TO_MEET),
        "takers": Count("lending__taker", filter=TO_MEET, distinct=True),
        "readers": Count("actor", filter=Q(actor__is_staff=False) & ~are_former("actor"), distinct=True),
        "forgotten": Count("pk", filter=are_former("actor")),
        **{f"within_{h}": Count("pk", filter=SAID & Q(waited__lte=timedelta(hours=h))) for h in HOURS},
    }


def _median(rows: QuerySet[DomainEvent], since: str, count: int, people: int, unit: timedelta) -> float | None:
    if not count or people < FEWEST_PEOPLE:
        return None
    ordered = rows.annotate(waited=_waited(since)).order_by("waited").values_list("waited", flat=True)
    middle: list[float] = [waited / unit for waited in ordered[(count - 1) // 2 : count // 2 + 1]]
    return sum(middle) / len(middle)


def _with_fate(rows: QuerySet[DomainEvent]) -> QuerySet[DomainEvent]:
    """Events with which a request ended, and what became of it; see sharing/staff/definitions.py for the words."""
    asks = Ask.objects.filter(request=OuterRef("request"))
    answered = asks.filter(status__in=(Ask.Status.ACCEPTED, Ask.Status.DECLINED))
    fate = Case(
        When(kind="request.fulfilled", then=Value("fulfilled")),
        When(kind="request.cancelled", then=Value("cancelled")),
        When(~Exists(asks), then=Value("nobody")),
        When(Exists(answered), then=Value("declined")),
        default=Value("unanswered"),
        output_field=CharField(),
    )
    return rows.filter(kind__in=REQUESTS_ENDED).annotate(fate=fate)


def _fates() -> dict[str, Count]:
    return {fate: Count("pk", filter=Q(fate=fate)) for fate in FATES}


def _spans(period: Period, *, now: datetime) -> Iterator[Span]:
    """Whole weeks, the running one last; months where the period is long."""
    by_month = period.days > BY_MONTH_FROM
    first = _first_of_month(period.start) if by_month else _monday(period)
    trunc = TruncMonth("at") if by_month else TruncWeek("at")
    rows = _with_fate(_events(Period(first, period.end))).annotate(span=trunc).values("span")
    found: dict[date, dict[str, Any]] = {
        timezone.localdate(row["span"]): dict(row)
        for row in rows.annotate(**_fates(), people=Count("request__requester", distinct=True)).order_by("span")
    }
    day = timezone.localdate(first)
    while day <= timezone.localdate(now) and day <= timezone.localdate(period.end):
        yield Span(day, _of_enough(found.get(day)))
        day = _next_month(day) if by_month else day + timedelta(days=7)


def _of_enough(row: dict[str, Any] | None) -> dict[str, int] | None:
    if row is None:
        return dict.fromkeys(FATES, 0)
    return {fate: row[fate] for fate in FATES} if row["people"] >= FEWEST_PEOPLE else None


def _monday(period: Period) -> datetime:
    since = timezone.localtime(min(period.start, period.end - timedelta(weeks=FEWEST_WEEKS - 1)))
    day = since - timedelta(days=since.weekday())
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _first_of_month(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=7)).replace(day=1)
