"""Every source under an operator's eyes, one after the other: whether it answers, how long it takes, what it says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

from personal_catalog.facts import BookFacts
from personal_catalog.lookup import chain, pace
from personal_catalog.lookup.sources import Source, SourceUnavailable, configured, is_remote, per_minute

FOUND, NOTHING, UNAVAILABLE, NOT_ASKED = "found", "unknown", "unavailable", "not asked"
NOT_ANSWERED = (UNAVAILABLE, NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Probed:
    name: str
    outcome: str
    seconds: float
    says: str
    facts: BookFacts | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"source": self.name, "outcome": self.outcome, "seconds": round(self.seconds, 3), "says": self.says}


def probe(isbn13: str, *, now: datetime) -> list[Probed]:
    """Takes each source's turn, so it is asked no more often than it allows."""
    return [_probe(source, isbn13, now) for source in configured()]


def together(probed: Iterable[Probed]) -> chain.Found:
    """The record that the chain would make of them."""
    heard = {one.name: one.facts for one in probed if one.outcome not in NOT_ANSWERED}
    return chain.joined(heard, configured())


def _probe(source: Source, isbn13: str, now: datetime) -> Probed:
    if is_remote(source) and not pace.turns({source.name: per_minute(source)}, now=now):
        return Probed(source.name, NOT_ASKED, 0, "it is left alone just now, or has been asked as often as it allows")
    began = perf_counter()
    try:
        facts = source.find(isbn13)
    except SourceUnavailable as problem:
        return Probed(source.name, UNAVAILABLE, perf_counter() - began, str(problem))
    seconds = perf_counter() - began
    if facts is None:
        return Probed(source.name, NOTHING, seconds, "")
    return Probed(source.name, FOUND, seconds, " / ".join([facts.title, *facts.creators[:2]]), facts)
