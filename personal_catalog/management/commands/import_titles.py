"""Import titles without copies into the catalogue; run again it creates nothing.

A table (CSV, semicolons, tabs; UTF-8, UTF-16 or GB 18030) or XLSX with headings in Chinese or English (书名 title, 作者 authors,
译者 translators, 出版社 publisher, 出版年 year, ISBN, 丛书 series, 中图分类号 clc …), or MARC 21, UNIMARC or CNMARC (ISO 2709 or XML); any
of them gzipped. A file of any length is read as it goes.
"""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from personal_catalog import title_rows
from personal_catalog.bulk import Outcome
from personal_catalog.errors import ImportRefused
from personal_catalog.files import kinds
from personal_catalog.files.rows import Problem, Row
from personal_catalog.models import TitleImport
from personal_catalog.repeats import Earlier

MOST_NAMED = 1_000  # in the JSON object; those behind are counted
REFUSALS = {
    "unknown_format": "This kind of file cannot be read.",
    "unreadable": "The file cannot be read as a table of books, and is no MARC. A table needs a heading for the title or the ISBN.",
    "no_rows": "There is no row in this file.",
    "too_large": "The file unpacks to more than can be read.",
}


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks = []  # they load every page of the service: 20 MB beside the rows

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--format", choices=TitleImport.Format.values, default="auto")
        parser.add_argument("--preview", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object: the summary with the problems of its rows"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Each row that failed is named as it fails, then the summary follows. Operators read English."""
        self.told: list[dict[str, object]] = []
        self.quiet = options["json"]
        try:
            with translation.override("en"), options["file"].open("rb") as stream:
                summary = self._take(kinds.read(stream, options["format"]).rows, preview=options["preview"])
        except ImportRefused as refused:
            raise CommandError(REFUSALS.get(refused.code, refused.code)) from refused
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror or 'cannot be read'}") from problem
        if self.quiet:
            self.stdout.write(json.dumps({**summary, "problems": self.told}, ensure_ascii=False))
            return
        line = ", ".join(f"{name} {value}" for name, value in summary.items())
        self.stdout.write(f"preview, nothing was changed: {line}" if options["preview"] else line)

    def _take(self, rows: Iterable[Row], *, preview: bool) -> dict[str, float]:
        began, now = time.monotonic(), timezone.now()
        earlier, total, created, failed = Earlier(), 0, 0, 0
        for portion in title_rows.in_portions(rows):
            ends = title_rows.foresee(portion, earlier, now=now) if preview else title_rows.take(portion, now=now)
            for row, end in zip(portion, ends, strict=True):
                if isinstance(end, Problem):
                    failed += 1
                    self._tell(row, end)
            total += len(ends)
            created += sum(end == Outcome.CREATED for end in ends)
        if not total:
            raise ImportRefused("no_rows")
        seconds = round(time.monotonic() - began, 2)
        return {
            "total": total, "created": created, "matched": total - created - failed, "failed": failed, "seconds": seconds,
        }  # fmt: skip

    def _tell(self, row: Row, problem: Problem) -> None:
        if not self.quiet:
            self.stdout.write(f"row {row.place}: {problem}")
        elif len(self.told) < MOST_NAMED:
            title = row.facts.title if row.facts else ""
            self.told.append({"row": row.place, "title": title, "code": problem.code, "problem": str(problem)})
