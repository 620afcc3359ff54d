"""Importing titles by librarians: the file is kept, looked at in the background, and taken over when they say so. Each
portion of rows is one transaction with the place to go on, so that a row counts once however often the job is started."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import OperationalError, transaction

from personal_catalog import claims, title_rows
from personal_catalog.bulk import Outcome
from personal_catalog.errors import ImportRefused, NotAllowed
from personal_catalog.files import kinds
from personal_catalog.files.rows import Problem, Row
from personal_catalog.models import TitleImport, TitleImportProblem
from personal_catalog.repeats import Earlier
from personal_catalog.title_rows import End

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

logger = logging.getLogger(__name__)
Status = TitleImport.Status
PREVIEW_DAYS = timedelta(days=7)
PATIENCE = timedelta(minutes=5)
RIGHTS = ("personal_catalog.add_title", "personal_catalog.change_title")


def may_import(actor: "Reader") -> bool:
    return actor.is_active and actor.has_perms(RIGHTS)


@transaction.atomic
def start(*, actor: "Reader", name: str, content: bytes, format: str, now: datetime) -> TitleImport:
    """Keeps the file to be looked at. Raises NotAllowed; ImportRefused while too many of theirs are open. The caller sends
    `tasks.run_title_import` after the commit; the sweep does it otherwise."""
    if not may_import(actor):
        raise NotAllowed
    if len(content) > settings.IMPORT_MAX_BYTES:
        raise ImportRefused("too_large")
    get_user_model()._default_manager.select_for_update(of=("self",), no_key=True).get(
        pk=actor.pk
    )  # two tabs, one limit
    mine = TitleImport.objects.filter(librarian=actor)
    if mine.filter(status__in=TitleImport.AT_WORK).count() >= settings.IMPORTS_AT_ONCE:
        raise ImportRefused("imports_running")
    previews = mine.filter(status=Status.PREVIEWED).values_list("pk", flat=True)
    _end(list(previews[settings.IMPORTS_AT_ONCE - 1 :]), now)
    return TitleImport.objects.create(
        librarian=actor, name=name[:200], format=format, content=content, created_at=now, act_by=now
    )


@transaction.atomic
def confirm(*, import_id: int, actor: "Reader", now: datetime) -> TitleImport:
    """From the look at it to the queue; a second time changes nothing. The problems are noted anew: the catalogue may have
    changed meanwhile."""
    job = _lock(import_id, actor)
    if job.status == Status.PREVIEWED:
        job.problems.all().delete()
        job.done = job.created = job.matched = job.failed = 0
        job.seconds, job.status, job.act_by, job.librarian = 0, Status.QUEUED, now, actor
        job.save()
    return job


@transaction.atomic
def drop(*, import_id: int, actor: "Reader", now: datetime) -> TitleImport:
    """A preview that is not wanted ends; what has begun goes on."""
    job = _lock(import_id, actor)
    if job.status == Status.PREVIEWED:
        _end([job.pk], now)
        job.refresh_from_db()
    return job


def run(*, import_id: int, now: datetime, seconds: float | None = None) -> TitleImport:
    """Looks at the file, or takes its rows over, at most for so many seconds. Not inside a transaction."""
    end = None if seconds is None else time.monotonic() + seconds
    TitleImport.objects.filter(pk=import_id, status=Status.QUEUED).update(status=Status.RUNNING)
    TitleImport.objects.filter(pk=import_id, status__in=TitleImport.AT_WORK).update(act_by=now + PATIENCE)
    job = TitleImport.objects.get(pk=import_id)
    if job.is_at_work:
        try:
            _work(job, now, end)
        except ImportRefused as refused:
            _fail(job, refused.code, now)
        except OperationalError:
            raise
        except Exception:  # else the sweep would begin it again and again
            logger.exception("import of titles %s", job.pk)
            _fail(job, "broken", now)
    job.refresh_from_db()
    return job


def _work(job: TitleImport, now: datetime, end: float | None) -> None:
    file = kinds.read(BytesIO(bytes(job.content)), job.format, most_bytes=settings.IMPORT_MAX_UNPACKED)
    done = job.done
    earlier = title_rows.earlier_ones(islice(file.rows, done)) if job.status == Status.READING else None
    for rows in title_rows.in_portions(islice(file.rows, done, None) if earlier is None else file.rows):
        if not _take(job.pk, rows, job.status, done, now, earlier):
            return
        done += len(rows)
        if end is not None and time.monotonic() > end:
            TitleImport.objects.filter(pk=job.pk, status=job.status, done=done).update(act_by=now)
            return
    if not done:
        raise ImportRefused("no_rows")
    _finish(job.pk, job.status, done, now)


@transaction.atomic
def _take(job_id: int, rows: list[Row], status: str, done: int, now: datetime, earlier: Earlier | None = None) -> bool:
    """With `earlier`, the books of the rows before, they are only looked at. False when somebody else has gone on with it
    meanwhile."""
    began = time.monotonic()
    job = TitleImport.objects.select_for_update(of=("self",), no_key=True).defer("content").get(pk=job_id)
    if (job.status, job.done) != (status, done):
        return False
    ends = (
        title_rows.take(rows, now=now, actor=job.librarian)
        if earlier is None
        else title_rows.foresee(rows, earlier, now=now)
    )
    _count(job, ends)
    _note_problems(job, done, rows, ends)
    job.act_by, job.seconds = now + PATIENCE, job.seconds + time.monotonic() - began
    job.save(update_fields=["done", "created", "matched", "failed", "act_by", "seconds"])
    return True


def _count(job: TitleImport, ends: Sequence[End]) -> None:
    job.done += len(ends)
    job.failed += sum(isinstance(end, Problem) for end in ends)
    job.created += sum(end == Outcome.CREATED for end in ends)
    job.matched = job.done - job.created - job.failed


def _note_problems(job: TitleImport, done: int, rows: Sequence[Row], ends: Sequence[End]) -> None:
    TitleImportProblem.objects.bulk_create(
        TitleImportProblem(
            title_import=job, number=number, place=row.place[:60], title=row.facts.title if row.facts else "",
            code=end.code, details=dict(end.details),
        )
        for number, (row, end) in enumerate(zip(rows, ends, strict=True), done + 1)
        if isinstance(end, Problem)
    )  # fmt: skip


def _finish(job_id: int, status: str, done: int, now: datetime) -> None:
    """The file is no longer needed once it is in."""
    at_its_end = TitleImport.objects.filter(pk=job_id, status=status, done=done)
    if status == Status.READING:
        at_its_end.update(status=Status.PREVIEWED, total=done, act_by=now + PREVIEW_DAYS)
    else:
        at_its_end.update(status=Status.DONE, content=b"", act_by=None, finished_at=now)


def _fail(job: TitleImport, code: str, now: datetime) -> None:
    TitleImport.objects.filter(pk=job.pk, status__in=TitleImport.AT_WORK).update(
        status=Status.FAILED, failure=code, content=b"", act_by=None, finished_at=now
    )


def _lock(import_id: int, actor: "Reader") -> TitleImport:
    """TitleImport.DoesNotExist for who may not see it."""
    if not may_import(actor):
        raise TitleImport.DoesNotExist
    return TitleImport.objects.select_for_update(of=("self",), no_key=True).get(pk=import_id)


def claim_due(*, now: datetime) -> list[int]:
    """Files that nobody works on: those that the broker lost, and those whose worker died."""
    return claims.claim_due(TitleImport.objects.filter(status__in=TitleImport.AT_WORK), patience=PATIENCE, now=now)


def drop_stale(*, now: datetime) -> list[int]:
    """A look that nobody followed up within a week ends."""
    stale = TitleImport.objects.filter(status=Status.PREVIEWED, act_by__lte=now)
    ids = list(stale.values_list("pk", flat=True)[:100])
    _end(ids, now)
    return ids


def _end(ids: list[int], now: datetime) -> None:
    TitleImport.objects.filter(pk__in=ids, status=Status.PREVIEWED).update(
        status=Status.FAILED, failure="dropped", content=b"", act_by=None, finished_at=now
    )
