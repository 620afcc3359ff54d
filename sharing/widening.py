"""A request for one holding becomes one for its title, once that holding can bring no yes any more."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from sharing import events, limits, locks, prepared
from sharing.models import Ask, Request
from sharing.prepared import NOW, PK


def stuck_request_ids(*, now: datetime) -> list[int]:
    return [pk for (pk,) in prepared.run(_stuck_ids, values={"now": now})]


def _stuck_ids() -> "QuerySet[Request, tuple[Any, ...]]":
    return _stuck().order_by("pk").values_list("pk")


def _stuck_one() -> "QuerySet[Request, tuple[Any, ...]]":
    return _stuck().filter(pk=PK).values_list("pk")


def _stuck() -> QuerySet[Request]:
    """Open, for one holding whose holder's time to answer is over, who must not be asked again yet, or who has it no more.

    Before the end of that time a no, silence and a book that has gone look alike (P2), so nothing is widened before.
    """
    one = Q(copy__isnull=False) | Q(library_loan__isnull=False)
    same = Q(copy=OuterRef("copy")) | Q(library_loan=OuterRef("library_loan"))
    asks = Ask.objects.filter(same, request__requester=OuterRef("requester"))
    ours, let_go = asks.filter(request=OuterRef("pk")), Q(status=Ask.Status.WITHDRAWN, withdrawn_because="not_needed")
    running = ours.filter(respond_by__gt=NOW).exclude(status=Ask.Status.ACCEPTED).exclude(let_go)
    over = ours.exclude(status=Ask.Status.ASKED).exclude(let_go)
    gone = Q(copy__status="withdrawn") | Q(library_loan__closed_at__isnull=False)
    return Request.objects.filter(
        one,
        ~Exists(running),
        gone | Exists(over) | Exists(asks.filter(limits.asked_lately(NOW))),
        status=Request.Status.OPEN,
        deadline_at__gt=NOW,
    )


@transaction.atomic(durable=True)
def widen_request(*, request_id: int, now: datetime) -> bool:
    """From now on it is put to every holder of the title; True when it was narrower before."""
    request = locks.request(request_id, actor=None)
    if not any(prepared.run(_stuck_one, values={"now": now, "pk": request.pk})):
        return False
    wanted = f"copy-{request.copy_id}" if request.copy_id else f"loan-{request.library_loan_id}"
    request.copy = request.library_loan = None
    request.save(update_fields=["copy", "library_loan"])
    events.record("request.widened", now=now, actor=None, request=request, data={"holding": wanted})
    return True
