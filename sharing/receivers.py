"""News from the catalogue below. Each receiver runs inside the transaction that sent it."""

from datetime import datetime
from typing import Any

from library_bridge.models import Reader
from personal_catalog.models import Copy, Title
from personal_catalog.signals import copy_listed, title_rejected, titles_merged
from sharing import events
from sharing.models import HarvestedRecord, LoanTitle, Request


def connect() -> None:
    titles_merged.connect(follow_merge, dispatch_uid="sharing follows a merge")
    copy_listed.connect(record_listing, dispatch_uid="sharing records a listing")
    title_rejected.connect(tell_owners, dispatch_uid="sharing tells the owners of a rejected title")


def follow_merge(*, keep: Title, merged: list[Title], **_signal: Any) -> None:
    """Requests, loans and harvested records of the merged titles stand under the one that is kept.

    A reader who waits for both keeps both requests: the second stays where it is, its title leads to the other.
    """
    LoanTitle.objects.filter(title__in=merged).update(title=keep)
    HarvestedRecord.objects.filter(title__in=merged).update(title=keep)
    waiting = set(Request.objects.live().filter(title=keep).values_list("requester_id", flat=True))
    for request in Request.objects.select_for_update(of=("self",)).filter(title__in=merged).order_by("pk"):
        if request.is_live and request.requester_id in waiting:
            continue
        waiting |= {request.requester_id} if request.is_live else set()
        request.title = keep
        request.save(update_fields=["title"])


def record_listing(*, copy: Copy, actor: Reader, now: datetime, **_signal: Any) -> None:
    events.record("copy.listed", now=now, actor=actor, data={"copy": copy.pk})


def tell_owners(*, title: Title, owners: list[int], actor: Reader, reason: str, now: datetime, **_signal: Any) -> None:
    """The words are kept as the reader typed them: what is told must not change with the record."""
    data = {"owners": owners, "title": title.title, "language": title.language}
    events.record("title.rejected", now=now, actor=actor, why=reason, data=data)
