"""Titles that were listed before all sources had their say are completed later, in the background."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F

from personal_catalog import lookup, titles
from personal_catalog.models import Title

MOST_TRIES = 10
AT_ONCE = 20


def complete_title(*, title_id: int, now: datetime) -> bool:
    """Asks the sources again and fills in what they say; True when the wait is over: all has been said, or the silent
    ones were asked often enough. Not inside a transaction."""
    title = Title.objects.live().filter(pk=title_id, lookup_pending=True).first()
    first = title.isbns.first() if title else None
    if title is None or first is None:
        return True
    found = lookup.find_elsewhere(first.isbn13, now=now)
    over = not found.pending or title.lookup_tries >= MOST_TRIES
    titles.complete(title_id=title.pk, facts=found.facts, provenance=found.provenance, now=now, over=over)
    return over


def claim_due(*, now: datetime) -> Iterator[int]:
    """Titles whose turn has come. Each is put off before it is given out, so that two sweeps never take the same."""
    due = Title.objects.live().filter(lookup_pending=True, lookup_next_at__lte=now).order_by("lookup_next_at")
    for title in due[:AT_ONCE]:
        later = now + timedelta(minutes=5 * 2 ** min(title.lookup_tries, 8))
        claimed = Title.objects.filter(pk=title.pk, lookup_pending=True, lookup_next_at=title.lookup_next_at)
        if claimed.update(lookup_next_at=later, lookup_tries=F("lookup_tries") + 1):
            yield title.pk
