"""The lists: computed at night as of midnight, opted-in readers under their pseudonym, nobody where fewer than five take part (P6, P7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet, Subquery, TextField
from django.utils import timezone

from incentives import badges, periods, rankings, scopes
from incentives.badges import Progress
from incentives.errors import PseudonymTaken
from incentives.models import LeaderboardEntry, ReaderChoice
from incentives.models import leaderboards as kinds
from incentives.scopes import Scope
from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing import prepared, profiles
from sharing.models import CopyJourney
from sharing.prepared import READER, Given

Boards, Periods = kinds.Board, kinds.Period
BOARD, PERIOD, SCOPE = (Given(name, TextField()) for name in ("board", "period", "scope"))
SHOWN = 5
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """Of a reader a pseudonym, of a book its copy."""

    place: int
    pseudonym: str
    count: int
    is_me: bool
    after_gap: bool
    copy: Copy | None = None
    badges: tuple[Progress, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    code: str
    period: str
    scope: Scope
    rows: tuple[Row, ...]
    takes_part: bool
    steps_up: int = 0
    next_place: int = 0

    @property
    def name(self) -> str:
        return str(Boards(self.code).label)

    @property
    def is_of_books(self) -> bool:
        return self.code == Boards.BOOKS


def board(code: str, period: str, reader: Reader, scope: Scope | None = None) -> Board:
    """The first five, then the reader's own place, or that of their best book, with its neighbours; badges beside the pseudonyms
    of those who want them there. Who has left since last night is not shown, nor on a narrow list who has taken that back. One
    query. `scope`: one of the reader's own, which is for the caller to see to; None is the whole."""
    scope = scope or scopes.whole()
    of_books, narrow = code == Boards.BOOKS, scope.key != scopes.WHOLE
    asked = {"board": code, "period": period, "scope": scope.key, "reader": reader.pk}
    rows = prepared.objects(_near, of_books, narrow, of_books or takes_part(reader), values=asked)
    found = [Listed(entry, ()) for entry in rows] if of_books else list(_with_badges(rows))
    my_row = next((row.entry for row in found if _is_of(reader, row.entry)), None)
    return Board(
        code=code,
        period=period,
        scope=scope,
        rows=tuple(_rows([row for row in found if _is_shown(row.entry, my_row)], reader)),
        takes_part=takes_part(reader),
        steps_up=my_row.next_count - my_row.count if my_row and my_row.next_place else 0,
        next_place=my_row.next_place if my_row else 0,
    )


def _near(of_books: bool, narrow: bool, with_mine: bool) -> QuerySet[LeaderboardEntry]:
    """Of one list, what may be shown; `with_mine`: who is on none has no place to look for. On a narrow one it is asked again here
    whether they agreed to be there: a night that began before somebody took it back writes their rows after that."""
    listed = LeaderboardEntry.objects.filter(board=BOARD, period=PERIOD, scope=SCOPE)
    whose = "copy__owner" if of_books else "reader"
    if narrow:
        listed = listed.filter(**{f"{whose}__incentive_choice__on_narrow_lists": True})
    near = listed.filter(_near_top_or(listed.filter(**{whose: READER})) if with_mine else _near_top())
    return _of_books(near) if of_books else _of_readers(near)


class Listed(NamedTuple):
    entry: LeaderboardEntry
    badges: tuple[Progress, ...]


def _near_top_or(mine: QuerySet[LeaderboardEntry]) -> Q:
    best = mine.order_by("position")
    return _near_top(*(Subquery(best.values(p=F("position") + step)[:1]) for step in (-1, 0, 1)))


def _near_top(*beside: Subquery) -> Q:
    """Positions one by one, so that the index of the list leads to each, whatever the database knows of the table: it is
    written anew every night."""
    return Q(position__in=[*range(1, SHOWN + 1), *beside])


def _of_readers(near: QuerySet[LeaderboardEntry]) -> QuerySet[LeaderboardEntry]:
    """A row comes as often as its reader has badges."""
    of_reader = {"shows": "incentive_choice__badges_on_lists", "badge": "badges__code", "earned": "badges__earned_at"}
    shown = near.filter(reader__leaderboard_opt_in=True)
    rows: QuerySet[Any] = shown.annotate(**{name: F(f"reader__{column}") for name, column in of_reader.items()})
    return rows.order_by("position", "earned", "badge")


def _with_badges(rows: Iterable[Any]) -> Iterator[Listed]:
    for _position, same in groupby(rows, key=attrgetter("position")):
        first, *more = same
        earned = [badges.earned(row.badge, row.earned) for row in (first, *more) if row.shows and row.badge]
        yield Listed(first, tuple(earned))


def _of_books(near: QuerySet[LeaderboardEntry]) -> QuerySet[LeaderboardEntry]:
    """A title stands there as long as its copy's journey is open to everybody."""
    open_ones = CopyJourney.objects.shown().values("copy")
    return near.filter(copy__in=open_ones).select_related("copy__title").order_by("position")


def _is_of(reader: Reader, entry: LeaderboardEntry) -> bool:
    return (entry.copy.owner_id if entry.copy else entry.reader_id) == reader.pk


def _is_shown(entry: LeaderboardEntry, mine: LeaderboardEntry | None) -> bool:
    return entry.position <= SHOWN or (mine is not None and abs(entry.position - mine.position) <= 1)


def _rows(found: list[Listed], reader: Reader) -> Iterator[Row]:
    before = 0
    for entry, earned in found:
        gap = before >= SHOWN and entry.position > before + 1
        is_me = _is_of(reader, entry)
        yield Row(entry.place, entry.pseudonym, entry.count, is_me, gap, entry.copy, earned)
        before = entry.position


def takes_part(reader: Reader) -> bool:
    return reader.leaderboard_opt_in and bool(reader.pseudonym)


def code_of(text: str) -> str:
    return text if text in Boards.values else Boards.LENDERS.value


def period_of(text: str) -> str:
    return text if text in Periods.values else Periods.MONTH.value


@transaction.atomic(durable=True)
def take_part(*, actor: Reader, pseudonym: str, narrow: bool = False, honours: bool = False) -> None:
    """From the next night on; what is taken back of `narrow` and `honours` is gone at once. `narrow`: on the lists of area,
    department and groups too; `honours`: named where anybody reads it. Raises PseudonymTaken for a name that is another's, or the
    reader's own."""
    name = profiles.checked_name(pseudonym)
    if name.casefold() in (actor.display_name.casefold(), actor.username.casefold()):
        raise PseudonymTaken
    _take_name(actor, name)
    wanted = {"on_narrow_lists": narrow, "on_honours": honours}
    ReaderChoice.objects.update_or_create(reader=actor, defaults=wanted)
    if not narrow:
        _rows_of(actor).exclude(scope=scopes.WHOLE).delete()


def _take_name(actor: Reader, name: str) -> None:
    try:
        with transaction.atomic():
            Reader.objects.filter(pk=actor.pk).update(pseudonym=name, leaderboard_opt_in=True)
    except IntegrityError:
        raise PseudonymTaken from None
    actor.pseudonym, actor.leaderboard_opt_in = name, True


@transaction.atomic(durable=True)
def leave(*, actor: Reader) -> None:
    """At once: rows of readers who have left are not shown, and they are removed here. Former winners' names are hidden."""
    actor.leaderboard_opt_in = False
    actor.save(update_fields=["leaderboard_opt_in"])
    ReaderChoice.objects.filter(reader=actor).update(on_narrow_lists=False, on_honours=False)
    LeaderboardEntry.objects.filter(reader=actor).delete()
    _rows_of(actor).exclude(scope=scopes.WHOLE).delete()


def _rows_of(reader: Reader) -> QuerySet[LeaderboardEntry]:
    """With those of their books."""
    return LeaderboardEntry.objects.filter(Q(reader=reader) | Q(copy__owner=reader))


@transaction.atomic
def compute(*, now: datetime) -> None:
    """All lists anew, or none: whoever looks meanwhile sees those of the night before. Again gives the same."""
    windows = periods.running(timezone.localdate(now))
    LeaderboardEntry.objects.all().delete()
    readers, books = rankings.readers(), rankings.books()
    for code in Boards:
        what, entrants = ("copy_id", books) if code == Boards.BOOKS else ("reader_id", readers)
        for period, found in rankings.counts(code, windows).items():
            lists = rankings.ranked(entrants, found)
            LeaderboardEntry.objects.bulk_create(_entries(code, period, what, lists), batch_size=BATCH)
    _count_anew()


def _count_anew() -> None:
    """Else PostgreSQL plans by the table of the night before, at first by an empty one, and reads a whole list for five rows."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {LeaderboardEntry._meta.db_table}")


def _entries(code: str, period: str, what: str, lists: dict[str, list[rankings.Ranked]]) -> list[LeaderboardEntry]:
    return [
        LeaderboardEntry(
            board=code, period=period, scope=key, place=row.place, position=row.position, count=row.count,
            pseudonym=row.entrant.name, next_place=row.next_place, next_count=row.next_count, **{what: row.entrant.who},
        )
        for key, row in rankings.flat(lists)
    ]  # fmt: skip
