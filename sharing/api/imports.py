"""A file of many books: read at once, listed in the background."""

from functools import partial
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from ninja import File, Form, UploadedFile
from pydantic import BaseModel, Field

from personal_catalog import imports
from personal_catalog.errors import ImportRefused
from personal_catalog.models import ImportJob, ImportRow
from sharing import jobs
from sharing.api import ids
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.copies import Mode, Visibility, require_own_group
from sharing.api.schemas import Moment
from sharing.errors import NotFound

router = signed_in("copies")


class ImportRowOut(BaseModel):
    number: int
    status: str
    isbn13: str | None
    title: str
    problem: str | None = Field(description="In the reader's language.")
    problem_code: str | None
    copy_id: str | None


class ImportOut(BaseModel):
    id: str
    status: str
    format: str
    mode: str
    total: int
    done: int
    created: int
    failed: int
    created_at: Moment
    rows: list[ImportRowOut]


Format = Literal[
    "auto", "isbn_list", "csv", "xlsx", "goodreads", "librarything", "storygraph", "openreads", "calibre", "bookwyrm", "douban",
    "marc21", "marcxml", "cnmarc", "unimarc",
]  # fmt: skip
LeaveOut = Literal["wished", "not_owned", "digital"]


class HowToImport(BaseModel):
    format: Format = "auto"
    mode: Mode = "lend"
    commit: bool = True
    visibility: Visibility = "everyone"
    leave_out: list[LeaveOut] = Field(default=[], description="Books of the file that are not listed.")
    remarks: bool = Field(default=False, description="Whether borrowers may read what stands in the file about a book.")


@router.post("/imports", response={202: ImportOut}, operation_id="importCopies")
def import_copies(request: Call, file: File[UploadedFile], payload: Form[HowToImport]) -> ImportOut:
    """With `commit=false` a preview only. Read the job again with `getImport` until it is `done`."""
    if (file.size or 0) > settings.IMPORT_MAX_BYTES:
        raise ImportRefused("too_large")
    require_own_group(request, payload.visibility)
    job = imports.start_import(
        reader=request.auth, content=file.read(), format=payload.format, mode=payload.mode, now=timezone.now(),
        commit=payload.commit, visibility=payload.visibility, leave_out=payload.leave_out, remarks=payload.remarks,
    )  # fmt: skip
    if payload.commit:
        transaction.on_commit(partial(jobs.hurry, "personal_catalog.tasks.run_import", job.pk))
    return _job(job)


@router.get("/imports/{id}", response=ImportOut, operation_id="getImport")
def get_import(request: Call, id: str) -> ImportOut:
    job = ImportJob.objects.filter(pk=ids.number(id), reader=request.auth).first()
    if job is None:
        raise NotFound
    return _job(job)


def _job(job: ImportJob) -> ImportOut:
    """Rows that cannot be listed are known at once, but nothing is done before the job begins."""
    job.refresh_from_db()
    done = 0 if job.status in (ImportJob.Status.QUEUED, ImportJob.Status.PREVIEWED) else job.done
    return ImportOut(
        id=str(job.pk), status=job.status, format=job.format, mode=job.mode, total=job.total, done=done,
        created=job.created, failed=job.failed, created_at=job.created_at, rows=[_row(row) for row in job.rows.all()],
    )  # fmt: skip


def _row(row: ImportRow) -> ImportRowOut:
    return ImportRowOut(
        number=row.number, status=row.status, isbn13=row.isbn13 or None, title=row.title,
        problem=row.problem_text or None, problem_code=row.problem or None,
        copy_id=str(row.copy_id) if row.copy_id else None,
    )  # fmt: skip
