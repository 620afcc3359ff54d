"""Titles whose cover is to be looked for: what readers list and borrow, as it comes; the rest when an operator asks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet

from personal_catalog.models import CoverSearch, Title

AT_ONCE = 20
BATCH = 1_000


def want_cover(title: Title, *, now: datetime) -> None:
    """The sweep looks for it. Nothing to do where no server is named, or the title has been looked after."""
    if settings.COVER_SERVERS and title.cover_id is None:
        CoverSearch.objects.bulk_create([CoverSearch(title=title, next_at=now)], ignore_conflicts=True)


def want_all(*, again: bool, now: datetime) -> int:
    """Every title with an ISBN and without a cover; `again`: also those of which nobody had one. How many are new."""
    wanted = 0
    while pks := list(_missing().filter(cover_search=None).values_list("pk", flat=True)[:BATCH]):
        rows = (CoverSearch(title_id=pk, next_at=now) for pk in pks)
        wanted += len(CoverSearch.objects.bulk_create(rows, ignore_conflicts=True))
    if again:
        ended = CoverSearch.objects.filter(next_at=None, title__in=_missing())
        wanted += ended.update(next_at=now, tries=0)
    return wanted


def claim_due(*, now: datetime) -> Iterator[CoverSearch]:
    """Each is put off before it is given out, so that two sweeps never take the same."""
    due = CoverSearch.objects.filter(next_at__lte=now).order_by("next_at", "pk")
    for search in due[:AT_ONCE]:
        later = now + timedelta(minutes=10 * 2 ** min(search.tries, 8))
        claimed = CoverSearch.objects.filter(pk=search.pk, next_at=search.next_at)
        if claimed.update(next_at=later, tries=F("tries") + 1):
            yield search


def _missing() -> QuerySet[Title]:
    return Title.objects.live().filter(cover=None, isbns__isnull=False).distinct()
