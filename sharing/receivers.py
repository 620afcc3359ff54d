"""News from the catalogue below. Each receiver runs inside the transaction that sent it."""

from datetime import datetime
from typing import Any

from library_bridge.models import Reader
from personal_catalog.models import Copy, Title
from personal_catalog.signals import copy_listed, titles_merged, titles_merging
from sharing import events, locks
from sharing.models import HarvestedRecord, LoanTitle, Request


def connect() -> None:
    titles_merging.connect(lock_requests, dispatch_uid="sharing locks what a merge moves")
    titles_merged.connect(follow_merge, dispatch_uid="sharing follows a merge")
    copy_listed.connect(record_listing, dispatch_uid="sharing records a listing")


def lock_requests(*, title_ids: set[int], **_signal: Any) -> None:
    locks.requests_of(title_ids)


def follow_merge(*, keep: Title, merged: list[Title], **_signal: Any) -> None:
    """Requests, loans and harvested records of the merged titles stand under the one that is kept.

    A reader who waits for both keeps both requests: the second stays where it is, its title leads to the other.
    """
    LoanTitle.objects.filter(title__in=merged).update(title=keep)
    HarvestedRecord.objects.filter(title__in=merged).update(title=keep)
    waiting = set(Request.objects.live().filter(title=keep).values_list("requester_id", flat=True))
    for request in Request.objects.filter(title__in=merged).order_by("pk"):
        if request.is_live and request.requester_id in waiting:
            continue
        waiting |= {request.requester_id} if request.is_live else set()
        request.title = keep
        request.save(update_fields=["title"])


def record_listing(*, copy: Copy, actor: Reader, now: datetime, **_signal: Any) -> None:
    events.record("copy.listed", now=now, actor=actor, data={"copy": copy.pk})
