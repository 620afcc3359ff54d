"""Many records of one source at once: the titles they are about, found by the same rules as `titles.find_or_create`, and
written with a fixed number of queries however many there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db import transaction

from personal_catalog import authority, conflicts, matching, record_numbers, titles
from personal_catalog.facts import BookFacts, typed, with_language
from personal_catalog.models import FieldConflict, Title, TitleChange, TitleIsbn
from personal_catalog.numbers import keys
from personal_catalog.people import match_key
from personal_catalog.repeats import Earlier, Meant
from personal_catalog.search import index

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

MOST_ALIKE = 20


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Entry:
    """`facts` as `tidy` gives them; `title_id` is where the record stood before."""

    facts: BookFacts
    title_id: int | None = None


@dataclass(slots=True)
class _Card:
    """A title, and what this batch does to it."""

    title: Title
    isbns: list[str] = field(default_factory=list)
    new_isbns: list[str] = field(default_factory=list)
    changed: dict[str, Any] = field(default_factory=dict)

    def facts(self) -> BookFacts:
        said: dict[str, Any] = {name: getattr(self.title, name) for name in titles.OWN_FIELDS}
        said |= {name: tuple(value) for name, value in said.items() if isinstance(value, list)}
        return BookFacts(isbns=(*self.isbns, *self.new_isbns), **said)


def tidy(facts: BookFacts) -> BookFacts:
    """Typed, cleaned and cut, as the catalogue keeps them."""
    return with_language(typed(vars(facts)))


@transaction.atomic
def take_over(
    entries: Sequence[Entry], *, source: str, now: datetime, actor: "Reader | None" = None
) -> list[tuple[Title, Outcome]]:
    """Each entry's title and what happened to it. Gaps are filled; what the source itself has said before it may say
    otherwise; what a curator, a reader or another source has said stays. What a reader says changes nothing that is there
    (T-D5). Every entry must have a title.

    Locks the titles found, in the order of their ids. IntegrityError when another process takes one of the ISBNs at the
    same moment: nothing is written then, and a second try finds its title.
    """
    if not entries:
        return []
    entries = _authorised(entries)
    shelf = _Shelf(entries)
    placed = [shelf.place(entry, source=source, now=now, actor=actor) for entry in entries]
    created = [card for card in shelf.cards if card.title.pk is None]
    updated = [card for card in shelf.cards if card.title.pk is not None and (card.changed or card.new_isbns)]
    _write(created, updated, source=source, now=now, actor=actor)
    conflicts.keep(shelf.conflicts)
    outcomes = dict.fromkeys(map(id, updated), Outcome.UPDATED) | dict.fromkeys(map(id, created), Outcome.CREATED)
    return [(card.title, outcomes.pop(id(card), Outcome.UNCHANGED)) for card in placed]


def recognised(entries: Sequence[Entry]) -> list[Meant]:
    """The title that `take_over` would find for each. Locks and writes nothing."""
    if not entries:
        return []
    entries = _authorised(entries)
    shelf = _Shelf(entries, lock=False)
    found = [shelf.matching(entry) for entry in entries]
    return [
        Meant(card.title.pk if card else None, shelf.keys[id(entry)])
        for entry, card in zip(entries, found, strict=True)
    ]


def words_of(entries: Sequence[Entry]) -> list[str]:
    """Their match keys."""
    return [_words(entry) for entry in _authorised(entries)]


def _words(entry: Entry) -> str:
    return match_key(entry.facts.title, entry.facts.creators)


def _authorised(entries: Sequence[Entry]) -> list[Entry]:
    forms = authority.forms_of(entry.facts for entry in entries)
    return [replace(entry, facts=authority.apply(entry.facts, forms)) for entry in entries]


def foresee(entries: Sequence[Entry], earlier: Earlier, *, now: datetime) -> list[Outcome]:
    """What `take_over` would do with them, without locking or writing anything. To `earlier`, the books of the portions
    before, these are added."""
    entries = _authorised(entries)
    shelf = _Shelf(entries, lock=False)
    outcomes = []
    for entry in entries:
        words = shelf.keys[id(entry)]
        is_here = shelf.matching(entry) is not None
        is_new = not is_here and not earlier.has(entry.facts, words)
        if is_here or is_new:
            shelf.place(entry, source="", now=now)
        earlier.add(entry.facts, words)
        outcomes.append(Outcome.CREATED if is_new else Outcome.UNCHANGED)
    return outcomes


def remember(entries: Sequence[Entry], earlier: Earlier) -> None:
    """Adds to `earlier` what an interrupted `foresee` has seen."""
    for entry in _authorised(entries):
        earlier.add(entry.facts, _words(entry))


class _Shelf:
    """The titles that a batch may be about, and those that it makes."""

    def __init__(self, entries: Sequence[Entry], *, lock: bool = True) -> None:
        isbns = {isbn13 for entry in entries for isbn13 in entry.facts.isbns}
        self.keys = {id(entry): _words(entry) for entry in entries}
        ids = {entry.title_id for entry in entries if entry.title_id}
        ids |= set(TitleIsbn.objects.filter(isbn13__in=isbns).values_list("title_id", flat=True))
        numbered = record_numbers.titles_numbered(
            key for entry in entries for key in record_numbers.keys_of(entry.facts)
        )
        ids |= set(chain.from_iterable(numbered.values()))
        ids |= set(_alike(self.keys.values()))
        found = Title.objects.live().filter(pk__in=ids).order_by("pk")
        if lock:
            found = found.select_for_update(of=("self",), no_key=True)
        self.cards = [_Card(title) for title in found]
        self.conflicts: list[FieldConflict] = []
        self.by_id = {card.title.pk: card for card in self.cards}
        self.by_isbn: dict[str, _Card] = {}
        for row in TitleIsbn.objects.filter(title__in=self.by_id).order_by("sort", "pk"):
            self.by_id[row.title_id].isbns.append(row.isbn13)
            self.by_isbn[row.isbn13] = self.by_id[row.title_id]
        self.by_number: dict[str, list[_Card]] = defaultdict(list)
        for key, pks in numbered.items():
            self.by_number[key] += [self.by_id[pk] for pk in pks if pk in self.by_id]
        self.by_key: dict[str, list[_Card]] = defaultdict(list)
        for card in sorted(self.cards, key=lambda card: (card.title.status, card.title.pk)):
            self.by_key[card.title.match_key].append(card)

    def place(self, entry: Entry, *, source: str, now: datetime, actor: "Reader | None" = None) -> _Card:
        card = self.matching(entry)
        if card is None:
            return self._add(entry, source=source, now=now, actor=actor)
        if source == titles.READER:
            return card
        if card.title.pk is not None:
            self.conflicts += conflicts.found(card.title, entry.facts, source=source, now=now)
        changes = titles.gaps_of(card.title, entry.facts)
        if entry.title_id is not None and entry.title_id == card.title.pk:
            changes |= _said_otherwise(card.title, entry.facts, source)
        for name, value in changes.items():
            setattr(card.title, name, titles.plain(value))
            card.changed[name] = value
        if card.title.provenance.get("isbns") != titles.CURATOR:
            self._add_isbns(card, entry.facts.isbns)
        return card

    def matching(self, entry: Entry) -> _Card | None:
        facts = entry.facts
        carrying = [self.by_isbn[isbn13] for isbn13 in facts.isbns if isbn13 in self.by_isbn]
        if carrying:
            return min(carrying, key=lambda card: (card.title.pk is None, card.title.pk or 0))
        if entry.title_id in self.by_id:
            return self.by_id[entry.title_id]
        numbered = (card for key in record_numbers.keys_of(facts) for card in self.by_number.get(key, ())[:MOST_ALIKE])
        if found := next((card for card in numbered if matching.is_numbered(card.title, facts)), None):
            return found
        alike = self.by_key.get(self.keys[id(entry)], [])[:MOST_ALIKE]
        return next((card for card in alike if _is_the_same(card, facts)), None)

    def _add(self, entry: Entry, *, source: str, now: datetime, actor: "Reader | None") -> _Card:
        card = _Card(titles.prepare(entry.facts, source=source, now=now, actor=actor))
        self.cards.append(card)
        self.by_key[card.title.match_key].append(card)
        for key in keys(entry.facts.numbers, entry.facts.invalid_isbns):
            self.by_number[key].append(card)
        self._add_isbns(card, entry.facts.isbns)
        return card

    def _add_isbns(self, card: _Card, isbns: Iterable[str]) -> None:
        for isbn13 in isbns:
            if isbn13 not in self.by_isbn:
                self.by_isbn[isbn13] = card
                card.new_isbns.append(isbn13)


def _alike(keys: Iterable[str]) -> Iterable[int]:
    """A few of each key: of words that half the world uses as a title the first will do."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = Title.objects.live().filter(match_key__in=set(keys)).order_by("status", "pk")
    for key, pk in rows.values_list("match_key", "pk"):
        if len(found[key]) < MOST_ALIKE:
            found[key].append(pk)
    return chain.from_iterable(found.values())


def _is_the_same(card: _Card, facts: BookFacts) -> bool:
    """As `matching.matching` has it; of a record that names neither ISBN nor creator all that it says must agree."""
    title = card.title
    if facts.isbns and (card.isbns or card.new_isbns):
        return False
    if not facts.creators and not facts.isbns:
        return title.status == Title.Status.APPROVED and not (card.isbns or card.new_isbns) and title.year == facts.year
    if not facts.creators and (title.year, title.publisher) != (facts.year, facts.publisher):
        return False
    return not matching.contradicts(title, facts)


def _said_otherwise(title: Title, facts: BookFacts, source: str) -> dict[str, Any]:
    """What this source says now of a field that has its word from this source."""
    return {
        name: value
        for name, value in facts.given().items()
        if name in titles.OWN_FIELDS
        and name not in titles.GATHERED
        and title.provenance.get(name) == source
        and getattr(title, name) != titles.plain(value)
    }


def _write(created: list[_Card], updated: list[_Card], *, source: str, now: datetime, actor: "Reader | None") -> None:
    Title.objects.bulk_create(card.title for card in created)
    for card in updated:
        _save(card, source=source, now=now)
    TitleIsbn.objects.bulk_create(
        TitleIsbn(title=card.title, isbn13=isbn13, sort=place)
        for card in (*created, *updated)
        for place, isbn13 in enumerate(card.new_isbns, len(card.isbns))
    )
    kinds = TitleChange.Kind
    TitleChange.objects.bulk_create(
        [TitleChange(title=card.title, kind=kinds.CREATED, actor=actor, data={"source": source}, at=now) for card in created]
        + [
            TitleChange(
                title=card.title, kind=kinds.COMPLETED, actor=actor, data={"fields": sorted(card.changed), "source": source}, at=now
            )
            for card in updated
        ]
    )  # fmt: skip
    index.write((card.title.pk, card.facts()) for card in (*created, *updated))


def _save(card: _Card, *, source: str, now: datetime) -> None:
    title, fields = card.title, ["updated_at"]
    title.updated_at = now
    if card.changed:
        if titles.is_stub(title) and "title" in card.changed:
            title.status = Title.Status.APPROVED
        title.provenance = {**title.provenance, **dict.fromkeys(card.changed, source)}
        fields += [*card.changed, "provenance", "status"]
    title.save(update_fields=fields)
