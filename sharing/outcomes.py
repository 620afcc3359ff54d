"""How a request is answered and ends: agreed, open again, fulfilled, or its time is over."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from library_bridge.models import Reader
from sharing import events, locks, states, withdrawals, writes
from sharing.models import Ask, Request


@transaction.atomic(durable=True)
def expire_request(*, request_id: int, now: datetime) -> Request:
    """The deadline has passed: whoever is still asked is released and the requester gets a result."""
    request = locks.request(request_id, actor=None)
    if request.status == Request.Status.OPEN and request.deadline_at <= now:
        close(request, Request.Status.UNFILLED, "request.unfilled", actor=None, now=now, why="deadline")
    return request


MERGED, PASSED_ON_NOW = "merged", "passed_on_now"
"""Why a request ended that its reader did not withdraw: another one took its place."""


def goes_on_as(request: Request) -> Request | None:
    """The one that took its place: the reader's other one when two titles became one, or the one under which a book was passed
    on to them in person."""
    if request.close_reason not in (MERGED, PASSED_ON_NOW):
        return None
    titles = {request.title_id, request.title.merged_into_id or request.title_id}
    theirs = Request.objects.filter(requester=request.requester_id, title__in=titles).exclude(pk=request.pk)
    there_then = theirs.filter(
        Q(closed_at=None) | Q(closed_at__gte=request.closed_at), placed_at__lte=request.closed_at
    )
    return there_then.exclude(close_reason=MERGED).order_by("placed_at", "pk").last()


_BECAUSE = {"request.cancelled": Ask.Because.CANCELLED, "request.unfilled": Ask.Because.EXPIRED}


def close(
    request: Request, status: Request.Status, kind: str, *, actor: Reader | None, now: datetime, why: str = ""
) -> None:
    """Inside the caller's transaction, with the request locked."""
    states.require(states.REQUEST, request.status, status)
    before, request.status, request.closed_at, request.close_reason = request.status, status, now, why
    writes.change(request, "status", "closed_at", "close_reason")
    withdrawals.withdraw_asks(request, because=_BECAUSE.get(kind, Ask.Because.NOT_NEEDED), now=now)
    asked = request.asks.values("holder").distinct().count()
    events.record(
        kind, now=now, actor=actor, request=request, before=before, after=status, why=why, data={"asked": asked}
    )


def match(request: Request, *, accepted: Ask, actor: Reader | None, now: datetime) -> None:
    states.require(states.REQUEST, request.status, Request.Status.MATCHED)
    request.status = Request.Status.MATCHED
    writes.change(request, "status")
    withdrawals.withdraw_asks(request, because=Ask.Because.NOT_NEEDED, now=now, but=accepted)
    events.record("request.matched", now=now, actor=actor, request=request, before="open", after=request.status)


def fulfil(request: Request, *, now: datetime) -> None:
    close(request, Request.Status.FULFILLED, "request.fulfilled", actor=None, now=now)


def reopen(request: Request, *, now: datetime) -> None:
    """The lending fell through by no fault of the requester: on with the search while there is time, else an honest end."""
    if request.deadline_at <= now:
        close(request, Request.Status.UNFILLED, "request.unfilled", actor=None, now=now, why="fell_through")
        return
    states.require(states.REQUEST, request.status, Request.Status.OPEN)
    before, request.status = request.status, Request.Status.OPEN
    writes.change(request, "status")
    events.record("request.reopened", now=now, actor=None, request=request, before=before, after=request.status)
