"""Editions of one work stand together in a list: the best placed is the row, the others follow in it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from sharing.facets import Candidate


@dataclass(frozen=True)
class Work:
    first: Candidate
    others: tuple[Candidate, ...] = ()
    """In the order of the list."""


def alone(found: Sequence[Candidate]) -> list[Work]:
    """Every edition a row of its own."""
    return [Work(one) for one in found]


def together(found: Sequence[Candidate]) -> list[Work]:
    """A work stands where its best edition does. What has no key of a work is one by itself."""
    works: dict[str | int, list[Candidate]] = {}
    for one in found:
        works.setdefault(one.work or one.pk, []).append(one)
    return [Work(editions[0], tuple(editions[1:])) for editions in works.values()]
