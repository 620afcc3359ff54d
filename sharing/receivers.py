"""News from the catalogue below. Each receiver runs inside the transaction that sent it."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from library_bridge.models import Reader
from personal_catalog.models import Copy, Title
from personal_catalog.signals import (
    copy_changed,
    copy_listed,
    copy_paused,
    copy_resumed,
    copy_withdrawn,
    title_rejected,
    titles_merged,
    titles_merging,
)
from sharing import events, locks, requests, withdrawals
from sharing.models import HarvestedRecord, LoanTitle, ReadingListEntry, RelatedTitle, Request


def connect() -> None:
    titles_merging.connect(lock_requests, dispatch_uid="sharing locks what a merge moves")
    titles_merged.connect(follow_merge, dispatch_uid="sharing follows a merge")
    for change in (copy_changed, copy_paused, copy_withdrawn):
        change.connect(let_holders_go, dispatch_uid="sharing lets holders go")
    for news, receiver in (
        (copy_listed, record_listing),
        (copy_paused, record_pause),
        (copy_resumed, record_resumption),
        (copy_withdrawn, record_withdrawal),
        (title_rejected, tell_owners),
    ):
        news.connect(receiver, dispatch_uid=f"sharing: {receiver.__name__}")


def lock_requests(*, title_ids: set[int], **_signal: Any) -> None:
    locks.requests_of(title_ids)


def follow_merge(*, keep: Title, merged: list[Title], now: datetime, **_signal: Any) -> None:
    """Requests, loans and harvested records of the merged titles stand under the one that is kept."""
    LoanTitle.objects.filter(title__in=merged).update(title=keep)
    HarvestedRecord.objects.filter(title__in=merged).update(title=keep)
    RelatedTitle.objects.filter(Q(title__in=merged) | Q(other__in=merged)).delete()  # counted anew at night
    _follow_lists([keep, *merged])
    twice = _close_doubles([keep, *merged], now)
    for request in Request.objects.filter(title__in=merged).exclude(pk__in=twice).order_by("pk"):
        request.title = keep
        request.save(update_fields=["title"])


def _follow_lists(titles: list[Title]) -> None:
    """A course list that has several of the titles keeps the first of them, with its note."""
    seen = set[int]()
    for entry in ReadingListEntry.objects.filter(title__in=titles).order_by("page_id", "sort_order", "pk"):
        if entry.page_id in seen:
            entry.delete()
        seen.add(entry.page_id)
    ReadingListEntry.objects.filter(title__in=titles[1:]).update(title=titles[0])


def _close_doubles(titles: list[Title], now: datetime) -> set[int]:
    """A reader who waits for two of the titles goes on with one request: what is agreed, else the older. Two that are
    agreed both go on; the second stays under its title, which leads to the other."""
    live = Request.objects.live().filter(title__in=titles).select_related("title", "requester")
    seen, twice = set[int](), set[int]()
    for request in sorted(live, key=lambda row: (row.status != Request.Status.MATCHED, row.placed_at, row.pk)):
        if request.requester_id not in seen:
            seen.add(request.requester_id)
        elif request.status == Request.Status.MATCHED:
            twice.add(request.pk)
        else:
            requests.close(request, Request.Status.CANCELLED, "request.merged", actor=None, now=now, why="merged")
    return twice


def let_holders_go(*, copy: Copy, actor: Reader, now: datetime, **_signal: Any) -> None:
    """Nobody is kept waiting for an answer about a copy that cannot be lent any more."""
    if not Copy.objects.lendable().filter(pk=copy.pk).exists():
        withdrawals.withdraw_asks_for(copy_id=copy.pk, actor=actor, now=now)


def record_listing(*, copy: Copy, actor: Reader, now: datetime, **_signal: Any) -> None:
    events.record("copy.listed", now=now, actor=actor, data={"copy": copy.pk})


def record_pause(*, copy: Copy, actor: Reader, now: datetime, **_signal: Any) -> None:
    events.record("copy.paused", now=now, actor=actor, data={"copy": copy.pk})


def record_resumption(*, copy: Copy, actor: Reader, now: datetime, **_signal: Any) -> None:
    events.record("copy.resumed", now=now, actor=actor, data={"copy": copy.pk})


def record_withdrawal(*, copy: Copy, actor: Reader, now: datetime, **_signal: Any) -> None:
    events.record("copy.withdrawn", now=now, actor=actor, data={"copy": copy.pk})


def tell_owners(*, title: Title, owners: list[int], actor: Reader, reason: str, now: datetime, **_signal: Any) -> None:
    """The words are kept as the reader typed them: what is told must not change with the record."""
    data = {"owners": owners, "title": title.title, "language": title.language}
    events.record("title.rejected", now=now, actor=actor, why=reason, data=data)
