"""Importing many books. The file becomes rows at once; each row becomes a copy in a transaction of its own, exactly once,
however often and by however many workers the job is run."""

import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import OperationalError, transaction
from django.db.models import F

from personal_catalog import copies, isbn, lookup, titles
from personal_catalog.errors import ImportRefused
from personal_catalog.facts import from_json
from personal_catalog.facts import text as clean_text
from personal_catalog.import_files import Row, read_rows
from personal_catalog.models import Copy, ImportJob, ImportRow, LocalRecord, Title, TitleIsbn

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

logger = logging.getLogger(__name__)
PREVIEW_DAYS = timedelta(days=7)
PATIENCE = timedelta(minutes=5)
AT_ONCE = 500
TITLE_LENGTH = 500


def start_import(
    *, reader: "Reader", content: bytes, format: str, mode: str, now: datetime, commit: bool = False
) -> ImportJob:
    """Reads the file into rows: a preview, or queued at once with `commit`. Raises ImportRefused; ValueError for a mode
    that is none. The caller sends `tasks.run_import` after the commit; the sweep does it otherwise.

    The file is read before the transaction, so that a long one keeps no other writer waiting."""
    if mode not in Copy.Mode.values:
        raise ValueError(f"{mode!r} is not a mode")
    if len(content) > settings.IMPORT_MAX_BYTES:
        raise ImportRefused("too_large")
    _require_patience(reader)
    rows = read_rows(content, format, most_rows=settings.IMPORT_MAX_ROWS, most_columns=settings.IMPORT_MAX_COLUMNS)
    return _save(reader, rows, format, mode, now, commit=commit)


@transaction.atomic
def _save(reader: "Reader", rows: list[Row], format: str, mode: str, now: datetime, *, commit: bool) -> ImportJob:
    get_user_model()._default_manager.select_for_update(of=("self",)).get(pk=reader.pk)  # two tabs, one limit
    _require_patience(reader)
    _make_room(reader, now)
    status, act_by = (ImportJob.Status.QUEUED, now) if commit else (ImportJob.Status.PREVIEWED, now + PREVIEW_DAYS)
    job = ImportJob.objects.create(
        reader=reader, format=format, mode=mode, status=status, total=len(rows), created_at=now, act_by=act_by
    )
    ImportRow.objects.bulk_create(_judged(job, rows), batch_size=AT_ONCE)
    counted = job.rows.exclude(status=ImportRow.Status.READY)
    job.done, job.failed = counted.count(), counted.filter(status=ImportRow.Status.FAILED).count()
    job.save(update_fields=["done", "failed"])
    return job


def _require_patience(reader: "Reader") -> None:
    """So many files of one reader at a time, and no more: the others' wait in the same queue."""
    at_work = ImportJob.objects.filter(reader=reader, status__in=(ImportJob.Status.QUEUED, ImportJob.Status.RUNNING))
    if at_work.count() >= settings.IMPORTS_AT_ONCE:
        raise ImportRefused("imports_running")


def _make_room(reader: "Reader", now: datetime) -> None:
    """The oldest previews that nobody confirmed give way to a new one."""
    previews = ImportJob.objects.filter(reader=reader, status=ImportJob.Status.PREVIEWED).order_by("-pk")
    old = list(previews.values_list("pk", flat=True)[settings.IMPORTS_AT_ONCE - 1 :])
    _end_previews(old, now)


def confirm_import(*, job_id: int, reader: "Reader", now: datetime) -> ImportJob:
    """From preview to the queue; confirming twice changes nothing. ImportJob.DoesNotExist for another's job; ImportRefused
    while too many are at work."""
    job = ImportJob.objects.get(pk=job_id, reader=reader)
    previewed = ImportJob.objects.filter(pk=job.pk, status=ImportJob.Status.PREVIEWED)
    if previewed.exists():
        _require_patience(reader)
    previewed.update(status=ImportJob.Status.QUEUED, act_by=now)
    job.refresh_from_db()
    return job


@transaction.atomic
def name_rows(*, job_id: int, reader: "Reader", names: Mapping[int, str]) -> None:
    """Titles the reader typed into the preview for rows that had none. Rows that are named, done or another's stay."""
    rows = ImportRow.objects.select_for_update(of=("self",)).filter(
        job=job_id, job__reader=reader, job__status=ImportJob.Status.PREVIEWED, status=ImportRow.Status.READY, title=""
    )
    for row in rows.filter(pk__in=names):
        row.title = clean_text(names[row.pk], TITLE_LENGTH)
        row.facts = {**row.facts, "title": row.title}
        row.save(update_fields=["title", "facts"])


def run_import(*, job_id: int, now: datetime, seconds: float | None = None) -> ImportJob:
    """Makes copies of the rows that are ready, at most for so many seconds. Not inside a transaction: it may ask sources
    for each row."""
    end = None if seconds is None else time.monotonic() + seconds
    open_states = (ImportJob.Status.QUEUED, ImportJob.Status.RUNNING)
    running = ImportJob.objects.filter(pk=job_id, status__in=open_states)
    running.update(status=ImportJob.Status.RUNNING, act_by=now + PATIENCE)
    job = ImportJob.objects.select_related("reader").get(pk=job_id)
    if job.status != ImportJob.Status.RUNNING:
        return job
    for row_id in job.rows.filter(status=ImportRow.Status.READY).order_by("number").values_list("pk", flat=True):
        _try_row(row_id, job, now)
        if end is not None and time.monotonic() > end:
            running.update(act_by=now)
            break
    if not job.rows.filter(status=ImportRow.Status.READY).exists():
        running.update(status=ImportJob.Status.DONE, act_by=None, finished_at=now)
    job.refresh_from_db()
    return job


def _try_row(row_id: int, job: ImportJob, now: datetime) -> None:
    """One bad row costs neither the rows behind it nor the sweep. A database that is away is no fault of the row's."""
    try:
        _run_row(row_id, job, now)
    except OperationalError:
        raise
    except Exception:
        logger.exception("row %s of import %s failed", row_id, job.pk)
        with transaction.atomic():
            row = _lock_ready(row_id)
            if row is not None:
                row.status, row.problem = ImportRow.Status.FAILED, ImportRow.Problem.BROKEN
                _close(row, job, now)


def _run_row(row_id: int, job: ImportJob, now: datetime) -> None:
    isbn13 = ImportRow.objects.values_list("isbn13", flat=True).get(pk=row_id)
    known = bool(isbn13) and titles.by_isbn(isbn13) is not None
    found = lookup.find(isbn13, now=now) if isbn13 and not known else lookup.Found(None)
    with transaction.atomic():
        row = _lock_ready(row_id)
        if row is None:
            return
        copies.lock_owner(job.reader)
        _decide(row, job, found, now)
        _close(row, job, now)


def _lock_ready(row_id: int) -> ImportRow | None:
    """None when another worker has done it."""
    return (
        ImportRow.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=row_id, status=ImportRow.Status.READY)
        .first()
    )


def _close(row: ImportRow, job: ImportJob, now: datetime) -> None:
    row.save(update_fields=["status", "problem", "copy", "title"])
    ImportJob.objects.filter(pk=job.pk).update(
        done=F("done") + 1,
        created=F("created") + int(row.status == ImportRow.Status.CREATED),
        failed=F("failed") + int(row.status == ImportRow.Status.FAILED),
        act_by=now + PATIENCE,
    )


def _decide(row: ImportRow, job: ImportJob, found: lookup.Found, now: datetime) -> None:
    title = (titles.by_isbn(row.isbn13) if row.isbn13 else None) or _title_of(row, job, found, now)
    if title is None:
        row.status, row.problem = ImportRow.Status.FAILED, ImportRow.Problem.UNKNOWN_ISBN
        return
    row.title = title.title
    if copies.latest_of(owner=job.reader, title=title):
        row.status, row.problem = ImportRow.Status.SKIPPED, ImportRow.Problem.OWNED
        return
    row.copy = copies.register_copy(
        title=title,
        owner=job.reader,
        mode=job.mode,
        note=str(row.facts.get("note", "")),
        source=Copy.Source.IMPORT,
        now=now,
    )
    row.status = ImportRow.Status.CREATED


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


def _judged(job: ImportJob, rows: list[Row]) -> list[ImportRow]:
    """The rows as the preview shows them: named where the number is known here, marked where it is repeated."""
    names = _known_names({row.isbn13 for row in rows if row.isbn13})
    seen: set[str] = set()
    made = []
    for number, row in enumerate(rows, 1):
        status, problem = ImportRow.Status.READY, row.problem
        if problem:
            status = ImportRow.Status.FAILED
        elif row.isbn13 and row.isbn13 in seen:
            status, problem = ImportRow.Status.SKIPPED, ImportRow.Problem.REPEATED
        seen.add(row.isbn13)
        title = names.get(row.isbn13) or str(row.facts.get("title", ""))
        facts = {**row.facts, "note": row.note[: copies.NOTE_LENGTH]}
        made.append(
            ImportRow(
                job=job, number=number, status=status, problem=problem, isbn13=row.isbn13, title=title, facts=facts
            )
        )
    return made


def _known_names(isbns: set[str]) -> dict[str, str]:
    wanted, names = sorted(isbns), dict[str, str]()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        names |= {r.isbn13: str(r.facts.get("title", "")) for r in LocalRecord.objects.filter(isbn13__in=some)}
        names |= dict(TitleIsbn.objects.filter(isbn13__in=some).values_list("isbn13", "title__title"))
    return names


def claim_due(*, now: datetime) -> list[int]:
    """Jobs that nobody works on: queued ones the broker lost, running ones whose worker died."""
    open_states = (ImportJob.Status.QUEUED, ImportJob.Status.RUNNING)
    due = ImportJob.objects.filter(status__in=open_states, act_by__lte=now).order_by("act_by")
    return [
        job.pk
        for job in due[:3]
        if ImportJob.objects.filter(pk=job.pk, act_by=job.act_by).update(act_by=now + PATIENCE)
    ]


def drop_stale_previews(*, now: datetime) -> list[int]:
    """A preview that nobody confirmed within a week ends."""
    stale = ImportJob.objects.filter(status=ImportJob.Status.PREVIEWED, act_by__lte=now)
    ids = list(stale.values_list("pk", flat=True)[:100])
    _end_previews(ids, now)
    return ids


def _end_previews(ids: list[int], now: datetime) -> None:
    ImportJob.objects.filter(pk__in=ids, status=ImportJob.Status.PREVIEWED).update(
        status=ImportJob.Status.FAILED, act_by=None, finished_at=now
    )
