"""Counting for the lists: each board is one pass over what it counts, whatever number of periods and scopes there are.

What is counted outlives the forgetting of who had which book (P6): awards of the ledger, approved titles, handovers of copies.
Nobody is ranked where fewer than five people take part (P6, P7).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

from django.db.models import Count, Q, QuerySet

from incentives import ledger, scopes
from incentives.models import Rule
from incentives.models.leaderboards import Board
from incentives.periods import Window
from library_bridge.models import Reader
from personal_catalog.models import CustodyRecord, Title
from sharing import copy_journeys
from sharing.crowds import FEWEST_PEOPLE
from sharing.models import CopyJourney


@dataclass(frozen=True, slots=True)
class Entrant:
    """`person` takes part: as themselves, or with a copy (then `who` is the copy)."""

    who: int
    person: int
    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """`position` runs on where `place` is shared. Place and count above: 0 for the first."""

    entrant: Entrant
    place: int
    position: int
    count: int
    next_place: int
    next_count: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows, the columns that say who and when, and how late the rows may be told."""

    rows: QuerySet[Any]
    who: str
    at: str
    late: timedelta = timedelta()


def counted(board: str) -> Counted:
    """Only lendings and answers that were paid for, so that no ring climbs a list (M8)."""
    match board:
        case Board.LENDERS:
            return Counted(ledger.standing_awards(Rule.Code.LENDING_COMPLETED), "account__reader", "at")
        case Board.ANSWERERS:
            return Counted(ledger.standing_awards(Rule.Code.QUICK_ANSWER), "account__reader", "at")
        case Board.CATALOGUERS:
            approved = Title.objects.filter(status=Title.Status.APPROVED, created_by__isnull=False)
            return Counted(approved, "created_by", "created_at")
    onward = (CustodyRecord.Reason.HANDOVER, CustodyRecord.Reason.GIFT)
    moved = CustodyRecord.objects.filter(reason__in=onward, copy__in=CopyJourney.objects.shown().values("copy"))
    return Counted(moved, "copy", "at", copy_journeys.OLDER_THAN)


def counts(board: str, windows: Mapping[str, Window]) -> dict[str, dict[int, int]]:
    """By window: who → count, of those that have any. One query."""
    of = counted(board)
    found: dict[str, dict[int, int]] = {name: {} for name in windows}
    ends = [window.until for window in windows.values()]
    begins = [window.since for window in windows.values()]
    rows = of.rows.filter(**{f"{of.at}__gte": min(begins) - of.late, f"{of.at}__lt": max(ends) - of.late})
    each = {name: Count("pk", filter=_within(of, window)) for name, window in windows.items()}
    for who, *numbers in rows.order_by().values_list(of.who).annotate(**each):
        for name, number in zip(windows, numbers, strict=True):
            if number:
                found[name][who] = number
    return found


def _within(of: Counted, window: Window) -> Q:
    return Q(**{f"{of.at}__gte": window.since - of.late, f"{of.at}__lt": window.until - of.late})


def readers() -> list[Entrant]:
    """Who takes part, under which pseudonym and on which lists."""
    narrow = scopes.narrow_ones()
    taking_part = Reader.objects.filter(leaderboard_opt_in=True, is_active=True).exclude(pseudonym="")
    return [
        Entrant(pk, pk, name, (scopes.WHOLE, *narrow.get(pk, ())))
        for pk, name in taking_part.values_list("pk", "pseudonym")
    ]


def books() -> list[Entrant]:
    """Copies whose owner keeps an open journey; on narrow lists where the owner agreed to be there."""
    narrow = scopes.narrow_ones()
    journeys = CopyJourney.objects.shown().values_list("copy", "owner")
    return [Entrant(copy, owner, "", (scopes.WHOLE, *narrow.get(owner, ()))) for copy, owner in journeys]


def entrants(board: str) -> list[Entrant]:
    ask: Callable[[], list[Entrant]] = books if board == Board.BOOKS else readers
    return ask()


def ranked(entrants: Iterable[Entrant], found: Mapping[int, int]) -> dict[str, list[Ranked]]:
    """By key of a scope, those that have a list at all."""
    by_key: dict[str, list[Entrant]] = defaultdict(list)
    for entrant in entrants:
        if entrant.who in found:
            for key in entrant.keys:
                by_key[key].append(entrant)
    return {
        key: list(_in_order(some, found))
        for key, some in by_key.items()
        if len({entrant.person for entrant in some}) >= FEWEST_PEOPLE
    }


def _in_order(some: list[Entrant], found: Mapping[int, int]) -> Iterator[Ranked]:
    """Ties share a place; within one, by name, or the older copy first."""
    some.sort(key=lambda entrant: (-found[entrant.who], entrant.name, entrant.who))
    place = count = next_place = next_count = 0
    for position, entrant in enumerate(some, start=1):
        if found[entrant.who] != count:
            next_place, next_count = place, count
            place, count = position, found[entrant.who]
        yield Ranked(entrant, place, position, count, next_place, next_count)


def flat(lists: Mapping[str, list[Ranked]]) -> Iterator[tuple[str, Ranked]]:
    return chain.from_iterable(((key, row) for row in rows) for key, rows in lists.items())
