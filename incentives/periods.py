"""From when to when a list counts, and which weeks, months and terms have ended. Days are the library's own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from incentives.models import AcademicTerm
from incentives.models.leaderboards import Period

GRACE = timedelta(days=7)
"""Until then what has ended may still change: points are held for a check or taken back. So winners are written down a week
after the end, and the list of a term gives way to the next one a week into that."""
DAY = timedelta(days=1)
ROLLING = {Period.WEEK: timedelta(days=7), Period.MONTH: timedelta(days=30)}
"""So that no list is empty just because a week or a month has begun."""
AUTUMN, SPRING = 9, 3
"""The months in which a term begins where librarians have entered none."""
FAR_BACK = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """Moments: `until` is no longer in it."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day; names only of a term that a librarian has entered."""

    period: str
    first: date
    last: date
    name_zh: str = ""
    name_en: str = ""

    @property
    def window(self) -> Window:
        return Window(_midnight(self.first), _midnight(self.last + DAY))


def running(day: date) -> dict[str, Window]:
    """What each list counts on this day, up to the midnight with which it begins."""
    until = _midnight(day)
    windows = {str(period): Window(_midnight(day - back), until) for period, back in ROLLING.items()}
    term = Terms().at(day - GRACE).window
    windows[Period.TERM] = Window(term.since, min(term.until, until))
    windows[Period.ALL] = Window(FAR_BACK, until)
    return windows


def ended(period: str, day: date) -> Iterator[Span]:
    """Those whose winners can be written down on this day, the latest first, on and on."""
    before = {Period.WEEK: _week_before, Period.MONTH: _month_before, Period.TERM: Terms().before}[Period(period)]
    found = before(day - GRACE)
    while True:
        yield found
        found = before(found.first)


def _week_before(day: date) -> Span:
    monday = day - timedelta(days=day.weekday())
    return Span(Period.WEEK, monday - timedelta(days=7), monday - DAY)


def _month_before(day: date) -> Span:
    last = day.replace(day=1) - DAY
    return Span(Period.MONTH, last.replace(day=1), last)


SETS_IN = timedelta(days=60)
"""An entered term that begins so soon after a half of the year is that half's."""


class Terms:
    """Those that librarians have entered. A day that lies in none is in the break after the last one; where nobody has entered
    the term of a half of the year, the half itself is the term."""

    def __init__(self) -> None:
        self.entered = [
            Span(Period.TERM, term.first_date, term.last_date, term.name_zh, term.name_en)
            for term in AcademicTerm.objects.all()
        ]

    def at(self, day: date) -> Span:
        half = _half(day)
        begun = (term for term in self.entered if term.first <= day)
        latest = max(begun, key=lambda term: term.first, default=None)
        if latest and latest.last >= half.first:
            return latest
        ahead = any(half.first <= term.first <= half.first + SETS_IN for term in self.entered)
        return self.at(half.first - DAY) if ahead else half

    def before(self, day: date) -> Span:
        """The last that had ended by then."""
        found = self.at(day)
        if found.last < day:
            return found
        former = self.at(found.first - DAY)
        return replace(former, last=min(former.last, found.first - DAY))


def _half(day: date) -> Span:
    if SPRING <= day.month < AUTUMN:
        return Span(Period.TERM, date(day.year, SPRING, 1), date(day.year, AUTUMN, 1) - DAY)
    year = day.year if day.month >= AUTUMN else day.year - 1
    return Span(Period.TERM, date(year, AUTUMN, 1), date(year + 1, SPRING, 1) - DAY)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
