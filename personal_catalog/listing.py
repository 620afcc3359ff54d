"""Listing a copy, from a number or from what a reader types: what the add page and the API's `addCopy` call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import transaction

from personal_catalog import copies, curation, lookup, sent_forms, tags, titles
from personal_catalog.errors import OnShelf, UnknownIsbn, WhichEdition
from personal_catalog.facts import FIELDS, BookFacts, typed
from personal_catalog.models import Copy, Title, TitleSuggestion

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


@dataclass(frozen=True)
class Chosen:
    """The reader has seen what the catalogue has alike; theirs is this title."""

    title_id: int


@dataclass(frozen=True)
class Another:
    """They have seen them; theirs is none of these."""


Edition: TypeAlias = Chosen | Another | None
"""None: nobody has asked, or they have not answered."""


@dataclass(frozen=True)
class Listed:
    copy: Copy
    suggestion: TitleSuggestion | None = None
    again: bool = False
    """The same form had been sent before."""


@dataclass(frozen=True)
class _Book:
    """What is to be listed: the reader's `words`, the title that has the number already, else what sources say."""

    words: BookFacts
    said: bool
    known: Title | None
    found: lookup.Found


def list_copy(
    *,
    owner: "Reader",
    now: datetime,
    number: str = "",
    said: Mapping[str, object] | None = None,
    tagged: Sequence[str] = (),
    **how: Any,
) -> Listed:
    """`number` is an ISBN in any form, `said` what the reader typed (fields of BookFacts); one of them is needed.
    `how` are the words for `copies.register_copy`: mode, condition, note, visibility. `tagged` are the names of tags.

    May wait for the sources (4 s), so never inside a transaction. Raises NotAnIsbn, NoTitle, UnknownIsbn (nobody knows
    the number and no title was typed), TagRefused (too_many; nothing is listed),
    ValueError for a word that is no choice. What a reader types never changes a
    record that is there already: it becomes a suggestion (T-D5).
    """
    book = _book(number, said, now, lookup.find)
    with transaction.atomic(durable=True):
        if tagged:
            tags.lock(owner)
        listed = _list(book, _title(book, owner, now), owner, now, how)
        if tagged:
            tags.put_on(listed.copy, actor=owner, names=tagged)
        return listed


def list_once(
    *,
    token: str,
    again: bool,
    owner: "Reader",
    now: datetime,
    number: str = "",
    said: Mapping[str, object] | None = None,
    edition: Edition = None,
    **how: Any,
) -> Listed:
    """Like `list_copy`, for a page that has shown what the sources say: they are not asked again. The same form,
    known by its page's `token` and by what it says, leads to the same copy however often it comes, also at once.
    `edition`: what a reader says of a book without a number. Of a chosen title that was merged since it is the other,
    WhichEdition for one that is no more; another than these is a new title, whatever is like it.
    OnShelf when the owner has a copy already and does not say that this is another (`again`). Locks the owner."""
    if number and edition:
        raise ValueError("who has the number has the edition")
    key = sent_forms.key_of(token, [number, said, again, repr(edition), how])
    if earlier := sent_forms.copy_from(reader=owner, key=key):
        return Listed(earlier, again=True)
    chosen = edition.title_id if isinstance(edition, Chosen) else None
    book = _book(number, said, now, lookup.recall) if chosen is None else _chosen(chosen, said)
    with transaction.atomic(durable=True):
        copies.lock_owner(owner)
        if earlier := sent_forms.copy_from(reader=owner, key=key):
            return Listed(earlier, again=True)
        other = isinstance(edition, Another)
        title = titles.add_another(facts=book.words, actor=owner, now=now) if other else _title(book, owner, now)
        if chosen is not None and title.status in Title.UNSEEN:
            raise WhichEdition
        if not again and (own := copies.latest_of(owner=owner, title=title)):
            raise OnShelf(own)
        listed = _list(book, title, owner, now, how)
        sent_forms.remember(reader=owner, key=key, copy=listed.copy, now=now)
        return listed


def as_title(found: lookup.Found, *, now: datetime) -> Title:
    """The found facts in the clothes of a title, to be shown and not to be saved."""
    assert found.facts is not None
    return titles.prepare(found.facts, source=found.sources[0], provenance=found.provenance, now=now)


def _book(number: str, said: Mapping[str, object] | None, now: datetime, look_up: Callable[..., lookup.Found]) -> _Book:
    isbn13 = lookup.parse(number).isbn13 if number else ""
    words = typed({**(said or {}), **({"isbns": [isbn13]} if isbn13 else {})})
    known = titles.by_isbn(isbn13) if isbn13 else None
    found = look_up(isbn13, now=now) if isbn13 and known is None else lookup.Found(None)
    if isbn13 and known is None and found.facts is None and not words.title:
        raise UnknownIsbn(pending=found.pending)
    return _Book(words, bool(said), known, found)


def _chosen(title_id: int, said: Mapping[str, object] | None) -> _Book:
    title = Title.objects.filter(pk=title_id).first()
    if title is None:
        raise WhichEdition
    return _Book(typed(said or {}), bool(said), title, lookup.Found(None))


def _list(book: _Book, title: Title, owner: "Reader", now: datetime, how: Mapping[str, Any]) -> Listed:
    by_number = book.found.facts or (book.known and book.words.isbns)
    source = Copy.Source.ISBN if by_number else Copy.Source.TYPED
    copy = copies.register_copy(title=title, owner=owner, now=now, source=source, **how)
    return Listed(copy, _suggest(title, owner, book.words, now) if book.known and book.said else None)


def _title(book: _Book, owner: "Reader", now: datetime) -> Title:
    """Locked, so that no merge comes between it and its copy."""
    return titles.standing((book.known or _new_title(owner, book.words, book.found, now)).pk)


def _new_title(owner: "Reader", words: BookFacts, found: lookup.Found, now: datetime) -> Title:
    if found.facts is None:
        return titles.add_by_hand(facts=words, actor=owner, now=now, lookup_pending=found.pending)
    corrected = {name: value for name, value in words.given().items() if getattr(found.facts, name) != value}
    corrected.pop("isbns", None)
    title = titles.find_or_create(
        facts=replace(found.facts, **corrected),
        source=found.sources[0],
        provenance={**found.provenance, **dict.fromkeys(corrected, titles.READER)},
        actor=owner,
        now=now,
    )
    if found.pending:
        titles.await_lookup(title_id=title.pk, now=now)
    return title


def _suggest(title: Title, owner: "Reader", words: BookFacts, now: datetime) -> TitleSuggestion | None:
    changes = {name: value for name, value in words.given().items() if name in FIELDS and name != "isbns"}
    return curation.suggest_correction(title=title, reader=owner, changes=changes, now=now)
