"""The lists: computed at night as of midnight, opted-in readers under their pseudonym, nobody where fewer than five take part (P6, P7)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import reduce
from operator import or_

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet, Subquery
from django.utils import timezone

from incentives import badges, ledger
from incentives.badges import Progress
from incentives.errors import PseudonymTaken
from incentives.models import Entry, LeaderboardEntry, LeaderboardRun, Rule
from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import profiles
from sharing.models import Ask

FEWEST_PEOPLE = 5
SHOWN = 5
Boards = LeaderboardEntry.Board
Periods = LeaderboardEntry.Period
REACHES_BACK = {Periods.WEEK: timedelta(days=7), Periods.MONTH: timedelta(days=30), Periods.ALL: timedelta(days=36500)}
"""Rolling, so that no list is empty just because a week or a month has begun."""


@dataclass(frozen=True, slots=True)
class Row:
    place: int
    pseudonym: str
    count: int
    reader_id: int
    is_me: bool
    after_gap: bool
    badges: tuple[Progress, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    code: str
    period: str
    rows: tuple[Row, ...]
    takes_part: bool
    steps_up: int = 0
    next_place: int = 0

    @property
    def name(self) -> str:
        return str(Boards(self.code).label)


def board(code: str, period: str, reader: Reader) -> Board:
    """The first five, then the reader's own place with its neighbours. Who has left since last night is not shown."""
    listed = LeaderboardEntry.objects.filter(board=code, period=period, reader__leaderboard_opt_in=True)
    entries = {entry.position: entry for entry in listed.filter(_near_top_or(reader, listed)).order_by("position")}
    mine = next((entry for entry in entries.values() if entry.reader_id == reader.pk), None)
    above = entries.get(mine.place - 1) if mine else None
    return Board(
        code=code,
        period=period,
        rows=tuple(_rows([entry for entry in entries.values() if _is_shown(entry, mine)], reader)),
        takes_part=reader.leaderboard_opt_in and bool(reader.pseudonym),
        steps_up=above.count - mine.count if mine and above else 0,
        next_place=above.place if above else 0,
    )


def with_badges(found: Board) -> Board:
    """Beside the pseudonyms of those who want them there."""
    shown = badges.on_lists({row.reader_id for row in found.rows})
    rows = (replace(row, badges=tuple(shown.get(row.reader_id, ()))) for row in found.rows)
    return replace(found, rows=tuple(rows))


def _near_top_or(reader: Reader, listed: QuerySet[LeaderboardEntry]) -> Q:
    """The top, the reader's neighbours, and the last of those who are one place up: positions, found in one query."""
    mine = listed.filter(reader=reader)
    near = (mine.values(p=F("position") + step) for step in (-1, 0, 1))
    wanted = Q(position__lte=SHOWN) | Q(position=Subquery(mine.values(p=F("place") - 1)))
    return reduce(or_, (Q(position=Subquery(position)) for position in near), wanted)


def _is_shown(entry: LeaderboardEntry, mine: LeaderboardEntry | None) -> bool:
    return entry.position <= SHOWN or (mine is not None and abs(entry.position - mine.position) <= 1)


def code_of(text: str) -> str:
    return text if text in Boards.values else Boards.LENDERS.value


def period_of(text: str) -> str:
    return text if text in Periods.values else Periods.MONTH.value


@transaction.atomic(durable=True)
def take_part(*, actor: Reader, pseudonym: str) -> None:
    """From the next night on. A pseudonym is nobody else's and not the reader's own name."""
    name = profiles.checked_name(pseudonym)
    taken = Reader.objects.filter(pseudonym__iexact=name).exclude(pk=actor.pk).exists()
    if taken or name.casefold() in (actor.display_name.casefold(), actor.username.casefold()):
        raise PseudonymTaken
    actor.pseudonym, actor.leaderboard_opt_in = name, True
    actor.save(update_fields=["pseudonym", "leaderboard_opt_in"])


@transaction.atomic(durable=True)
def leave(*, actor: Reader) -> None:
    """At once: rows of readers who have left are not shown, and they are removed here."""
    actor.leaderboard_opt_in = False
    actor.save(update_fields=["leaderboard_opt_in"])
    LeaderboardEntry.objects.filter(reader=actor).delete()


def _rows(entries: list[LeaderboardEntry], reader: Reader) -> Iterator[Row]:
    before = 0
    for entry in entries:
        gap = before >= SHOWN and entry.position > before + 1
        yield Row(entry.place, entry.pseudonym, entry.count, entry.reader_id, entry.reader_id == reader.pk, gap)
        before = entry.position


def compute_nightly(*, now: datetime) -> bool:
    """True if this call did it; once a local day, whoever comes first."""
    day = timezone.localdate(now)
    if LeaderboardRun.objects.filter(day=day).exists():
        return False
    try:
        with transaction.atomic():
            LeaderboardRun.objects.create(day=day, at=now)
            _replace_all(until=_midnight(now))
    except IntegrityError:
        return False
    return True


def _replace_all(*, until: datetime) -> None:
    LeaderboardEntry.objects.all().delete()
    for code in Boards:
        for period in Periods:
            counts = _counts(code, since=until - REACHES_BACK[period], until=until)
            LeaderboardEntry.objects.bulk_create(_ranked(code, period, counts))


def _midnight(now: datetime) -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate(now), time()))


def _counts(code: str, *, since: datetime, until: datetime) -> dict[int, int]:
    """Reader → count. Only lendings that were paid for count, so that no ring climbs the list (M8)."""
    rows: QuerySet[Entry, dict[str, int]] | QuerySet[Ask, dict[str, int]] | QuerySet[Title, dict[str, int]]
    if code == Boards.LENDERS:
        who = "account__reader"
        paid = ledger.standing_awards(Rule.Code.LENDING_COMPLETED)
        rows = paid.filter(at__gte=since, at__lt=until).values(who)
    elif code == Boards.ANSWERERS:
        who = "holder"
        answered = (Ask.Status.ACCEPTED, Ask.Status.DECLINED)
        given = Ask.objects.filter(status__in=answered, consent="")  # not those that accepted themselves
        rows = given.filter(answered_at__gte=since, answered_at__lt=until).values(who)
    else:
        who = "created_by"
        approved = Title.objects.filter(status=Title.Status.APPROVED, created_by__isnull=False)
        rows = approved.filter(created_at__gte=since, created_at__lt=until).values(who)
    return {row[who]: row["n"] for row in rows.order_by().annotate(n=Count("pk"))}


def _ranked(code: str, period: str, counts: dict[int, int]) -> list[LeaderboardEntry]:
    readers = Reader.objects.filter(leaderboard_opt_in=True, is_active=True).exclude(pseudonym="")
    ordered = sorted(
        (reader for reader in readers if reader.pk in counts), key=lambda reader: (-counts[reader.pk], reader.pseudonym)
    )
    if len(ordered) < FEWEST_PEOPLE:
        return []
    rows: list[LeaderboardEntry] = []
    for position, reader in enumerate(ordered, start=1):
        count = counts[reader.pk]
        place = rows[-1].place if rows and rows[-1].count == count else position
        rows.append(
            LeaderboardEntry(
                board=code, period=period, place=place, position=position,
                reader=reader, pseudonym=reader.pseudonym, count=count,
            )
        )  # fmt: skip
    return rows
