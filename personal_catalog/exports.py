"""A reader's shelf as a file."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from personal_catalog.models import Copy

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def shelf_csv(reader: "Reader") -> Iterator[str]:
    """The reader's own copies, line by line; opens in a spreadsheet with its letters right and no formula alive (T-L4)."""
    copies = Copy.objects.owned_by(reader).select_related("title").prefetch_related("title__isbns")
    yield "\ufeff" + _line(_headings())
    for copy in copies.iterator(chunk_size=500):
        title = copy.title
        yield _line(
            [
                title.title,
                title.subtitle,
                "; ".join(title.creators),
                title.publisher,
                title.year,
                next((row.isbn13 for row in title.isbns.all()), ""),
                copy.get_mode_display(),
                copy.get_condition_display(),
                copy.note,
                copy.label_number,
                timezone.localdate(copy.created_at).isoformat(),
            ]
        )


def _headings() -> list[object]:
    record = [_("Title"), _("Subtitle"), _("Creators"), _("Publisher"), _("Year"), "ISBN"]
    return [*record, _("Lending mode"), _("Condition"), _("Note"), _("Label number"), _("Listed on")]


def safe_cell(value: object) -> str:
    """A text that a spreadsheet would take for a formula gets a quote before it; numbers stay numbers."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text


def _line(values: list[object]) -> str:
    out = StringIO()
    csv.writer(out).writerow([safe_cell(value) for value in values])
    return out.getvalue()
