"""The reader's year as a drawing of 380 units' width, with its numbers for the table beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, QuerySet, Sum
from django.db.models.functions import ExtractMonth
from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from incentives.models import Account, Entry, Posting
from library_bridge.models import Reader
from sharing import prepared
from sharing.prepared import NOW, READER, Given

TOP, BASE, LEFT, SLOT = 30, 110, 32, 29
FIRST = Given("first", DateTimeField())
EARNED_WIDTH, REDEEMED_WIDTH = 12, 9
STEPS = (5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000)


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: str
    width: int
    height: str
    colour: int


@dataclass(frozen=True, slots=True)
class Month:
    number: int
    earned: int
    redeemed: int
    x: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Line:
    y: int
    value: int


@dataclass(frozen=True, slots=True)
class Year:
    months: tuple[Month, ...]
    lines: tuple[Line, ...]

    @property
    def earned(self) -> int:
        return sum(month.earned for month in self.months)

    @property
    def redeemed(self) -> int:
        return sum(month.redeemed for month in self.months)

    @property
    def finding(self) -> str:
        """What a screen reader hears instead of the drawing."""
        best = max(self.months, key=lambda month: month.earned)
        if not best.earned:
            return _("Points earned and redeemed each month this year: none earned yet")
        name = written(datetime(2000, best.number, 1), pgettext("format of a month", "F"))  # noqa: DTZ001  (only its month)
        return _("Points earned and redeemed each month this year, most in %(month)s: %(points)s earned") % {
            "month": name,
            "points": best.earned,
        }


def year_of(reader: Reader, *, now: datetime) -> Year:
    earned, redeemed = _sums(reader, now=now)
    months = range(1, timezone.localtime(now).month + 1)
    step = _step(max([*earned.values(), *redeemed.values(), 1]))
    return Year(
        months=tuple(_month(number, earned.get(number, 0), redeemed.get(number, 0), step) for number in months),
        lines=tuple(Line(y=BASE - index * (BASE - TOP) // 2, value=index * step) for index in range(3)),
    )


def _sums(reader: Reader, *, now: datetime) -> tuple[dict[int, int], dict[int, int]]:
    """Month → points. What was reversed is taken off where it was counted: returned vouchers, awards taken back."""
    first = timezone.localtime(now).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = prepared.run(_by_month, values={"reader": reader.pk, "first": first, "now": now})
    earned: dict[int, int] = {}
    redeemed: dict[int, int] = {}
    for month, kind, reversed_kind, points in rows:
        if Entry.Kind.REDEMPTION in (kind, reversed_kind):
            redeemed[month] = redeemed.get(month, 0) - points
        else:
            earned[month] = earned.get(month, 0) + points
    return earned, redeemed


def _by_month() -> "QuerySet[Posting, tuple[Any, ...]]":
    own = Posting.objects.filter(account__reader=READER, account__kind__in=Account.OF_A_READER)
    return (
        own.filter(entry__at__gte=FIRST, entry__at__lte=NOW)
        .annotate(month=ExtractMonth("entry__at"))
        .values_list("month", "entry__kind", "entry__reverses__kind")
        .annotate(points=Sum("amount"))
    )


def _step(most: int) -> int:
    return next((step for step in STEPS if 2 * step >= most), most)


def _month(number: int, earned: int, redeemed: int, step: int) -> Month:
    x = LEFT + (number - 1) * SLOT
    bars = (
        _bar(x, earned, step, width=EARNED_WIDTH, colour=1),
        _bar(x + EARNED_WIDTH + 1, redeemed, step, width=REDEEMED_WIDTH, colour=2),
    )
    return Month(number, earned, redeemed, x + 8, tuple(bar for bar in bars if bar is not None))


def _bar(x: int, points: int, step: int, *, width: int, colour: int) -> Bar | None:
    if points <= 0:
        return None
    height = points * (BASE - TOP) / (2 * step)
    return Bar(x=x, y=f"{BASE - height:.1f}", width=width, height=f"{height:.1f}", colour=colour)
