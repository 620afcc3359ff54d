"""What `import_patrons` and `import_items` have in common on the command line."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model
from django.utils import translation

from library_bridge.imports.problems import Failure, NotImported
from library_bridge.imports.running import Report
from library_bridge.models import Library

M = TypeVar("M", bound=Model)
Import = Callable[[BinaryIO, Library, Callable[[Failure], object]], Report]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("library", metavar="LIBRARY", help="the library's code")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--preview", action="store_true", help="say what would happen, and change nothing")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object: the summary with the problems of its rows"
    )


def run(command: BaseCommand, options: dict[str, Any], work: Import) -> None:
    """Each row that failed is named as it fails, then the summary follows. Operators read English."""
    library = Library.objects.filter(code=options["library"]).first()
    if library is None or library.adapter != Library.Adapter.EMBEDDED:
        raise CommandError(f"There is no library {options['library']!r} with the embedded system.")
    with translation.override("en"):
        report = _read(command, options, library, work)
        if options["json"]:
            command.stdout.write(json.dumps(_as_json(report, preview=options["preview"]), ensure_ascii=False))
            return
    summary = ", ".join(f"{name} {value}" for name, value in report.summary().items())
    command.stdout.write(f"preview, nothing was changed: {summary}" if options["preview"] else summary)


def named(model: type[M], library: str, code: str) -> M | None:
    """The category or item type for rows that come without one."""
    if not code:
        return None
    found = model._default_manager.filter(library__code=library, code=code).first()
    if found is None:
        raise CommandError(f"The library has no {model._meta.model_name} {code!r}.")
    return found


def _read(command: BaseCommand, options: dict[str, Any], library: Library, work: Import) -> Report:
    def told(failure: Failure) -> None:
        if not options["json"]:
            command.stdout.write(f"{failure.where}: {failure.problem}")

    try:
        with options["file"].open("rb") as stream:
            return work(stream, library, told)
    except NotImported as refused:
        raise CommandError(str(refused.problem)) from refused
    except OSError as problem:
        raise CommandError(f"{options['file']}: {problem.strerror or 'cannot be read'}") from problem


def _as_json(report: Report, *, preview: bool) -> dict[str, object]:
    problems = [
        {"number": one.number, "item": one.part or None, "code": one.problem.code, "problem": str(one.problem)}
        for one in report.problems
    ]
    left_out = report.failed - len(problems)
    return {**report.summary(), "preview": preview, "problems": problems, "problems_left_out": left_out}
