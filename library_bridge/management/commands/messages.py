"""Translations without GNU gettext: extract what is to be translated, check that all of it is, compile it.

Each app has its catalogue (`<app>/locale/zh_Hans/LC_MESSAGES/django.po`) for its own code and for `templates/<app>/`; the
shared templates belong to sharing. English is the message itself, so it needs no catalogue.
"""

import io
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation.template import templatize

from library_bridge.management import wording

KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
OPTIONS = {"extract_mode": True, "encoding": "utf-8"}


class Found(NamedTuple):
    where: Path
    line: int
    message: Any
    context: str | None


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--extract", action="store_true", help="bring the catalogues up to date with the code")
        what.add_argument(
            "--check", action="store_true", help="fail when a message lacks its translation, or has one that misleads"
        )
        what.add_argument("--compile", action="store_true", help="write the .mo files that the service reads")

    def handle(self, *args: Any, extract: bool, check: bool, compile: bool, **options: Any) -> None:
        for app in settings.OUR_APPS:
            if extract:
                update(app)
            elif compile:
                compile_catalogue(app)
        if check:
            missing = [line for app in settings.OUR_APPS for line in untranslated(app)] + list(faults())
            for line in missing:
                self.stdout.write(line)
            if missing:
                raise SystemExit(1)


def catalogue_path(app: str) -> Path:
    return Path(settings.BASE_DIR) / app / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def read(app: str) -> Catalog:
    with catalogue_path(app).open("rb") as file:
        return read_po(file, locale="zh_Hans")


def messages(app: str) -> Iterator[Found]:
    base = Path(settings.BASE_DIR)
    for path in sorted((base / app).rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _in(path, path.read_bytes())
    for path in _templates(base / "templates", app):
        yield from _in(path, templatize(path.read_text()).encode())


def _templates(root: Path, app: str) -> list[Path]:
    if app != "sharing":
        return sorted((root / app).rglob("*.*"))
    others = {name for name in settings.OUR_APPS if name != "sharing"}
    return sorted(p for p in root.rglob("*.*") if p.relative_to(root).parts[0] not in others)


def _in(path: Path, code: bytes) -> Iterator[Found]:
    for line, message, _comments, context in extract("python", io.BytesIO(code), KEYWORDS, options=OPTIONS):
        if message and message != "":
            yield Found(path.relative_to(settings.BASE_DIR), line, message, context)


def untranslated(app: str) -> Iterator[str]:
    """One line a message that has no Chinese, and one a fuzzy entry."""
    catalogue = read(app)
    seen = set()
    for found in messages(app):
        entry = catalogue.get(_id(found.message), context=found.context)
        key = (_id(found.message), found.context)
        if key in seen:
            continue
        seen.add(key)
        if entry is None or not _full(entry.string) or entry.fuzzy:
            yield f"{found.where}:{found.line}: no Chinese for {_id(found.message)!r}"


def faults() -> Iterator[str]:
    """One line a message whose Chinese is there and does not do."""
    catalogues = {app: read(app) for app in settings.OUR_APPS}
    for catalogue in catalogues.values():
        yield from wording.slips(catalogue)
    yield from wording.collisions(catalogues)


def _id(message: Any) -> str:
    return str(message[0] if isinstance(message, tuple) else message)


def _full(string: Any) -> bool:
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


def update(app: str) -> None:
    catalogue = read(app)
    # The date stays: a catalogue whose messages are the same is the same file.
    template = Catalog(locale="zh_Hans", charset="utf-8", creation_date=catalogue.creation_date)
    for found in messages(app):
        template.add(found.message, locations=[(found.where.as_posix(), found.line)], context=found.context)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with catalogue_path(app).open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, no_location=True, omit_header=False)


def compile_catalogue(app: str) -> None:
    catalogue = read(app)  # before the file is opened: an empty .mo would stop every process that starts
    with catalogue_path(app).with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
