"""What the catalogue does with a portion of a library's records: they find their title, make one, or leave theirs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from library_bridge.marc.files import Read
from library_bridge.marc.problems import Broken
from library_bridge.models import Library
from library_bridge.ports import Gone
from personal_catalog import bulk
from personal_catalog.bulk import Entry, Outcome
from personal_catalog.facts import BookFacts
from personal_catalog.models import Title
from personal_catalog.records import facts_of
from sharing.models import HarvestedRecord

Problem = dict[str, object]
Figures = dict[str, int]


class _Told(NamedTuple):
    """A record as the catalogue would keep it."""

    record_id: str
    facts: BookFacts
    items: int
    digest: str


class _Known(NamedTuple):
    title_id: int
    digest: str
    title_status: str


def take(
    library: Library, changes: Iterable[Read], *, source: str, run: int, now: datetime
) -> tuple[Figures, list[Problem]]:
    """Inside a transaction; a fixed number of queries. Of several words about one record the last counts.

    Figures: records seen; created (with a new title), matched (found their title), changed, unchanged; deleted; broken, and
    nameless ones of those."""
    told, gone, broken = _sorted_out(changes)
    known = _known(library, told)
    same = {one.record_id for one in told if _says_the_same(one, known.get(one.record_id))}
    new = [one for one in told if one.record_id not in same]
    entries = [Entry(one.facts, known[one.record_id].title_id if one.record_id in known else None) for one in new]
    placed = bulk.take_over(entries, source=f"library:{library.code}", now=now)
    seen = same | {one.name for one in broken if one.name}
    HarvestedRecord.objects.filter(library=library, record_id__in=seen).update(run=run, harvested_at=now, source=source)
    HarvestedRecord.objects.bulk_create(
        (
            HarvestedRecord(
                library=library, record_id=one.record_id, title=title, items=one.items, harvested_at=now, source=source,
                digest=one.digest, run=run,
            )
            for one, (title, _outcome) in zip(new, placed, strict=True)
        ),
        update_conflicts=True,
        unique_fields=["library", "record_id"],
        update_fields=["title", "items", "harvested_at", "source", "digest", "run"],
    )  # fmt: skip
    deleted, _rows = HarvestedRecord.objects.filter(library=library, record_id__in=gone).delete()
    figures = Counter(_figure(outcome, one.record_id in known) for one, (_, outcome) in zip(new, placed, strict=True))
    nameless = sum(1 for one in broken if not one.name)
    figures += Counter(unchanged=len(same), deleted=deleted, broken=len(broken), nameless=nameless)
    return {"records": len(told) + len(broken), **figures}, [_problem(one) for one in broken]


def _sorted_out(changes: Iterable[Read]) -> tuple[list[_Told], set[str], list[Broken]]:
    told: dict[str, _Told] = {}
    gone: set[str] = set()
    broken: list[Broken] = []
    for number, change in enumerate(changes, 1):
        if isinstance(change, Broken):
            broken.append(change)
        elif isinstance(change, Gone):
            told.pop(change.record_id, None)
            gone.add(change.record_id)
        elif (facts := bulk.tidy(facts_of(change))).title:
            gone.discard(change.record_id)
            told[change.record_id] = _Told(
                change.record_id, facts, change.item_count, _digest(facts, change.item_count)
            )
        else:
            broken.append(Broken(number, change.record_id, "nothing is left of its title", "give it a title"))
    return list(told.values()), gone, broken


def _digest(facts: BookFacts, items: int) -> str:
    return blake2b(repr((facts, items)).encode(), digest_size=16).hexdigest()


def _known(library: Library, told: list[_Told]) -> dict[str, _Known]:
    rows = HarvestedRecord.objects.filter(library=library, record_id__in=[one.record_id for one in told])
    found = rows.values_list("record_id", "title_id", "digest", "title__status")
    return {record_id: _Known(title_id, digest, status) for record_id, title_id, digest, status in found}


def _says_the_same(one: _Told, known: _Known | None) -> bool:
    return known is not None and known.digest == one.digest and known.title_status not in Title.UNSEEN


def _figure(outcome: Outcome, is_known: bool) -> str:
    if outcome == Outcome.CREATED:
        return "created"
    return "changed" if is_known else "matched"


def _problem(broken: Broken) -> Problem:
    named = asdict(broken)
    return {"record": named.pop("number"), **named}
