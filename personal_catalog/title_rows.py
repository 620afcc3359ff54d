"""Rows of a file as titles of the catalogue, without copies: what the command and the librarians' page both do."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from django.db import IntegrityError

from personal_catalog import bulk, record_numbers
from personal_catalog.bulk import Entry, Outcome
from personal_catalog.facts import BookFacts, from_json
from personal_catalog.files.rows import Problem, Row
from personal_catalog.models import LocalRecord, TitleIsbn
from personal_catalog.repeats import Earlier

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

SOURCE = "file"  # provenance of what an imported file says
AT_ONCE = 300
T = TypeVar("T")

End: TypeAlias = Outcome | Problem
KNOWN = Outcome.UNCHANGED


def in_portions(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def take(rows: Sequence[Row], *, now: datetime, actor: "Reader | None" = None) -> list[End]:
    """How each row ended. Inside a transaction of the caller's or outside: each portion is one of its own."""
    ends, entries = _sorted_out(rows)
    places, whole = list(entries), list(entries.values())
    try:
        taken: list[End] = [outcome for _title, outcome in bulk.take_over(whole, source=SOURCE, actor=actor, now=now)]
    except IntegrityError:  # somebody else writes at this moment: then one by one
        taken = [_alone(entry, actor, now) for entry in whole]
    return _joined(ends, dict(zip(places, taken, strict=True)))


def foresee(rows: Sequence[Row], earlier: Earlier, *, now: datetime) -> list[End]:
    """How they would end after those of the `earlier` portions, as far as the catalogue of this moment tells. Changes
    nothing."""
    ends, entries = _sorted_out(rows)
    return _joined(ends, dict(zip(entries, bulk.foresee(list(entries.values()), earlier, now=now), strict=True)))


def earlier_ones(rows: Iterable[Row]) -> Earlier:
    """For `foresee` to go on behind these."""
    earlier = Earlier()
    for portion in in_portions(rows):
        bulk.remember([Entry(row.facts) for row in portion if row.facts and row.problem is None], earlier)
    return earlier


def _alone(entry: Entry, actor: "Reader | None", now: datetime) -> End:
    try:
        return bulk.take_over([entry], source=SOURCE, actor=actor, now=now)[0][1]
    except IntegrityError:
        return Problem("not_saved")


def _joined(ends: dict[int, End], more: dict[int, End]) -> list[End]:
    return [end for _place, end in sorted({**ends, **more}.items())]


def _sorted_out(rows: Sequence[Row]) -> tuple[dict[int, End], dict[int, Entry]]:
    """What has ended already, and what the others say; by their place among the rows."""
    ends: dict[int, End] = {}
    entries: dict[int, Entry] = {}
    nameless = {row.isbn13 for row in rows if row.problem is None and row.facts is None}
    known = set(TitleIsbn.objects.filter(isbn13__in=nameless).values_list("isbn13", flat=True))
    listed = _listed(nameless - known)
    numbered = record_numbers.known_among(row.facts for row in rows if row.facts and not row.by_title)
    for place, row in enumerate(rows):
        if row.problem is not None:
            ends[place] = row.problem
        elif row.facts is not None:
            if row.by_title or numbered.intersection(record_numbers.keys_of(row.facts)):
                entries[place] = Entry(row.facts)
            else:
                ends[place] = Problem("which_book")
        elif row.isbn13 in known:
            ends[place] = KNOWN
        elif row.isbn13 in listed:
            entries[place] = Entry(listed[row.isbn13])
        else:
            ends[place] = Problem("no_title", {"cell": row.isbn13})
    return ends, entries


def _listed(isbns: Iterable[str]) -> dict[str, BookFacts]:
    """What the local list says of numbers that come without a title."""
    rows = LocalRecord.objects.filter(isbn13__in=list(isbns))
    return {row.isbn13: from_json({**row.facts, "isbns": [row.isbn13]}) for row in rows}
