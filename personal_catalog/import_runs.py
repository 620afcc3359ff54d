"""Rows of an import on their way to the shelf, each exactly once, however often and by however many workers the job is run.

First those about which somebody near by knows all, many in one transaction; then one by one those for which sources far away
have to be asked.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from django.db import OperationalError, transaction
from django.db.models import F

from personal_catalog import audiences, bulk, copies, isbn, lookup, titles
from personal_catalog.bulk import Entry
from personal_catalog.facts import from_json, with_language
from personal_catalog.imports import PATIENCE
from personal_catalog.lookup.load import load_when_changed
from personal_catalog.models import Copy, ImportJob, ImportRow, LocalRecord, Title, TitleIsbn

logger = logging.getLogger(__name__)
AT_ONCE = 200
LOCAL = "local_file"
Ready = ImportRow.Status.READY
Act: TypeAlias = Callable[[Sequence[int], ImportJob, datetime], None]


def run_import(*, job_id: int, now: datetime, seconds: float | None = None) -> ImportJob:
    """Makes copies of the rows that are ready, at most for so many seconds. Not inside a transaction: it may ask sources
    for each row."""
    end = None if seconds is None else time.monotonic() + seconds
    open_states = (ImportJob.Status.QUEUED, ImportJob.Status.RUNNING)
    running = ImportJob.objects.filter(pk=job_id, status__in=open_states)
    running.update(status=ImportJob.Status.RUNNING, act_by=now + PATIENCE)
    job = ImportJob.objects.select_related("reader__area").get(pk=job_id)
    if job.status != ImportJob.Status.RUNNING:
        return job
    if not (_list_what_is_known(job, now, end) and _ask_for_the_rest(job, now, end)):
        running.update(act_by=now)
    if not job.rows.filter(status=Ready).exists():
        running.update(status=ImportJob.Status.DONE, act_by=None, finished_at=now)
    job.refresh_from_db()
    return job


def _list_what_is_known(job: ImportJob, now: datetime, end: float | None) -> bool:
    """False when the time is over."""
    load_when_changed()
    last = 0
    while numbers := _numbers(job, last):
        _try(_list_portion, numbers, job, now)
        last = numbers[-1]
        if end is not None and time.monotonic() > end:
            return False
    return True


def _ask_for_the_rest(job: ImportJob, now: datetime, end: float | None) -> bool:
    for number in list(job.rows.filter(status=Ready).order_by("number").values_list("number", flat=True)):
        _try(_run_row, [number], job, now)
        if end is not None and time.monotonic() > end:
            return False
    return True


def _numbers(job: ImportJob, last: int) -> list[int]:
    rows = job.rows.filter(status=Ready, number__gt=last).order_by("number")
    return list(rows.values_list("number", flat=True)[:AT_ONCE])


def _try(act: Act, numbers: Sequence[int], job: ImportJob, now: datetime) -> None:
    """One bad row costs neither the rows beside it nor the sweep. A database that is away is no fault of the row's."""
    try:
        act(numbers, job, now)
    except OperationalError:
        raise
    except Exception:
        if len(numbers) > 1:  # which of them it is shows when each is tried alone
            logger.warning("rows %s to %s of import %s", numbers[0], numbers[-1], job.pk, exc_info=True)
            for number in numbers:
                _try(_list_portion, [number], job, now)
            return
        logger.exception("row %s of import %s failed", numbers[0], job.pk)
        with transaction.atomic():
            for row in _lock_ready(job, numbers):
                row.status, row.problem = ImportRow.Status.FAILED, "broken"
                _close([row], job, now)


def _list_portion(numbers: Sequence[int], job: ImportJob, now: datetime) -> None:
    """Rows whose title the catalogue or the local list has, and those that have no number to ask by."""
    with transaction.atomic():
        rows = _lock_ready(job, numbers)
        copies.lock_owner(job.reader)
        found = _titles_near_by(rows, job, now)
        known = [row for row in rows if row.pk in found]
        _decide(known, found, job, now)
        _close(known, job, now)


def _run_row(numbers: Sequence[int], job: ImportJob, now: datetime) -> None:
    """A single one: outside the transaction its sources are asked."""
    isbn13 = job.rows.values_list("isbn13", flat=True).get(number__in=numbers)
    known = bool(isbn13) and titles.by_isbn(isbn13) is not None
    found = lookup.find(isbn13, now=now) if isbn13 and not known else lookup.Found(None)
    with transaction.atomic():
        for row in _lock_ready(job, numbers):
            copies.lock_owner(job.reader)
            title = (titles.by_isbn(row.isbn13) if row.isbn13 else None) or _title_of(row, job, found, now)
            if title is None:
                row.status, row.problem = ImportRow.Status.FAILED, "unknown_isbn"
            else:
                _decide([row], {row.pk: title}, job, now)
            _close([row], job, now)


def _lock_ready(job: ImportJob, numbers: Sequence[int]) -> list[ImportRow]:
    """Without those that another worker has done."""
    rows = job.rows.select_for_update(of=("self",), no_key=True).filter(number__in=numbers, status=Ready)
    return list(rows.order_by("number"))


def _close(rows: Sequence[ImportRow], job: ImportJob, now: datetime) -> None:
    if not rows:
        return
    ImportRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["pk"], update_fields=["status", "problem", "copy", "title"]
    )
    ImportJob.objects.filter(pk=job.pk).update(
        done=F("done") + len(rows),
        created=F("created") + sum(row.status == ImportRow.Status.CREATED for row in rows),
        failed=F("failed") + sum(row.status == ImportRow.Status.FAILED for row in rows),
        act_by=now + PATIENCE,
    )


def _decide(rows: Sequence[ImportRow], found: dict[int, Title], job: ImportJob, now: datetime) -> None:
    """What is on the shelf already is not listed again."""
    owned = copies.owned_titles(owner=job.reader, titles=[title.pk for title in found.values()])
    new: list[ImportRow] = []
    for row in rows:
        title = found[row.pk]
        row.title = title.title
        if title.pk in owned:
            row.status, row.problem = ImportRow.Status.SKIPPED, "owned"
        else:
            owned.add(title.pk)
            new.append(row)
    made = copies.register_copies(
        titles=[(found[row.pk], str(row.facts.get("note", "")) if job.remarks else "") for row in new],
        owner=job.reader,
        mode=job.mode,
        visibility=audiences.still(job.visibility, owner=job.reader),
        source=Copy.Source.IMPORT,
        now=now,
    )
    for row, copy in zip(new, made, strict=True):
        row.status, row.copy_id = ImportRow.Status.CREATED, copy.pk  # two that hold each other stay in memory long


def _titles_near_by(rows: Sequence[ImportRow], job: ImportJob, now: datetime) -> dict[int, Title]:
    """By the row's id; rows that are missing have a number that nobody near by knows."""
    numbered = {row.isbn13: row for row in rows if row.isbn13}
    known = _catalogued(list(numbered))
    listed = {
        record.isbn13: record.facts for record in LocalRecord.objects.filter(isbn13__in=numbered.keys() - known.keys())
    }
    local = [row for row in rows if row.isbn13 in listed]
    said = [row for row in rows if not row.isbn13]
    far = [_entry({**listed[row.isbn13], "isbns": [row.isbn13]}) for row in local]
    placed = bulk.take_over(far, source=LOCAL, actor=job.reader, now=now)
    placed += bulk.take_over([_entry(row.facts) for row in said], source=titles.READER, actor=job.reader, now=now)
    found = {row.pk: title for row, (title, _outcome) in zip([*local, *said], placed, strict=True)}
    return found | {row.pk: known[row.isbn13] for row in rows if row.isbn13 in known}


def _entry(stored: dict[str, Any]) -> Entry:
    return Entry(with_language(from_json(stored)))


def _catalogued(isbns: Collection[str]) -> dict[str, Title]:
    """Titles of these numbers, locked so that no merge comes between them and their copies."""
    carrying = dict(TitleIsbn.objects.filter(isbn13__in=isbns).values_list("isbn13", "title_id"))
    rows = Title.objects.live().filter(pk__in=set(carrying.values())).order_by("pk")
    found = {title.pk: title for title in rows.select_for_update(of=("self",), no_key=True)}
    return {isbn13: found[title_id] for isbn13, title_id in carrying.items() if title_id in found}


def _title_of(row: ImportRow, job: ImportJob, found: lookup.Found, now: datetime) -> Title | None:
    """By the sources; else as the file says; else a stub, if a source that is silent now may know it later."""
    if found.facts is not None:
        title = titles.find_or_create(
            facts=found.facts, source=found.sources[0], provenance=found.provenance, actor=job.reader, now=now
        )
        if found.pending:
            titles.await_lookup(title_id=title.pk, now=now)
        return title
    said = from_json(row.facts)
    if said.title:
        return titles.add_by_hand(facts=said, actor=job.reader, now=now, lookup_pending=found.pending)
    if row.isbn13 and found.pending:
        return titles.add_stub(isbn13=row.isbn13, hyphenated=isbn.hyphenate(row.isbn13), actor=job.reader, now=now)
    return None
