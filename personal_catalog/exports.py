"""Titles as files: one, those of a shelf, or those that a search found."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from personal_catalog.formats.card import Card
from personal_catalog.formats.spreadsheet import BYTE_ORDER_MARK, line
from personal_catalog.models import Copy, Title
from personal_catalog.titles import as_facts

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

BATCH = 200


def card_of(title: Title) -> Card:
    url = f"{settings.BASE_URL}{title.get_absolute_url()}"
    return Card(title.pk, as_facts(title), url, timezone.localtime(title.updated_at))


def cards(title_ids: Iterable[int]) -> Iterator[Card]:
    """In the order given, however many; a title that has gone meanwhile is left out."""
    ids = iter(title_ids)
    while batch := list(islice(ids, BATCH)):
        found = Title.objects.live().prefetch_related("isbns").in_bulk(batch)
        yield from (card_of(found[pk]) for pk in batch if pk in found)


def titles_on_shelf(reader: "Reader") -> list[int]:
    """The titles of the reader's own copies (T-R24), each once."""
    copies = Copy.objects.owned_by(reader).order_by("title__title", "title")
    return list(dict.fromkeys(copies.values_list("title", flat=True)))


def shelf_csv(reader: "Reader") -> Iterator[str]:
    """The reader's own copies, line by line; opens in a spreadsheet with its letters right and no formula alive (T-L4)."""
    copies = Copy.objects.owned_by(reader).select_related("title").prefetch_related("title__isbns")
    yield BYTE_ORDER_MARK + line(_headings())
    for copy in copies.iterator(chunk_size=500):
        title = copy.title
        yield line(
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
