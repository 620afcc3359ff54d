"""Bibliographic records on their way into the catalogue, a few hundred at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, TypeVar

from library_bridge.marc.files import Read

SIZE = 300
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Portion:
    """`place` is where to go on after it: what `Source.portions` is given after a crash. `stamp` is the moment up to which
    the whole listing tells, for sources that can be asked for what is newer; "" for others."""

    changes: tuple[Read, ...]
    place: str = ""
    stamp: str = ""


class Source(Protocol):
    """`name` is file, system or oai. `key` tells one listing from another: only of the same one a place is worth
    something."""

    name: str
    key: str

    @property
    def lists_all(self) -> bool:
        """Known at the end: a record that the listing did not name is not in the library any more."""

    def portions(self, after: str) -> Iterator[Portion]:
        """Raises Unavailable, NotSupported or OSError; what was yielded before counts."""


def in_portions(things: Iterable[T]) -> Iterator[tuple[T, ...]]:
    rest = iter(things)
    while some := tuple(islice(rest, SIZE)):
        yield some
