"""Several books at once: what a reader scans, types or pastes, line by line, is looked at first and listed in one go."""

import re
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any

from django.db.models import F

from personal_catalog import isbn, listing, lookup, titles
from personal_catalog.copies import latest_of
from personal_catalog.errors import NoTitle, OnShelf, UnknownIsbn, WhichEdition
from personal_catalog.facts import text
from personal_catalog.listing import Another, Chosen, Edition
from personal_catalog.models import Copy, Title
from personal_catalog.people import match_key, split_names
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.query import search_titles

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

MOST_LINES = 60
PATIENCE = 4.0  # seconds for the sources of all lines together; the others are completed in the background
LONGEST_LINE = 300
TITLE_AND_AUTHOR = re.compile(r" / | ?[／|] ?")
A_NUMBER = re.compile(r"(?:isbn|sbn|urn|国际标准书号|书号)?[\s:-]*[\dXx][\s\dXx.\-‐-―]{7,}", re.IGNORECASE)
MOST_ALIKE = 10
LONGEST_KEY = 20


@dataclass(frozen=True)
class Line:
    """One book of the list. `key` is its ISBN-13, or else a sign of its words. `record` is what the catalogue or a source
    knows, `title` and `creators` what would be listed; of several editions that are `alike` the reader chooses; `more` than these
    are not shown. `unsearched`: the catalogue was too slow to say which it has."""

    key: str
    title: str = ""
    creators: tuple[str, ...] = ()
    record: Title | None = None
    owned: bool = False
    pending: bool = False
    alike: tuple[Title, ...] = ()
    more: int = 0
    unsearched: bool = False

    @property
    def number(self) -> str:
        return number_of(self.key)


@dataclass(frozen=True)
class Wanted:
    """A line as the reader sends it: perhaps with corrected words, perhaps as a second copy (`again`). `edition`: what they say
    of those alike; a number has none. `choosing`: these are shown, and the words are of another."""

    key: str
    title: str = ""
    creators: tuple[str, ...] = ()
    again: bool = False
    edition: Edition = None
    choosing: bool = False

    @property
    def undecided(self) -> bool:
        return self.choosing and self.edition is None

    @property
    def chosen(self) -> int | None:
        """The title's key."""
        return self.edition.title_id if isinstance(self.edition, Chosen) else None

    @property
    def is_another(self) -> bool:
        return isinstance(self.edition, Another)


@dataclass
class Outcome:
    """`refused`: by key, why not: on_shelf, unknown_isbn, no_title, which_edition. `suggested`: a correction waits for a librarian."""

    listed: list[Copy] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    suggested: bool = False


def number_of(key: str) -> str:
    return key if isbn.is_valid13(key) else ""


def lines_of(pasted: str) -> list[str]:
    lines = (text(part.replace("\t", " / "), LONGEST_LINE) for part in pasted.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def read(said: str, *, owner: "Reader", now: datetime, patient: bool = True) -> Line:
    """What is meant by a line: a number or a title, perhaps with its author. A patient look-up may wait for the sources
    (4 s), so never inside a transaction. Raises NotAnIsbn for a line that wants to be a number and is none."""
    number = _number_in(said)
    if number:
        return _numbered(number, owner, now, patient=patient)
    name, _, rest = TITLE_AND_AUTHOR.sub("\n", said.strip(), count=1).partition("\n")
    return _worded(name, tuple(split_names(rest)), owner)


def read_all(said: Sequence[str], *, owner: "Reader", now: datetime) -> tuple[list[Line], dict[str, isbn.NotAnIsbn]]:
    """The lines, each book once, and those that want to be numbers and are none. Waits for the sources so long together."""
    until, made, wrong = time.monotonic() + PATIENCE, dict[str, Line](), dict[str, isbn.NotAnIsbn]()
    for one in said:
        try:
            line = read(one, owner=owner, now=now, patient=time.monotonic() < until)
        except isbn.NotAnIsbn as refused:
            wrong[one] = refused
        else:
            made.setdefault(line.key, line)
    return list(made.values()), wrong


def read_again(one: Wanted, *, owner: "Reader", now: datetime) -> tuple[Line, Wanted]:
    """A row that stands on the page already, and what of its choice still holds. A row without a number keeps its key: there may
    be several of one title, each another edition. A chosen edition stays chosen whatever the search says now, as what it
    was merged into; one that is no more is to be chosen anew."""
    if number := number_of(one.key):
        return read(number, owner=owner, now=now, patient=False), one
    found = _worded(one.title, one.creators, owner)
    line = replace(found, key=one.key)
    if one.is_another:
        return replace(line, title=one.title, creators=one.creators, record=None, owned=False), one
    title = _standing(one.chosen) if one.chosen else None
    if one.chosen and title is None:
        one = replace(one, edition=None, choosing=True)
    if title is None and (one.choosing or found.number):  # all of them became one, or the words are now those of one
        title = line.record
    if title is None or title in line.alike:
        return line, replace(one, edition=title and Chosen(title.pk))
    if one.choosing:  # the words were of another than those shown
        one = replace(one, title="", creators=())
    return _known(title, one.key, owner), replace(one, edition=Chosen(title.pk))


def apart(line: Line, taken: Collection[str]) -> Line:
    """`taken` are the keys of rows whose edition is chosen: the same title once more is another edition, in a row of its own."""
    if not line.alike or line.key not in taken:
        return line
    return replace(line, key=next(key for n in count(2) if (key := f"{line.key}-{n}") not in taken))


def list_all(*, owner: "Reader", token: str, wanted: Iterable[Wanted], now: datetime, **how: Any) -> Outcome:
    """Each book in a transaction of its own, once for its page's `token` however often it comes; what is refused keeps
    nothing else off the shelf. `how` as for `listing.list_once`, the same for all."""
    outcome = Outcome()
    for one in wanted:
        if one.undecided:
            outcome.refused[one.key] = "which_edition"
            continue
        words = {"title": one.title, "creators": list(one.creators)} if one.title else None
        said = None if one.choosing and one.chosen else words
        try:
            listed = listing.list_once(
                owner=owner, now=now, number=number_of(one.key), said=said, again=one.again, edition=one.edition,
                token=f"{token} {one.key}" if token else "", **how,
            )  # fmt: skip
        except (OnShelf, UnknownIsbn, NoTitle, WhichEdition) as refused:
            outcome.refused[one.key] = refused.code
        else:
            outcome.listed.append(listed.copy)
            outcome.suggested |= listed.suggestion is not None
    return outcome


def _number_in(said: str) -> str:
    try:
        return isbn.parse(said).isbn13
    except isbn.NotAnIsbn as refused:
        if refused.reason == "characters" or not A_NUMBER.fullmatch(said.strip()):
            return ""
        raise


def _numbered(isbn13: str, owner: "Reader", now: datetime, *, patient: bool) -> Line:
    if known := titles.by_isbn(isbn13):
        return _known(known, isbn13, owner)
    found = (lookup.find if patient else lookup.recall)(isbn13, now=now)
    if found.facts is None:
        return Line(isbn13, pending=found.pending)
    record = listing.as_title(found, now=now)
    return Line(isbn13, record.title, tuple(record.creators), record, pending=found.pending)


def _worded(name: str, creators: tuple[str, ...], owner: "Reader") -> Line:
    try:
        alike = _alike(name, creators)
    except SearchTimedOut:
        return Line(key_of(name, creators), name, creators, unsearched=True)
    shown = _editions(alike[:MOST_ALIKE])
    if len(alike) == len(shown) == 1:
        number = next((row.isbn13 for row in shown[0].isbns.all()), "")
        return _known(shown[0], number or key_of(name, shown[0].creators), owner)
    return Line(key_of(name, creators), name, creators, alike=tuple(shown), more=len(alike) - len(shown))


def _known(title: Title, key: str, owner: "Reader") -> Line:
    owned = latest_of(owner=owner, title=title) is not None
    return Line(key, title.title, tuple(title.creators), title, owned)


def _alike(name: str, creators: Sequence[str]) -> list[int]:
    """Titles of the catalogue with just these words, the newest first; with an author given, only theirs. The search may name
    a thousand: of these only the words are read. Raises SearchTimedOut."""
    wanted = match_key(name, creators)
    rows = Title.objects.live().filter(pk__in=search_titles(name).ids).order_by(F("year").desc(nulls_last=True), "pk")
    return [
        pk
        for pk, title, subtitle, theirs in rows.values_list("pk", "title", "subtitle", "creators")
        if wanted in {match_key(words, theirs if creators else ()) for words in (title, f"{title}: {subtitle}")}
    ]


def _standing(pk: int) -> Title | None:
    title = Title.objects.select_related("merged_into").filter(pk=pk).first()
    title = title and (title.merged_into or title)
    return title if title and title.status not in Title.UNSEEN else None


def _editions(pks: Sequence[int]) -> list[Title]:
    """In the order of `pks`."""
    there = Title.objects.defer("summary").prefetch_related("isbns").in_bulk(pks) if pks else {}
    return [there[pk] for pk in pks if pk in there]


def key_of(title: str, creators: Iterable[str]) -> str:
    return "t" + sha256(match_key(title, creators).encode()).hexdigest()[:16]
