"""Who was first: written down once, a week after a week, a month or a term has ended, and read from then on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from incentives import periods, rankings, scopes
from incentives.models import EndedPeriod, Winner
from incentives.models.leaderboards import Board, Period
from incentives.periods import Span
from incentives.rankings import Ranked
from incentives.scopes import Scope
from personal_catalog.models import Copy

PLACES = 3
MOST = 12
"""A place that so many share is no honour: those that do not fit in are left out."""
CLOSED = (Period.WEEK, Period.MONTH, Period.TERM)
CATCHES_UP = 8
"""So many periods back after nights without work; of a new service only the last of each."""
OFFERED = 24


@dataclass(frozen=True, slots=True)
class Named:
    """Without a name and a copy: somebody, or a book, that is not told."""

    place: int
    count: int
    name: str = ""
    copy: Copy | None = None

    @property
    def is_told(self) -> bool:
        return bool(self.name or self.copy)


@dataclass(frozen=True, slots=True)
class Podium:
    board: str
    rows: tuple[Named, ...]

    @property
    def name(self) -> str:
        return str(Board(self.board).label)

    @property
    def is_of_books(self) -> bool:
        return self.board == Board.BOOKS


def write_down(*, now: datetime) -> Iterator[EndedPeriod]:
    """Each period in a transaction of its own; again writes nothing more. What belonged to groups that are closed goes."""
    Winner.objects.filter(scope__startswith="group-").exclude(scope__in=scopes.keys_of_groups()).delete()
    for period in CLOSED:
        for span in reversed(list(_open_ones(period, now))):
            if (ended := _write_down(span, now=now)) is not None:
                yield ended


def _open_ones(period: str, now: datetime) -> Iterator[Span]:
    known = EndedPeriod.objects.filter(period=period)
    most = CATCHES_UP if known.exists() else 1
    for _number, span in zip(range(most), periods.ended(period, timezone.localdate(now)), strict=False):
        if (left := _left_of(span, known)) is None:
            return
        yield left


def _left_of(span: Span, known: QuerySet[EndedPeriod]) -> Span | None:
    """The days that no known one has counted: a term may be entered after what came before it was closed with a later end."""
    if known.filter(first_date__range=(span.first, span.last)).exists():
        return None
    told = known.filter(first_date__lt=span.first).aggregate(until=Max("last_date"))["until"]
    if told is None or told < span.first:
        return span
    return replace(span, first=told + periods.DAY) if told < span.last else None


def _write_down(span: Span, *, now: datetime) -> EndedPeriod | None:
    facts = {"last_date": span.last, "name_zh": span.name_zh, "name_en": span.name_en, "closed_at": now}
    try:
        with transaction.atomic():
            ended = EndedPeriod.objects.create(period=span.period, first_date=span.first, **facts)
            for board in Board:
                Winner.objects.bulk_create(_winners(ended, board, span), batch_size=1000)
    except IntegrityError:  # another scheduler was first
        return None
    return ended


def _winners(ended: EndedPeriod, board: Board, span: Span) -> list[Winner]:
    found = rankings.counts(board, {"span": span.window})["span"]
    lists = rankings.ranked(rankings.entrants(board), found)
    what = "copy_id" if board == Board.BOOKS else "reader_id"
    return [
        Winner(
            ended=ended, board=board, scope=key, place=row.place, count=row.count, pseudonym=row.entrant.name,
            **{what: row.entrant.who},
        )
        for key, rows in lists.items()
        for row in _first(rows)
    ]  # fmt: skip


def _first(rows: list[Ranked]) -> list[Ranked]:
    found: list[Ranked] = []
    for place, same in groupby(rows, key=attrgetter("place")):
        sharing = list(same)
        if place > PLACES or len(found) + len(sharing) > MOST:
            break
        found += sharing
    return found


def offered() -> list[EndedPeriod]:
    """The latest, to choose from."""
    return list(EndedPeriod.objects.order_by("-last_date", "-first_date")[:OFFERED])


def of(ended: EndedPeriod, scope: Scope) -> list[Podium]:
    """For readers: who is on the lists still; on a narrow one only those, and books of those, who still agree to it and still
    belong there. Two queries, four of a narrow one."""
    rows = _rows(ended, scope.key)
    told = _told_within(rows, scope.key) if scope.key != scopes.WHOLE else rows
    return _podiums(rows, told.filter(reader__leaderboard_opt_in=True), told)


def honoured(ended: EndedPeriod) -> list[Podium]:
    """For anybody, and for print: of readers only who agreed to be named there, and is on the lists still. Two queries."""
    rows = _rows(ended, scopes.WHOLE)
    named = rows.filter(reader__leaderboard_opt_in=True, reader__incentive_choice__on_honours=True)
    return _podiums(rows, named, rows)


def _rows(ended: EndedPeriod, key: str) -> QuerySet[Winner]:
    return Winner.objects.filter(ended=ended, scope=key)


def _told_within(rows: QuerySet[Winner], key: str) -> QuerySet[Winner]:
    """Those whose reader, or whose book's owner, stands on the lists of this key today."""
    people = rows.annotate(person=Coalesce("reader", "copy__owner")).values_list("person", flat=True)
    there = [pk for pk, keys in scopes.narrow_ones(among=people).items() if key in keys]
    return rows.filter(Q(reader__in=there) | Q(copy__owner__in=there))


def _podiums(rows: QuerySet[Winner], named: QuerySet[Winner], told: QuerySet[Winner]) -> list[Podium]:
    """All rows; names of the readers among `named`, books of those among `told`."""
    names = dict(named.values_list("pk", "pseudonym"))
    books = set(told.filter(copy__isnull=False).values_list("pk", flat=True))
    order = list(Board)
    found = sorted(rows.select_related("copy__title", "copy__journey"), key=lambda row: order.index(Board(row.board)))
    return [
        Podium(board, tuple(sorted((_named(row, names, books) for row in some), key=_by_place)))
        for board, some in groupby(found, key=lambda row: row.board)
    ]


def _named(row: Winner, names: dict[int, str], books: set[int]) -> Named:
    journey = getattr(row.copy, "journey", None) if row.pk in books else None
    told = row.copy if journey is not None and journey.is_shown else None
    return Named(row.place, row.count, names.get(row.pk, ""), told)


def _by_place(row: Named) -> tuple[int, str]:
    return row.place, row.name
