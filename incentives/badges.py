"""Badges: for what has been done, never for coming back daily. Counted as the lists are, so nothing that was taken back brings one."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, F, IntegerField, QuerySet, Value
from django.utils.translation import ngettext, npgettext

from incentives import ledger
from incentives.models import Badge, ReaderChoice, Rule
from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import prepared
from sharing.models import Ask, Lending
from sharing.prepared import READER

Code = Badge.Code
GOALS = {
    Code.FIRST_LENDING: 1,
    Code.TEN_LENDINGS: 10,
    Code.TEN_HANDS: 10,
    Code.QUICK_ANSWERS: 10,
    Code.FIFTY_TITLES: 50,
}
MARKS = {
    Code.FIRST_LENDING: "1",
    Code.TEN_LENDINGS: "10",
    Code.TEN_HANDS: "→10",
    Code.QUICK_ANSWERS: "≤1h",
    Code.FIFTY_TITLES: "50",
}
"""What stands in the drawing: signs that both languages read."""
QUICK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Progress:
    code: str
    count: int
    earned_at: datetime | None = None

    @property
    def name(self) -> str:
        return str(Code(self.code).label)

    @property
    def mark(self) -> str:
        return MARKS[Code(self.code)]

    @property
    def goal(self) -> int:
        return GOALS[Code(self.code)]

    @property
    def is_earned(self) -> bool:
        return self.earned_at is not None or self.count >= self.goal

    @property
    def missing(self) -> int:
        return max(self.goal - self.count, 0)

    @property
    def to_go(self) -> str:
        """Readers, titles and deeds are counted by different words."""
        n = self.missing
        match self.code:
            case Code.TEN_HANDS:
                text = npgettext("readers", "%(n)s to go", "%(n)s to go", n)
            case Code.FIFTY_TITLES:
                text = npgettext("titles", "%(n)s to go", "%(n)s to go", n)
            case _:
                text = ngettext("%(n)s to go", "%(n)s to go", n)
        return text % {"n": n}


def progress(reader: Reader) -> list[Progress]:
    """Every badge in its order. One that was earned stays so, whatever is counted now. One query."""
    earned: dict[str, datetime] = {}
    counts: Counter[str] = Counter()
    for what, n, earned_at in prepared.run(_earned_and_counted, values={"reader": reader.pk}):
        if earned_at is None:
            counts[what] = max(counts[what], n)
        else:
            earned[what] = earned_at
    counts[Code.TEN_LENDINGS] = counts[Code.FIRST_LENDING]
    return [Progress(code, counts[code], earned.get(code)) for code in GOALS]


def _earned_and_counted() -> "QuerySet[Any, tuple[Any, ...]]":
    nothing, never = Value(None, IntegerField()), Value(None, DateTimeField())
    earned = Badge.objects.filter(reader=READER).order_by().values_list("code", nothing, "earned_at")
    counted = (
        rows.filter(**{who: READER}).annotate(what=Value(codes[0]), never=never).values_list("what", "n", "never")
        for codes, who, rows in _counted()
    )
    rows: QuerySet[Any, tuple[Any, ...]] = earned.union(*counted, all=True)
    return rows


def nearest(reader: Reader, *, most: int) -> list[Progress]:
    """Those that are not earned yet, the least far away first."""
    open_ones = [each for each in progress(reader) if not each.is_earned]
    return sorted(open_ones, key=lambda each: -each.count / each.goal)[:most]


def give_nightly(*, now: datetime) -> int:
    """How many were new. Again gives nothing twice."""
    had = Badge.objects.count()
    for codes, who, rows in _counted():
        for code in codes:
            readers = set(rows.filter(n__gte=GOALS[code]).values_list(who, flat=True))
            Badge.objects.bulk_create(
                [Badge(reader_id=pk, code=code, earned_at=now) for pk in sorted(readers)], ignore_conflicts=True
            )
    return Badge.objects.count() - had


def earned(code: str, at: datetime) -> Progress:
    return Progress(code, GOALS[Code(code)], at)


def to_partner(lending: Lending, viewer: Reader) -> list[Progress]:
    """Badges of the other side of a lending, if they want partners to see them."""
    other = lending.taker_id if lending.giver_id == viewer.pk else lending.giver_id
    wanting = ReaderChoice.objects.filter(reader=other, badges_to_partners=True).values("reader")
    return [earned(badge.code, badge.earned_at) for badge in Badge.objects.filter(reader__in=wanting)]


def _counted() -> list[tuple[tuple[Code, ...], str, QuerySet[Any]]]:
    """Badges, the name of the column that says who, and rows of it with `n`."""
    paid = ledger.standing_awards(Rule.Code.LENDING_COMPLETED)
    travelled = Lending.objects.filter(status=Lending.Status.COMPLETED, copy__isnull=False)
    answers = Ask.objects.filter(
        status__in=(Ask.Status.ACCEPTED, Ask.Status.DECLINED), consent="", answered_at__lte=F("asked_at") + QUICK
    )
    described = Title.objects.filter(status=Title.Status.APPROVED, created_by__isnull=False)
    return [
        ((Code.FIRST_LENDING, Code.TEN_LENDINGS), "account__reader", _by(paid, "account__reader")),
        ((Code.TEN_HANDS,), "copy__owner", _by(travelled, "copy__owner", "copy", count=Count("taker", distinct=True))),
        ((Code.QUICK_ANSWERS,), "holder", _by(answers, "holder")),
        ((Code.FIFTY_TITLES,), "created_by", _by(described, "created_by")),
    ]


def _by(rows: QuerySet[Any], *columns: str, count: Count | None = None) -> QuerySet[Any]:
    counted: QuerySet[Any] = rows.order_by().values(*columns).annotate(n=count or Count("pk"))
    return counted
