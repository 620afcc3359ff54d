"""Where a source says of a field what the record does not say: noted for a curator, never decided here."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from rapidfuzz import fuzz

from personal_catalog.facts import BookFacts, from_json
from personal_catalog.models import CurationRound, FieldConflict, LookupCache, Title
from personal_catalog.people import plain_name
from personal_catalog.search.analyse import letters

BY_HAND = ("reader", "curator", "isbn")
"""What a reader typed contradicts nobody; what a curator decided nobody contradicts."""
ALIKE = 70
STEP = 200
ROUND = "conflicts"


def note(title: Title, facts: BookFacts, *, source: str, now: datetime) -> None:
    """Inside the caller's transaction."""
    if source and source not in BY_HAND:
        keep(found(title, facts, source=source, now=now))


def found(title: Title, facts: BookFacts, *, source: str, now: datetime) -> list[FieldConflict]:
    return [
        FieldConflict(title=title, field=name, source=source, value=_plain(getattr(facts, name)), seen_at=now)
        for name, differ in DIFFER.items()
        if title.provenance.get(name) not in (source, *BY_HAND)
        and (ours := getattr(title, name))
        and (theirs := getattr(facts, name))
        and differ(ours, theirs)
    ]


def keep(conflicts: Iterable[FieldConflict]) -> None:
    """The same word of the same source is asked about once."""
    for conflict in conflicts:
        about = {"title": conflict.title, "field": conflict.field, "source": conflict.source}
        says = {"value": conflict.value, "seen_at": conflict.seen_at}
        row, created = FieldConflict.objects.get_or_create(**about, defaults=says)
        if not created and row.value != conflict.value:
            FieldConflict.objects.filter(pk=row.pk).update(
                **says, status=FieldConflict.Status.OPEN, decided_at=None, decided_by=None
            )


def look_through_answers(*, now: datetime) -> int:
    """What the sources answered since the last round, against the records; returns how many answers were looked at."""
    state, _ = CurationRound.objects.get_or_create(name=ROUND)
    rows = LookupCache.objects.filter(hit=True).order_by("fetched_at", "pk")
    batch = list(since(rows, "fetched_at", state)[:STEP])
    numbers = {row.isbn13 for row in batch}
    titles = Title.objects.live().filter(isbns__isbn13__in=numbers).prefetch_related("isbns")
    by_isbn = {number.isbn13: title for title in titles.distinct() for number in title.isbns.all()}
    for row in batch:
        if title := by_isbn.get(row.isbn13):
            note(title, from_json(row.facts), source=row.source, now=now)
    if batch:
        go_on(state, batch[-1].fetched_at, batch[-1].pk)
    return len(batch)


def since(rows: Any, field: str, state: CurationRound) -> Any:
    """Of the rows ordered by that moment and their key, those after the point at which the last round ended."""
    if state.until is None:
        return rows
    return rows.filter(**{f"{field}__gte": state.until}).exclude(**{field: state.until, "pk__lte": state.last_pk})


def go_on(state: CurationRound, until: datetime, last_pk: int) -> None:
    state.until, state.last_pk = until, last_pk
    state.save(update_fields=["until", "last_pk"])


def _texts_differ(ours: str, theirs: str) -> bool:
    """Neither holds the other, and they are not alike."""
    one, other = letters(ours), letters(theirs)
    return one not in other and other not in one and fuzz.ratio(one, other) < ALIKE


def _names_differ(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Not one person in common, in whatever order the parts of a name stand."""
    names = [
        {" ".join(sorted(plain_name(name).casefold().replace(",", " ").split())) for name in side}
        for side in (ours, theirs)
    ]
    return not any(not _texts_differ(one, other) for one in names[0] for other in names[1])


def _values_differ(ours: Any, theirs: Any) -> bool:
    return bool(ours != theirs)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


DIFFER: dict[str, Callable[[Any, Any], bool]] = {
    "title": _texts_differ,
    "creators": _names_differ,
    "publisher": _texts_differ,
    "year": _values_differ,
    "language": _values_differ,
}
