"""Which rows of a file are a book that another of its rows lists: by the rules by which the run would find that row's title."""

from collections import defaultdict
from typing import NamedTuple

from personal_catalog.facts import BookFacts
from personal_catalog.files.rows import Row, Trait
from personal_catalog.matching import contradicts


class Meant(NamedTuple):
    """`title_id` where the catalogue has the book; `words` are the match key of what the row says."""

    title_id: int | None = None
    words: str = ""


class _Listed(NamedTuple):
    """What a row that is listed says, as far as it may contradict another. `traits`: why it may yet be left out."""

    year: int | None
    publisher: str
    subtitle: str
    traits: frozenset[Trait]


class Repeats:
    """A row with a number is another's book by that number or its title only; of one without a number the words decide, and
    then the row that has a number is listed, wherever it stands: `expect` these first.

    A row that its reader may leave out keeps none off the shelf that stays."""

    def __init__(self) -> None:
        self._known: dict[str | int, list[frozenset[Trait]]] = defaultdict(list)
        self._worded: dict[str, list[_Listed]] = defaultdict(list)

    def expect(self, row: Row, words: str) -> None:
        """A row whose number the catalogue does not have."""
        if row.facts:
            self._worded[words].append(_listed(row.facts, row.traits))

    def again(self, row: Row, meant: Meant) -> bool:
        keys: list[str | int] = [key for key in (row.isbn13, meant.title_id) if key]
        found = any(traits <= row.traits for key in keys for traits in self._known.get(key, ()))
        for key in keys:
            self._known[key].append(row.traits)
        return found or (not keys and row.facts is not None and self._said_before(row.facts, row.traits, meant.words))

    def _said_before(self, facts: BookFacts, traits: frozenset[Trait], words: str) -> bool:
        """A title alone says too little."""
        if not facts.creators:
            return False
        if any(one.traits <= traits and not contradicts(one, facts) for one in self._worded.get(words, ())):
            return True
        self._worded[words].append(_listed(facts, traits))
        return False


class Earlier:
    """The books of a file's earlier portions, told again by an ISBN or, where one of the two has none, by the same words
    about the same edition. A few numbers a book: a file may be long."""

    def __init__(self) -> None:
        self._signs: set[int] = set()

    def add(self, facts: BookFacts, words: str) -> None:
        numbered, bare = (_sign(facts, words, numbered=yes) for yes in (True, False))
        self._signs.update(map(int, facts.isbns))
        if facts.isbns:  # what stood there without a number has one now
            self._signs.discard(bare)
            self._signs.add(numbered)
        elif numbered not in self._signs:
            self._signs.add(bare)

    def has(self, facts: BookFacts, words: str) -> bool:
        signs = {*map(int, facts.isbns), _sign(facts, words, numbered=False)}
        if facts.creators and not facts.isbns:  # a title alone says too little
            signs.add(_sign(facts, words, numbered=True))
        return not signs.isdisjoint(self._signs)


def _sign(facts: BookFacts, words: str, *, numbered: bool) -> int:
    return hash((words, facts.year, facts.publisher, facts.subtitle, numbered))


def _listed(facts: BookFacts, traits: frozenset[Trait]) -> _Listed:
    return _Listed(facts.year, facts.publisher, facts.subtitle, traits)
