"""Listing a copy, from a number or from what a reader types: what the add page and the API's `addCopy` call."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from personal_catalog import copies, curation, lookup, titles
from personal_catalog.errors import UnknownIsbn
from personal_catalog.facts import FIELDS, BookFacts, typed
from personal_catalog.models import Copy, Title, TitleSuggestion

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


@dataclass(frozen=True)
class Listed:
    copy: Copy
    suggestion: TitleSuggestion | None = None


def list_copy(
    *, owner: "Reader", now: datetime, number: str = "", said: Mapping[str, object] | None = None, **how: Any
) -> Listed:
    """`number` is an ISBN in any form, `said` what the reader typed (fields of BookFacts); one of them is needed.
    `how` are the words for `copies.register_copy`: mode, condition, note, visibility.

    May wait for the sources (4 s), so never inside a transaction. Raises NotAnIsbn, NoTitle, UnknownIsbn (nobody knows
    the number and no title was typed), ValueError for a word that is no choice. What a reader types never changes a
    record that is there already: it becomes a suggestion (T-D5).
    """
    isbn13 = lookup.parse(number).isbn13 if number else ""
    words = typed({**(said or {}), **({"isbns": [isbn13]} if isbn13 else {})})
    known = titles.by_isbn(isbn13) if isbn13 else None
    found = lookup.find(isbn13, now=now) if isbn13 and known is None else lookup.Found(None)
    if isbn13 and known is None and found.facts is None and not words.title:
        raise UnknownIsbn(pending=found.pending)
    source = Copy.Source.ISBN if known or found.facts else Copy.Source.TYPED
    with transaction.atomic():
        title = known or _new_title(owner, words, found, now)
        copy = copies.register_copy(title=title, owner=owner, now=now, source=source, **how)
        return Listed(copy, _suggest(title, owner, words, now) if known and said else None)


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
