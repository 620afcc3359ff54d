"""Groups of readers who pass books round among themselves for the points (M8, T-P3). Pure: exchanges in, groups out.

First the ties: two readers who met more often than their own activity explains. Then groups of at least three who are tied
and have most of their exchanges among themselves. Friends and reading clubs are such groups too; what tells a ring from them
is how its books move, so a group is named only when several of these signs come together.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from statistics import median

LOOKS_BACK = timedelta(days=90)
FEWEST_MEMBERS = 3
FEWEST_EXCHANGES = 5
MOST_BY_CHANCE = 0.001
"""A tie: as many exchanges of two readers as chance brings to one pair in a thousand."""
SMALLEST_CAMPUS = 500
"""Exchanges: where there are fewer, everybody meets everybody by chance, and only the signs tell."""
AMONG_THEMSELVES = 0.55
SIGNS_NEEDED = 3


@dataclass(frozen=True, slots=True)
class Exchange:
    """A book that went from one reader to another; `hours_out` until it came back, None where it does not come back."""

    key: int
    giver: int
    taker: int
    book: str
    at: datetime
    hours_out: float | None


@dataclass(frozen=True, slots=True)
class Ring:
    members: frozenset[int]
    exchanges: tuple[Exchange, ...]
    signs: tuple[str, ...]
    """Codes: circular, hurried, few_books, intense."""


def find_rings(exchanges: Sequence[Exchange], *, now: datetime) -> list[Ring]:
    """Exchanges of the last 90 days before `now`; earlier and later ones don't count."""
    recent = [each for each in exchanges if now - LOOKS_BACK < each.at <= now and each.giver != each.taker]
    met = Counter(_pair(each) for each in recent)
    activity = _activity(met)
    size = max(len(recent), SMALLEST_CAMPUS)
    groups = _components({pair for pair, times in met.items() if _is_tie(pair, times, activity, size)})
    found = (_ring(_closed(group, met, activity), recent) for group in groups)
    return [ring for ring in found if ring is not None]


Pair = tuple[int, int]


def _pair(exchange: Exchange) -> Pair:
    return (min(exchange.giver, exchange.taker), max(exchange.giver, exchange.taker))


def _activity(met: Counter[Pair]) -> Counter[int]:
    activity: Counter[int] = Counter()
    for (one, other), times in met.items():
        activity[one] += times
        activity[other] += times
    return activity


def _is_tie(pair: Pair, times: int, activity: Counter[int], exchanges: int) -> bool:
    """More than once, and more often than readers as busy as these two meet when everybody meets everybody."""
    expected = activity[pair[0]] * activity[pair[1]] / (2 * exchanges)
    return times > 1 and _at_least(times, expected) <= MOST_BY_CHANCE


def _at_least(times: int, expected: float) -> float:
    """P(X ≥ times) of a Poisson distribution."""
    term = below = exp(-expected)
    for n in range(1, times):
        term *= expected / n
        below += term
    return max(1 - below, 0.0)


def _components(ties: Iterable[Pair]) -> Iterator[set[int]]:
    beside: dict[int, set[int]] = defaultdict(set)
    for one, other in ties:
        beside[one].add(other)
        beside[other].add(one)
    left = set(beside)
    while left:
        group, edge = set[int](), [left.pop()]
        while edge:
            member = edge.pop()
            group.add(member)
            edge += beside[member] - group
        left -= group
        yield group


def _closed(group: set[int], met: Counter[Pair], activity: Counter[int]) -> set[int]:
    """The part of a group whose members have most of their exchanges within it."""
    group = set(group)
    while True:
        inside = _activity(Counter({pair: n for pair, n in met.items() if pair[0] in group and pair[1] in group}))
        outsiders = {member for member in group if inside[member] < AMONG_THEMSELVES * activity[member]}
        if not outsiders:
            return group
        group -= outsiders


def _ring(members: set[int], recent: Sequence[Exchange]) -> Ring | None:
    within = tuple(each for each in recent if each.giver in members and each.taker in members)
    if len(members) < FEWEST_MEMBERS or len(within) < FEWEST_EXCHANGES:
        return None
    signs = tuple(name for name, shows in SIGNS.items() if shows(members, within))
    return Ring(frozenset(members), within, signs) if len(signs) >= SIGNS_NEEDED else None


def _is_circular(members: set[int], within: Sequence[Exchange]) -> bool:
    """Everybody gives about as much as they take: books go round, they don't go where they are wanted."""
    balance: Counter[int] = Counter()
    for each in within:
        balance[each.giver] += 1
        balance[each.taker] -= 1
    return 1 - sum(map(abs, balance.values())) / (2 * len(within)) >= 0.6


def _is_hurried(members: set[int], within: Sequence[Exchange]) -> bool:
    """Half of the books are back within four days: hardly read."""
    out = [each.hours_out for each in within if each.hours_out is not None]
    return bool(out) and median(out) <= 96


def _has_few_books(members: set[int], within: Sequence[Exchange]) -> bool:
    return len({each.book for each in within}) <= len(within) / 2


def _is_intense(members: set[int], within: Sequence[Exchange]) -> bool:
    """Three gifts a member a month or more, over the time in which the group was active."""
    days = max((max(e.at for e in within) - min(e.at for e in within)) / timedelta(days=1), 14)
    return len(within) / len(members) / days * 30 >= 3


SIGNS = {"circular": _is_circular, "hurried": _is_hurried, "few_books": _has_few_books, "intense": _is_intense}
