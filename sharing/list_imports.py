"""A course list out of ISBNs: one page as a draft, and a report that names each line.

A number that the catalogue does not know gets a record of its number only, which the sources complete in the background as
they do for readers' copies; until then the list does not show it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log
from wagtail.models import Locale

from library_bridge.models import Reader
from personal_catalog import isbn, matching, titles
from personal_catalog.errors import ImportRefused
from personal_catalog.files import problems
from personal_catalog.files.rows import Problem, Row
from personal_catalog.imports import read_rows
from personal_catalog.models import Title, TitleIsbn
from sharing import reading_lists
from sharing.errors import Denied, NotFound
from sharing.models import ReadingListEntry, ReadingListImport, ReadingListPage

MOST_LINES, MOST_BYTES = 200, 200_000
REFUSALS = {
    "too_large": gettext_lazy("This file is too large for a course list."),
    "too_many_rows": gettext_lazy("A course list has at most 200 books. Make two lists of it."),
    "no_rows": gettext_lazy("There is no ISBN in it."),
}
UNREADABLE = gettext_lazy(
    "This could not be read. Send plain text with one ISBN a line, or a table with a column ISBN."
)


@dataclass(frozen=True)
class Course:
    title: str
    course_number: str = ""
    term: str = ""
    offered_by: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the report, as things stand now."""

    number: int
    said: str
    problem: str
    title: Title | None
    waiting: bool
    """The sources are still being asked."""
    unknown: bool
    """No source knows the number: somebody has to type the record."""


def import_list(*, course: Course, language: str, content: bytes, actor: Reader, now: datetime) -> ReadingListImport:
    """A draft for a librarian to look at. Raises NotFound for who may not add a page there, Denied for what cannot be read."""
    rows = _rows(content)
    return _make(course, language, rows, actor=actor, now=now)


@transaction.atomic(durable=True)
def _make(course: Course, language: str, rows: list[Row], *, actor: Reader, now: datetime) -> ReadingListImport:
    parent = reading_lists.lists_page(Locale.objects.get(language_code=language))
    if parent is None or not parent.permissions_for_user(actor).can_add_subpage():
        raise NotFound
    page = ReadingListPage(locale=parent.locale, live=False, owner=actor, **vars(course))
    lines = _lines(rows, actor, now)
    for place, line in enumerate(_books(lines)):
        page.entries.add(ReadingListEntry(title_id=line["title"], note=line["note"], sort_order=place))
    parent.add_child(instance=page)
    log(instance=page, action="wagtail.create", user=actor, content_changed=True)
    page.save_revision(user=actor, log_action=True)
    return ReadingListImport.objects.create(page=page, actor=actor, imported_at=now, lines=lines)


def _rows(content: bytes) -> list[Row]:
    try:
        if len(content) > MOST_BYTES:
            raise ImportRefused("too_large")
        return list(read_rows(content, "auto", most_rows=MOST_LINES)[1])
    except ImportRefused as refused:
        raise Denied(str(REFUSALS.get(refused.code, UNREADABLE)), refused.code, field="isbns") from refused


def _lines(rows: list[Row], actor: Reader, now: datetime) -> list[dict[str, Any]]:
    known = dict(
        TitleIsbn.objects.filter(isbn13__in=[row.isbn13 for row in rows if row.isbn13])
        .exclude(title__status__in=Title.UNSEEN)
        .values_list("isbn13", "title_id")
    )
    lines, seen = [], set[int]()
    for number, row in enumerate(rows, 1):
        title = known.get(row.isbn13) or _title_of(row, actor, now)
        problem = row.problem
        if title is None:
            problem = problem or Problem("not_here")
        elif title in seen:
            problem = Problem("repeated")
        else:
            seen.add(title)
        lines.append({
            "number": number, "said": row.said or (row.facts.title if row.facts else ""), "title": title, "note": row.note,
            "problem": problem.code if problem else "", "details": dict(problem.details) if problem else {},
        })  # fmt: skip
    return lines


def _title_of(row: Row, actor: Reader, now: datetime) -> int | None:
    """A number that is wrong is a question, even where a title stands beside it."""
    if row.isbn13:
        hyphenated = isbn.hyphenate(row.isbn13)
        return titles.add_stub(isbn13=row.isbn13, hyphenated=hyphenated, actor=actor, now=now).pk
    if row.problem or row.facts is None:
        return None
    found = matching.matching(row.facts)
    return found.pk if found else None


def _books(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["title"] and not line["problem"]]


def report(made: ReadingListImport) -> list[Line]:
    """Two queries."""
    ids = [line["title"] for line in made.lines if line["title"]]
    found = Title.objects.select_related("merged_into").in_bulk(ids)
    return [_line(line, found.get(line["title"])) for line in made.lines]


def _line(line: dict[str, Any], title: Title | None) -> Line:
    if title is not None:
        title = title.merged_into or title
    stub = title is not None and titles.is_stub(title)
    waiting = stub and title is not None and title.lookup_pending
    problem = problems.sentence(line["problem"], line.get("details", {})) if line["problem"] else ""
    return Line(line["number"], line["said"], problem, title, waiting, stub and not waiting)
