"""Importing many books: the file becomes rows at once, shown to the reader, who says which of them to list and how."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from personal_catalog import audiences, bulk, claims, copies, isbn, record_numbers
from personal_catalog.bulk import Entry
from personal_catalog.errors import ImportRefused
from personal_catalog.facts import text as clean_text
from personal_catalog.facts import with_language
from personal_catalog.files import kinds
from personal_catalog.files.packed import Packed
from personal_catalog.files.rows import Row, Trait
from personal_catalog.models import Copy, ImportJob, ImportRow, LocalRecord, TitleIsbn
from personal_catalog.repeats import Meant, Repeats

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

Status = ImportJob.Status
PREVIEW_DAYS = timedelta(days=7)
PATIENCE = timedelta(minutes=5)
AT_ONCE = 500
TITLE_LENGTH = 500


def start_import(
    *,
    reader: "Reader",
    content: bytes,
    format: str,
    now: datetime,
    mode: str = Copy.Mode.LEND,
    visibility: str = Copy.Visibility.EVERYONE,
    leave_out: Collection[str] = (),
    remarks: bool = False,
    commit: bool = False,
) -> ImportJob:
    """Reads the file into rows: a preview, or queued at once with `commit`. `leave_out` are words of `Trait`: rows that are
    not listed. Raises ImportRefused; ValueError for a word that is no choice. The caller sends `tasks.run_import` after the
    commit; the sweep does it otherwise.

    The file is read and its rows are looked up before the transaction, so that a long one keeps no other writer waiting:
    ten thousand rows are only written in it. What changes in between the run finds."""
    _must_be_choices(mode, leave_out)
    audiences.chosen(visibility, owner=reader)
    if len(content) > settings.IMPORT_MAX_BYTES:
        raise ImportRefused("too_large")
    _require_patience(reader)
    kind, rows = read_rows(content, format, most_rows=settings.IMPORT_MAX_ROWS)
    judged = Packed(_judged(reader, Packed(rows, at_once=AT_ONCE)), at_once=AT_ONCE)
    job = ImportJob(reader=reader, format=format, kind=kind, mode=mode, visibility=visibility, remarks=remarks)
    return _save(job, judged, leave_out, now, commit=commit)


def read_rows(content: bytes, format: str, *, most_rows: int) -> tuple[str, Iterator[Row]]:
    """What the file was taken for, and its rows, which are read as they are asked for. Raises ImportRefused: here or with the
    first row, where there are too many behind the last."""
    file = kinds.read(BytesIO(content), format, most_bytes=settings.IMPORT_MAX_UNPACKED)
    return file.name, _counted(file.rows, most_rows)


def _counted(rows: Iterable[Row], most: int) -> Iterator[Row]:
    number = 0
    for number, row in enumerate(rows, 1):
        if number > most:
            raise ImportRefused("too_many_rows")
        yield row
    if not number:
        raise ImportRefused("no_rows")


@transaction.atomic
def _save(
    job: ImportJob, rows: Packed[ImportRow], leave_out: Collection[str], now: datetime, *, commit: bool
) -> ImportJob:
    get_user_model()._default_manager.select_for_update(of=("self",)).get(pk=job.reader_id)  # two tabs, one limit
    _require_patience(job.reader)
    _make_room(job.reader, now)
    job.total, job.created_at = rows.total, now
    job.status, job.act_by = (Status.QUEUED, now) if commit else (Status.PREVIEWED, now + PREVIEW_DAYS)
    job.save()
    for portion in rows.portions():
        for row in portion:
            row.job = job
        ImportRow.objects.bulk_create(portion)
    _leave_out(job, leave_out)
    return job


def _must_be_choices(mode: str, leave_out: Collection[str]) -> None:
    choices: dict[str, Collection[str]] = {mode: Copy.Mode.values}
    choices |= {word: [trait.value for trait in Trait] for word in leave_out}
    for word, known in choices.items():
        if word not in known:
            raise ValueError(f"{word!r} is no choice")


def _require_patience(reader: "Reader") -> None:
    """So many files of one reader at a time, and no more: the others' wait in the same queue."""
    at_work = ImportJob.objects.filter(reader=reader, status__in=(Status.QUEUED, Status.RUNNING))
    if at_work.count() >= settings.IMPORTS_AT_ONCE:
        raise ImportRefused("imports_running")


def _make_room(reader: "Reader", now: datetime) -> None:
    """The oldest previews that nobody confirmed give way to a new one."""
    previews = ImportJob.objects.filter(reader=reader, status=Status.PREVIEWED).order_by("-pk")
    old = list(previews.values_list("pk", flat=True)[settings.IMPORTS_AT_ONCE - 1 :])
    _end_previews(old, now)


@transaction.atomic
def confirm_import(
    *,
    job_id: int,
    reader: "Reader",
    now: datetime,
    mode: str | None = None,
    visibility: str | None = None,
    leave_out: Collection[str] = (),
    remarks: bool | None = None,
) -> ImportJob:
    """From preview to the queue, with what the reader says of all books; what is None stays. Confirming twice changes
    nothing. Locks the job. ImportJob.DoesNotExist for another's job; ImportRefused while too many are at work."""
    job = ImportJob.objects.select_for_update(of=("self",)).get(pk=job_id, reader=reader)
    if job.status != Status.PREVIEWED:
        return job
    _require_patience(reader)
    job.mode, job.visibility = mode or job.mode, visibility or job.visibility
    job.remarks = job.remarks if remarks is None else remarks
    _must_be_choices(job.mode, leave_out)
    audiences.chosen(job.visibility, owner=reader)
    job.status, job.act_by = Status.QUEUED, now
    job.save(update_fields=["mode", "visibility", "remarks", "status", "act_by"])
    _leave_out(job, leave_out)
    return job


def _leave_out(job: ImportJob, traits: Collection[str]) -> None:
    for trait in traits:
        job.rows.filter(status=ImportRow.Status.READY, traits__contains=f" {trait} ").update(
            status=ImportRow.Status.SKIPPED, problem="left_out"
        )
    counted = job.rows.exclude(status=ImportRow.Status.READY)
    job.done, job.failed = counted.count(), counted.filter(status=ImportRow.Status.FAILED).count()
    job.save(update_fields=["done", "failed"])


@transaction.atomic
def mend_rows(
    *, job_id: int, reader: "Reader", names: Mapping[int, str] | None = None, numbers: Mapping[int, str] | None = None
) -> list[str]:
    """Titles and ISBNs that the reader typed into the preview. Rows that are named, done or another's stay. Returns what
    was typed and is no ISBN."""
    job = ImportJob.objects.select_for_update(of=("self",)).filter(pk=job_id, reader=reader).first()
    if job is None or job.status != Status.PREVIEWED:
        return []
    nameless = job.rows.filter(status=ImportRow.Status.READY, title="", pk__in=names or {})
    for row in nameless:
        row.title = clean_text((names or {})[row.pk], TITLE_LENGTH)
        row.facts = {**row.facts, "title": row.title}
        row.save(update_fields=["title", "facts"])
    failed = job.rows.filter(status=ImportRow.Status.FAILED, pk__in=numbers or {})
    wrong = [typed for row in failed if not _mended(row, typed := (numbers or {})[row.pk], reader)]
    _leave_out(job, ())
    return wrong


def _mended(row: ImportRow, typed: str, reader: "Reader") -> bool:
    try:
        row.isbn13 = isbn.mend(typed).isbn13
    except isbn.NotAnIsbn:
        return False
    if row.can_be_mended:
        others = row.job.rows.filter(isbn13=row.isbn13).exclude(pk=row.pk).exclude(status=ImportRow.Status.FAILED)
        owned = copies.owned_titles(owner=reader, titles=_carrying([row.isbn13]).values())
        row.problem = "repeated" if others.exists() else "owned" if owned else ""
        row.status = ImportRow.Status.SKIPPED if row.problem else ImportRow.Status.READY
        row.details = {}
        row.facts = {**row.facts, "isbns": [row.isbn13]}
        row.save(update_fields=["isbn13", "status", "problem", "details", "facts"])
    return True


def _judged(reader: "Reader", rows: Packed[Row]) -> Iterator[ImportRow]:
    """The rows as the preview shows them, unsaved and of no job yet."""
    repeats, first = Repeats(), 1
    for portion in rows.portions():
        _expect(portion, repeats)
    for portion in rows.portions():
        yield from _portion_judged(reader, first, portion, repeats)
        first += len(portion)


def _expect(rows: Sequence[Row], repeats: Repeats) -> None:
    """Rows that are asked for by a number: where another says the same words without one, these are listed."""
    carrying = _carrying({row.isbn13 for row in rows if row.isbn13})
    asked = [row for row in rows if row.isbn13 and row.facts and row.problem is None and row.isbn13 not in carrying]
    words = bulk.words_of([Entry(row.facts) for row in asked if row.facts])
    for row, said in zip(asked, words, strict=True):
        repeats.expect(row, said)


def _portion_judged(reader: "Reader", first: int, rows: list[Row], repeats: Repeats) -> list[ImportRow]:
    """Named where the number is known here, marked where another row lists the book."""
    names, meant = _known_names({row.isbn13 for row in rows if row.isbn13}), _meant(rows)
    owned = copies.owned_titles(owner=reader, titles={one.title_id for one in meant if one.title_id})
    numbered = record_numbers.known_among(row.facts for row in rows if row.facts and not row.by_title)
    made = []
    for number, (row, one) in enumerate(zip(rows, meant, strict=True), first):
        status, problem, details = _first_judgement(row, numbered)
        if not problem:
            problem = "repeated" if repeats.again(row, one) else "owned" if one.title_id in owned else ""
            status = ImportRow.Status.SKIPPED if problem else status
        remark = row.remark or row.note
        facts = {**(row.facts.to_json() if row.facts else {}), **({"note": remark} if remark else {})}
        made.append(
            ImportRow(
                number=number, place=row.place[:60], status=status, problem=problem, details=details, facts=facts,
                isbn13=row.isbn13, title=names.get(row.isbn13) or str(facts.get("title", "")),
                traits="".join(f" {trait} " for trait in sorted(row.traits)),
            )
        )  # fmt: skip
    return made


def _first_judgement(row: Row, numbered: set[str]) -> tuple[str, str, dict[str, str]]:
    if row.problem is not None:
        return ImportRow.Status.FAILED, row.problem.code, dict(row.problem.details)
    if not row.by_title and row.facts and not numbered.intersection(record_numbers.keys_of(row.facts)):
        return ImportRow.Status.FAILED, "which_book", {}
    return ImportRow.Status.READY, "", {}


def _known_names(isbns: set[str]) -> dict[str, str]:
    listed = LocalRecord.objects.filter(isbn13__in=isbns)
    names = {record.isbn13: str(record.facts.get("title", "")) for record in listed}
    return names | dict(TitleIsbn.objects.filter(isbn13__in=isbns).values_list("isbn13", "title__title"))


def _meant(rows: Sequence[Row]) -> list[Meant]:
    """The titles that the rows stand for when they are listed: by the number, else by the words."""
    carrying = _carrying({row.isbn13 for row in rows if row.isbn13})
    said = {at: row.facts for at, row in enumerate(rows) if row.facts and not row.isbn13 and row.problem is None}
    worded = dict(zip(said, bulk.recognised([Entry(with_language(one)) for one in said.values()]), strict=True))
    return [worded.get(at, Meant(carrying.get(row.isbn13))) for at, row in enumerate(rows)]


def _carrying(isbns: Collection[str]) -> dict[str, int]:
    return dict(TitleIsbn.objects.filter(isbn13__in=isbns).values_list("isbn13", "title_id"))


def claim_due(*, now: datetime) -> list[int]:
    """Jobs that nobody works on: queued ones the broker lost, running ones whose worker died."""
    at_work = ImportJob.objects.filter(status__in=(Status.QUEUED, Status.RUNNING))
    return claims.claim_due(at_work, patience=PATIENCE, now=now)


def drop_stale_previews(*, now: datetime) -> list[int]:
    """A preview that nobody confirmed within a week ends."""
    stale = ImportJob.objects.filter(status=Status.PREVIEWED, act_by__lte=now)
    ids = list(stale.values_list("pk", flat=True)[:100])
    _end_previews(ids, now)
    return ids


def _end_previews(ids: list[int], now: datetime) -> None:
    ImportJob.objects.filter(pk__in=ids, status=Status.PREVIEWED).update(
        status=Status.FAILED, act_by=None, finished_at=now
    )
