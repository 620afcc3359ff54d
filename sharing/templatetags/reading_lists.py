"""What the pages of course lists show. Wagtail's pages only say what stands in them; what can be had is asked here."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone

from library_bridge.models import Reader
from sharing import dates, reading_lists
from sharing import holding_words as words
from sharing.models import ReadingListPage
from sharing.reading_lists import ShownList

register = template.Library()


@register.simple_tag(takes_context=True)
def course_lists(context: Context) -> list[ShownList]:
    return reading_lists.shown(reader=_reader(context), now=timezone.now())


@register.simple_tag(takes_context=True)
def books_of(context: Context, page: ReadingListPage) -> dict[str, Any]:
    """The rows, how many of them can be had, and how many are not known yet."""
    now = timezone.now()
    entries = list(page.entries.select_related("title__merged_into"))
    found = reading_lists.books(entries, reader=_reader(context), now=now)
    rows = [
        {
            "title": book.row.title,
            "note": book.note,
            "chips": words.row_chips(book.row),
            "hint": words.row_hint(book.row, today=dates.day_of(now)),
        }
        for book in found
    ]
    free = sum(1 for book in found if book.row.holdings.available)
    return {"rows": rows, "free": free, "hidden": len(entries) - len(rows)}


def _reader(context: Context) -> Reader | None:
    user = getattr(context.get("request"), "user", None)
    return user if isinstance(user, Reader) else None
