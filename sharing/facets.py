"""Counts beside the filters of a search: how many of the titles found would be left after one more tick. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sharing.availability import LIBRARY, Held, Wish

MOST_VALUES = 12


@dataclass(frozen=True)
class Candidate:
    """A title that was found, as far as order and counts need it."""

    pk: int
    language: str = ""
    year: int | None = None
    clc: str = ""
    subjects: tuple[str, ...] = ()
    work: str = ""
    """The same for all editions of a work; empty where that is not known."""
    items: int = 0
    """Volumes under its harvested records; whether they are in, only the library system knows."""
    held: tuple[Held, ...] = ()
    times: int = 1
    """For so many titles it stands that are alike in what is counted."""

    def holdings(self, wish: Wish) -> list[Held]:
        return [held for held in self.held if held.answers(wish)]


@dataclass(frozen=True)
class FacetValue:
    value: str
    label: str
    count: int
    chosen: bool = False


Values = Callable[[Candidate], Iterable[str]]
Label = Callable[[str], str]


def kinds(wish: Wish) -> Values:
    others = replace(wish, kinds=frozenset())
    recorded = not (wish.areas or wish.modes or wish.free)

    def values(found: Candidate) -> set[str]:
        shown = {held.kind for held in found.holdings(others)}
        return shown | {LIBRARY} if recorded and found.items else shown

    return values


def modes(wish: Wish) -> Values:
    others = replace(wish, modes=frozenset())
    return lambda found: {held.mode for held in found.holdings(others) if held.kind != LIBRARY}


def areas(wish: Wish) -> Values:
    others = replace(wish, areas=frozenset())
    return lambda found: {held.area for held in found.holdings(others) if held.area}


def available(wish: Wish) -> Values:
    others = replace(wish, free=True)
    return lambda found: ["true"] if found.holdings(others) else []


def count(found: Iterable[Candidate], values: Values, *, chosen: Iterable[str], label: Label) -> list[FacetValue]:
    """Once a value is chosen only the chosen ones stand: they are there to be taken back."""
    picked = list(chosen)
    counts = Counter[str]()
    for candidate in found:
        for value in values(candidate):
            counts[value] += candidate.times
    shown = [(value, counts[value]) for value in picked] if picked else counts.most_common(MOST_VALUES)
    return [FacetValue(value, label(value), number, value in picked) for value, number in shown if value]


def in_order(values: list[FacetValue], order: Mapping[str, Any]) -> list[FacetValue]:
    """In the order of a closed list instead of by count."""
    places = {value: place for place, value in enumerate(order)}
    return sorted(values, key=lambda value: places.get(value.value, len(places)))
