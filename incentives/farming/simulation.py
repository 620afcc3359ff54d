"""How much of what colluders earn is held, and how many honest readers are touched by it. Pure; see `population` for who they are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from incentives.farming import population
from incentives.farming.population import Population
from incentives.farming.rings import LOOKS_BACK, Exchange, find_rings

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pay:
    """What an exchange earns who gives, how long that waits, and how often a pair is paid in `cap_days`."""

    points: int
    waiting_days: int
    pair_cap: int | None
    cap_days: int
    min_hours_out: int
    cheapest_reward: int


@dataclass(frozen=True, slots=True)
class Outcome:
    readers: int
    exchanges: int
    colluders: int
    rings: int
    ring_points: int
    ring_points_held_share: float
    honest_readers_touched_share: float
    rings_missed: int


def run(made: Population, *, readers: int, pay: Pay) -> Outcome:
    """Every night rings are looked for, and what they earned and have not spent is held. Colluders redeem the cheapest reward as
    soon as they can."""
    colluders, paid = made.colluders, set(_paid(made.exchanges, pay))
    theirs = {e.key: e for e in made.exchanges if e.key in paid and {e.giver, e.taker} <= colluders}
    held, spent, touched = set[int](), set[int](), set[int]()
    for day in range(1, made.days + 1):
        now = population.START + day * DAY
        spent |= set(_redeemed([e for e in theirs.values() if e.key not in spent | held], pay, now))
        for ring in find_rings([e for e in made.exchanges if now - LOOKS_BACK < e.at <= now], now=now):
            touched |= ring.members
            held |= {e.key for e in ring.exchanges} - spent
    return Outcome(
        readers=readers,
        exchanges=len(made.exchanges),
        colluders=len(colluders),
        rings=len(made.rings),
        ring_points=len(theirs) * pay.points,
        ring_points_held_share=round(len(theirs.keys() & held) / max(len(theirs), 1), 4),
        honest_readers_touched_share=round(len(touched - colluders) / max(readers - len(colluders), 1), 4),
        rings_missed=sum(1 for ring in made.rings if touched.isdisjoint(ring)),
    )


def _redeemed(unspent: Iterable[Exchange], pay: Pay, now: datetime) -> Iterator[int]:
    """Whole rewards, paid with the oldest points that no longer wait."""
    ready: dict[int, list[int]] = defaultdict(list)
    for each in unspent:
        if each.at + pay.waiting_days * DAY <= now:
            ready[each.giver].append(each.key)
    awards_a_reward = -(-pay.cheapest_reward // pay.points)
    for keys in ready.values():
        yield from keys[: len(keys) // awards_a_reward * awards_a_reward]


def _paid(exchanges: Iterable[Exchange], pay: Pay) -> Iterable[int]:
    """As the rule of passing a book on has it: out long enough, and a pair only so often."""
    earlier: dict[frozenset[int], list[datetime]] = {}
    for each in exchanges:
        if each.hours_out is not None and each.hours_out < pay.min_hours_out:
            continue
        met = earlier.setdefault(frozenset((each.giver, each.taker)), [])
        met[:] = [at for at in met if at > each.at - pay.cap_days * DAY]
        if pay.pair_cap is None or len(met) < pay.pair_cap:
            met.append(each.at)
            yield each.key
