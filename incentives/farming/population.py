"""A campus in which a few readers collude, to try `rings` on. Pure; the same seed makes the same campus.

Assumptions, none of them measured: most exchanges go from a minority who lend to anybody of the campus, more often to
readers of the same area; some readers exchange mostly with a few friends; reading clubs pass few books through many hands.
The colluders play several styles, some hide among honest exchanges.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from incentives.farming.rings import Exchange

START = datetime.fromisoformat("2026-03-02T00:00:00+00:00")
AREAS = 8
LENDERS_SHARE, FRIENDS_SHARE, CLUBS_SHARE = 0.3, 0.12, 0.06
EXCHANGES_A_READER = 0.05  # a day
STYLES = ("in haste", "in turn", "hidden")


@dataclass
class Population:
    days: int
    exchanges: list[Exchange] = field(default_factory=list)
    rings: list[list[int]] = field(default_factory=list)

    @property
    def colluders(self) -> set[int]:
        return {member for ring in self.rings for member in ring}


def make(*, readers: int, days: int, colluding: float, seed: int) -> Population:
    """`colluding` is the share of readers in rings of three to eight."""
    chance = Random(seed)
    people = list(range(readers))
    chance.shuffle(people)
    made = Population(days)
    bad, honest = people[: round(readers * colluding)], people[round(readers * colluding) :]
    made.rings = list(_parted(bad, chance, 3, 8))
    told: list[tuple[datetime, int, int, str, float | None]] = []
    told += _campus(honest, days, chance)
    friends, clubs = honest[: round(readers * FRIENDS_SHARE)], honest[-round(readers * CLUBS_SHARE) :]
    for circle in _parted(friends, chance, 2, 6):
        told += _friends(circle, days, chance)
    for club in _parted(clubs, chance, 6, 12):
        told += _club(club, days, chance)
    for number, ring in enumerate(made.rings):
        told += _colluding(ring, number, days, chance, honest)
    made.exchanges = [
        Exchange(key, giver, taker, book, at, hours)
        for key, (at, giver, taker, book, hours) in enumerate(sorted(told, key=lambda row: row[:4]))
        if at < START + timedelta(days=days)
    ]
    return made


Told = tuple[datetime, int, int, str, float | None]


def _parted(people: list[int], chance: Random, fewest: int, most: int) -> Iterator[list[int]]:
    left = list(people)
    while len(left) >= fewest:
        size = min(chance.randint(fewest, most), len(left))
        if 0 < len(left) - size < fewest:
            size = len(left) if len(left) <= most else size - fewest
        yield left[:size]
        left = left[size:]


def _campus(people: list[int], days: int, chance: Random) -> Iterator[Told]:
    area = {person: chance.randrange(AREAS) for person in people}
    lenders = chance.sample(people, max(round(len(people) * LENDERS_SHARE), 2))
    weights = [chance.paretovariate(1.4) for _lender in lenders]
    near: dict[int, list[int]] = {n: [p for p in people if area[p] == n] for n in range(AREAS)}
    for _exchange in range(round(len(people) * days * EXCHANGES_A_READER)):
        (giver,) = chance.choices(lenders, weights)
        taker = chance.choice(near[area[giver]] if chance.random() < 0.6 else people)
        if giver != taker:
            yield _at(days, chance), giver, taker, f"{giver}-{chance.randrange(12)}", _read(chance)


def _friends(circle: list[int], days: int, chance: Random) -> Iterator[Told]:
    """Two to six who live together and exchange what they read, each about once in two weeks."""
    for _exchange in range(round(len(circle) * days / 14)):
        giver, taker = chance.sample(circle, 2)
        yield _at(days, chance), giver, taker, f"{giver}-{chance.randrange(15)}", _read(chance)


def _club(club: list[int], days: int, chance: Random) -> Iterator[Told]:
    """A book a month goes through the hands of all, a few days each."""
    for month in range(days // 30):
        at, order = START + timedelta(days=30 * month + chance.random() * 3), chance.sample(club, len(club))
        for giver, taker in pairwise(order):
            hours = 24 * chance.uniform(2, 6)
            at += timedelta(hours=hours / 2)
            yield at, giver, taker, f"club-{club[0]}-{month}", hours


def _colluding(ring: list[int], number: int, days: int, chance: Random, honest: list[int]) -> Iterator[Told]:
    style = STYLES[number % len(STYLES)]
    first = chance.uniform(0, days / 3)
    books = [f"ring-{number}-{n}" for n in range(chance.randint(1, 2) * len(ring))]
    a_day = len(ring) * chance.uniform(0.12, 0.4)
    for n in range(round((days - first) * a_day)):
        giver, taker = (
            (ring[n % len(ring)], ring[(n + 1) % len(ring)]) if style == "in turn" else chance.sample(ring, 2)
        )
        hours = chance.uniform(24, 60) if style != "hidden" else chance.uniform(30, 130)
        at = START + timedelta(days=first + n / a_day + chance.random())
        yield at, giver, taker, chance.choice(books), hours
        if style == "hidden" and chance.random() < 0.4:
            other = chance.choice(honest)
            pair = (giver, other) if chance.random() < 0.5 else (other, giver)
            yield at, *pair, f"{pair[0]}-{chance.randrange(12)}", _read(chance)


def _at(days: int, chance: Random) -> datetime:
    return START + timedelta(days=chance.uniform(0, days))


def _read(chance: Random) -> float:
    """How long a book that is read stays out: half of them longer than twelve days."""
    return min(24 * chance.lognormvariate(2.5, 0.7), 24 * 60)
