"""Rows on their way into the database, some hundred at a time: each ends as created, updated, or named with its problem."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, Protocol, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model

from library_bridge.imports.problems import Failure, Problem

AT_ONCE = 500
MOST_NAMED = 1_000  # problems kept for the report; those behind are counted

R = TypeVar("R")
M = TypeVar("M", bound=Model)
R_contra = TypeVar("R_contra", contravariant=True)
Ended = bool | Failure  # True: created, False: updated


class Writer(Protocol[R_contra]):
    def prepare(self, rows: Sequence[R_contra]) -> None:
        """What takes long and needs no database. Not called for a preview."""

    def write(self, rows: Sequence[R_contra]) -> list[Ended]:
        """Inside a transaction; one end for each row."""

    def not_saved(self, row: R_contra) -> Failure: ...


@dataclass(slots=True)
class Report:
    created: int = 0
    updated: int = 0
    failed: int = 0
    problems: list[Failure] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        return self.created + self.updated + self.failed

    def summary(self) -> dict[str, float]:
        return {
            "total": self.total, "created": self.created, "updated": self.updated, "failed": self.failed,
            "seconds": round(self.seconds, 2),
        }  # fmt: skip

    def fail(self, failure: Failure) -> None:
        self.failed += 1
        if len(self.problems) < MOST_NAMED:
            self.problems.append(failure)


@dataclass(frozen=True, slots=True)
class Run(Generic[R]):
    """`told` hears of each row that failed, as it fails."""

    writer: Writer[R]
    preview: bool = False
    told: Callable[[Failure], object] = lambda failure: None

    def __call__(self, rows: Iterable[R | Failure]) -> Report:
        report = Report()
        for batch in _batches(iter(rows)):
            good: list[R] = [row for row in batch if not isinstance(row, Failure)]
            ends: Iterator[Ended] = iter(self._write(good))
            for row in batch:
                self._count(report, row if isinstance(row, Failure) else next(ends))
            report.seconds = time.monotonic() - report.began
        return report

    def _count(self, report: Report, end: Ended) -> None:
        if isinstance(end, Failure):
            report.fail(end)
            self.told(end)
        else:
            report.created += end
            report.updated += not end

    def _write(self, rows: Sequence[R]) -> list[Ended]:
        if not self.preview:
            self.writer.prepare(rows)
        try:
            return self._in_transaction(rows)
        except IntegrityError:  # somebody else writes at this moment: then one by one
            return [self._alone(row) for row in rows]

    def _alone(self, row: R) -> Ended:
        try:
            return self._in_transaction([row])[0]
        except IntegrityError:
            return self.writer.not_saved(row)

    def _in_transaction(self, rows: Sequence[R]) -> list[Ended]:
        with transaction.atomic():
            ends = self.writer.write(rows)
            if self.preview:
                transaction.set_rollback(True)
        return ends


def _batches(rows: Iterator[R | Failure]) -> Iterator[list[R | Failure]]:
    while batch := list(islice(rows, AT_ONCE)):
        yield batch


class Drafts(Generic[M]):
    """Rows that are changed in memory first: the new ones, and what of the old ones really became different."""

    def __init__(self, fields: Sequence[str]) -> None:
        self.fields = fields
        self._before: dict[int, tuple[M, tuple[object, ...] | None]] = {}

    def begin(self, row: M) -> None:
        """Before the first change of it."""
        if id(row) not in self._before:
            self._before[id(row)] = (row, self._facts(row) if row.pk else None)

    def save(self) -> None:
        """An old row is written by its primary key, in one statement for many."""
        rows = list(self._before.values())
        new = [row for row, before in rows if before is None]
        changed = [row for row, before in rows if before is not None and before != self._facts(row)]
        if new:
            type(new[0])._default_manager.bulk_create(new)
        if changed:
            type(changed[0])._default_manager.bulk_create(
                changed, update_conflicts=True, unique_fields=["pk"], update_fields=self.fields
            )

    def _facts(self, row: M) -> tuple[object, ...]:
        """Of a relation its key; of a list what is in it now."""
        return tuple(
            copy(field.value_from_object(row)) for field in row._meta.concrete_fields if field.name in self.fields
        )


def choice(said: str, known: dict[str, R], default: R | None, *, column: str) -> R | Problem:
    """By code or name; where a row says nothing, what was named for that, or the only one there is."""
    if said:
        return known.get(said.casefold()) or Problem("unknown_code", (("column", column), ("known", _names(known))))
    if default is not None:
        return default
    only = list({id(one): one for one in known.values()}.values())
    if len(only) == 1:
        return only[0]
    return Problem("which_one", (("column", column), ("known", _names(known))))


def _names(known: dict[str, R]) -> str:
    return ", ".join(dict.fromkeys(str(one) for one in known.values())) or "—"
