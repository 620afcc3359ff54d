"""Records side by side before they become one: what each says, and what hangs on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from wagtail.admin.compare import FieldComparison
from wagtail.admin.panels import FieldPanel

from personal_catalog import isbn
from personal_catalog.facts import FIELDS
from personal_catalog.models import Title
from personal_catalog.sentences import field_label
from personal_catalog.staff.words import plain
from personal_catalog.weighing import Weight, weigh


class SaidComparison(FieldComparison):
    """A list of two versions of a record, as curators read it."""

    def __init__(self, field: Any, obj_a: Title, obj_b: Title) -> None:
        self.field, self.obj_a, self.obj_b = field, obj_a, obj_b
        self.val_a, self.val_b = (self._said(title) for title in (obj_a, obj_b))

    def _said(self, title: Title) -> str:
        return plain(title.isbns_then or [] if self.field.name == "isbns" else getattr(title, self.field.name))

    def field_label(self) -> str:
        return capfirst(field_label(self.field.name))


class SaidPanel(FieldPanel):
    def get_comparison_class(self) -> type[SaidComparison]:
        return SaidComparison


@dataclass(frozen=True)
class Line:
    name: str
    label: str
    values: list[str]
    differs: bool
    """Two records say different things: one of them is lost."""


@dataclass(frozen=True)
class Comparison:
    titles: list[Title]
    lines: list[Line]
    weights: list[list[Weight]]


def compare(titles: Iterable[Title]) -> Comparison:
    rows = list(titles)
    weights = weigh(title.pk for title in rows)
    lines = [_line(name, rows) for name in FIELDS]
    return Comparison(rows, [line for line in lines if any(line.values)], [weights.get(row.pk, []) for row in rows])


def _line(name: str, titles: list[Title]) -> Line:
    if name == "isbns":
        numbers = [[isbn.hyphenate(row.isbn13) for row in title.isbns.all()] for title in titles]
        return Line(name, "ISBN", [plain(said) for said in numbers], differs=False)
    values = [plain(getattr(title, name)) for title in titles]
    return Line(name, capfirst(field_label(name)), values, differs=len({value for value in values if value}) > 1)
