"""What must always be true of requests, asks, lendings, handovers, conversations and events. Reads only."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, cast

from django.db.models import Count, F, Max, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from library_bridge import keeping
from library_bridge.models import Transfer
from library_bridge.registers import Check
from sharing.models import (
    Ask,
    Conversation,
    DomainEvent,
    Handover,
    Lending,
    Message,
    Notification,
    PurchaseSuggestion,
    Request,
)
from sharing.notifications import TELLS

LEND = Lending.Mode.LEND


def _lines(rows: Iterable[object], says: str) -> Iterator[str]:
    return (f"{row} {says}" for row in rows)


def _open_copies() -> Iterable[str]:
    twice = Lending.objects.live().exclude(copy=None).values("copy").annotate(n=Count("pk")).filter(n__gt=1)
    return (f"copy {row['copy']} has {row['n']} live lendings" for row in twice)


def _open_loans() -> Iterable[str]:
    twice = (
        Lending.objects.live().exclude(library_loan=None).values("library_loan").annotate(n=Count("pk")).filter(n__gt=1)
    )
    return (f"library loan {row['library_loan']} has {row['n']} live lendings" for row in twice)


def _library_custody() -> Iterable[str]:
    done = Lending.objects.filter(kind=Lending.Kind.LIBRARY_LOAN, status=Lending.Status.COMPLETED)
    return _lines(done.exclude(transfer__status=Transfer.Status.DONE), "is completed, but its transfer is not")


def _copy_custody() -> Iterator[str]:
    """The copy is where its live lending says."""
    lent = Lending.objects.filter(copy__isnull=False)
    out = lent.filter(status__in=(Lending.Status.ON_LOAN, Lending.Status.RETURNING)).exclude(copy__holder=F("taker"))
    yield from _lines(out, "is on loan, but its copy is not with the borrower")
    yield from _lines(
        lent.filter(status=Lending.Status.AGREED).exclude(copy__holder=F("giver")),
        "is agreed, but its copy is not with the giver",
    )


def _oneself() -> Iterable[str]:
    return _lines(Ask.objects.filter(holder=F("request__requester")), "asks the requester")


def _both_confirmed() -> Iterator[str]:
    confirmed = Handover.objects.filter(status=Handover.Status.CONFIRMED, direction=Handover.Direction.OUT)
    moved = Lending.objects.exclude(
        status__in=(Lending.Status.AGREED, Lending.Status.CANCELLED, Lending.Status.NO_SHOW)
    )
    # what was left at a drop point or sent and never arrived: a librarian's matter before it moved
    underway = Q(status__in=(Lending.Status.DISPUTED, Lending.Status.SETTLED), handed_over_at=None)
    moved = moved.exclude(underway).exclude(pk__in=confirmed.values("lending"))
    yield from _lines(moved, "moved without a confirmed handover")
    one_sided = Handover.objects.filter(status=Handover.Status.CONFIRMED).filter(
        Q(giver_confirmed_at=None) | Q(taker_confirmed_at=None)
    )
    yield from _lines(one_sided, "is confirmed by one side only")


def _states_agree() -> Iterator[str]:
    matched = Request.objects.filter(status=Request.Status.MATCHED).exclude(
        pk__in=Lending.objects.live().values("request")
    )
    yield from _lines(matched, "is matched without a live lending")
    yield from _lines(
        Lending.objects.filter(status=Lending.Status.AGREED).exclude(request__status=Request.Status.MATCHED),
        "is agreed on a request that is not matched",
    )
    yield from _lines(
        Lending.objects.exclude(ask__status=Ask.Status.ACCEPTED), "stands on an ask that was not accepted"
    )
    ended = Ask.objects.waiting().exclude(request__status=Request.Status.OPEN)
    yield from _lines(ended, "still waits on a request that is not open")


def _deadlines() -> Iterator[str]:
    """That a deadline exists is a column that cannot be empty; here that it can be met."""
    yield from _lines(Ask.objects.waiting().filter(respond_by__gt=F("request__deadline_at")), "outlasts its request")
    yield from _lines(Request.objects.filter(deadline_at__lt=F("placed_at")), "ends before it began")
    asked = PurchaseSuggestion.objects.waiting().filter(answer_by__lte=F("created_at"))
    yield from _lines(asked, "was to be answered before it was made")
    out = Lending.objects.filter(status__in=(Lending.Status.ON_LOAN, Lending.Status.RETURNING), due_at=None)
    yield from _lines(out, "is on loan without a due date")


FIRST_EVENT = {"request": "request.placed", "ask": "ask.sent", "lending": "lending.agreed"}
ENDS = (
    "fulfilled", "unfilled", "cancelled", "accepted", "declined", "lapsed", "withdrawn", "completed", "no_show", "settled",
    "confirmed", "replaced", "missed",
)  # fmt: skip


def _one_event_each() -> Iterator[str]:
    """Each transition left exactly one event row."""
    models: dict[str, type[Model]] = {"request": Request, "ask": Ask, "lending": Lending, "handover": Handover}
    for noun, kind in FIRST_EVENT.items():
        yield from _lines(_without_one_event(models[noun], kind), f"has not exactly one {kind}")
    agreed = _without_one_event(Handover, "handover.agreed").exclude(agreed_at=None)
    yield from _lines(agreed, "was agreed without exactly one event")
    for noun, model in models.items():
        for status in ENDS:
            rows = _without_one_event(model, f"{noun}.{status}").filter(status=status)
            if model is Request:
                rows = rows.exclude(close_reason="merged")
            yield from _lines(rows, f"is {status} without exactly one event")
    merged = _without_one_event(Request, "request.merged").filter(close_reason="merged")
    yield from _lines(merged, "ended with a merger without exactly one event")
    out = _without_one_event(Lending, "lending.handed_over").exclude(handed_over_at=None)
    yield from _lines(out, "was handed over without exactly one event")
    confirmed = DomainEvent.objects.filter(kind="handover.confirmed", handover=OuterRef("pk")).values("handover")
    remembered = Handover.objects.filter(lending__request__forgotten_at=None)
    counted = remembered.annotate(n=Coalesce(Subquery(confirmed.annotate(n=Count("pk")).values("n")), 0))
    yield from _lines(
        counted.filter(status=Handover.Status.CONFIRMED).exclude(n=1), "is confirmed without exactly one event"
    )


TO_REQUEST: dict[type[Model], str] = {
    Request: "",
    Ask: "request__",
    Lending: "request__",
    Handover: "lending__request__",
}


def _without_one_event(model: type[Model], kind: str) -> QuerySet[Any]:
    """Where the readers have been forgotten, the ledger's events do not say any more what they were about (P6)."""
    rows: QuerySet[Any] = model._default_manager.filter(**{f"{TO_REQUEST[model]}forgotten_at": None})
    return cast(QuerySet[Any], rows.annotate(n=Count("events", filter=Q(events__kind=kind))).exclude(n=1))


OF_REQUESTS = {"request", "ask", "lending", "handover", "condition", "message", "collector"}


def _told() -> Iterator[str]:
    """What happened long ago was told, and the telling has been forgotten since."""
    told = Notification.objects.values("event")
    remembered = timezone.now() - timedelta(days=keeping.days("news"))
    for kind in TELLS.keys() - {"message.sent"}:  # a message after a no is told to nobody
        untold = DomainEvent.objects.filter(kind=kind, at__gt=remembered).exclude(pk__in=told)
        if kind.partition(".")[0] in OF_REQUESTS:
            untold = untold.filter(request__isnull=False, request__forgotten_at=None)
        # an ask that accepts itself is told by its acceptance
        untold = untold.exclude(kind="ask.sent", data__has_key="consent")
        # two who stand together are told of their handover
        untold = untold.exclude(kind="ask.accepted", why=Ask.Consent.NOW)
        # the way back opens agreed, and the start of the return has told it
        untold = untold.exclude(kind="handover.agreed", from_status="")
        # a book may be kept for whoever comes first, and a first rating stays sealed
        nobody = DomainEvent.objects.filter(Q(data__readers=[]) | Q(kind="lending.rated", data__both=False), kind=kind)
        untold = untold.exclude(pk__in=nobody.values("pk"))
        # who takes a book off the shelf, or goes away, knows that the ask for it ends
        untold = untold.exclude(kind="ask.withdrawn", actor=F("ask__holder"))
        concerned = (event for event in untold if TELLS[kind](event) - {event.actor_id or 0})  # whoever acts knows
        yield from _lines(concerned, "was told to nobody")


def _undelivered() -> Iterable[str]:
    late = timezone.now() - timedelta(days=1)
    return _lines(
        DomainEvent.objects.filter(delivered_at=None, recorded_at__lt=late),
        "has not been delivered for more than a day",
    )


def _sequences() -> Iterator[str]:
    counted = Message.objects.values("conversation").annotate(n=Count("pk"), top=Max("seq")).exclude(n=F("top"))
    yield from (
        f"conversation {row['conversation']} has {row['n']} messages up to number {row['top']}" for row in counted
    )
    tops = Conversation.objects.annotate(top=Max("messages__seq")).filter(last_seq__gt=0).exclude(last_seq=F("top"))
    forgotten = timezone.now() - timedelta(days=keeping.days("messages"))
    tops = tops.exclude(closed_at__lte=forgotten, top=None)
    yield from _lines(tops, "counts other than its messages")


def _codes() -> Iterator[str]:
    yield from _lines(
        Handover.objects.filter(code_used=True).exclude(status=Handover.Status.CONFIRMED),
        "used its code without being confirmed",
    )
    shown = Q(pin_serial__gt=0) | Q(qr_serial__gt=0)
    yield from _lines(
        Handover.objects.filter(shown, status=Handover.Status.CONFIRMED, code_used=False),
        "is confirmed, and its code still counts",
    )


def _cancelled_after_all() -> Iterable[str]:
    """Also nobody fails to come where both confirmed."""
    out = Handover.objects.filter(status=Handover.Status.CONFIRMED, direction=Handover.Direction.OUT)
    ended = Lending.objects.filter(status__in=(Lending.Status.CANCELLED, Lending.Status.NO_SHOW))
    return _lines(ended.filter(pk__in=out.values("lending")), "was called off after both had confirmed")


def _talking_on() -> Iterable[str]:
    """A conversation ends with its ask, or with the lending that came of it."""
    ended = Q(ask__status__in=(Ask.Status.DECLINED, Ask.Status.LAPSED, Ask.Status.WITHDRAWN))
    over = Q(ask__lending__closed_at__isnull=False)
    return _lines(Conversation.objects.filter(ended | over, closed_at=None), "goes on after its end")


CHECKS = (
    Check("C1", "a copy has at most one live lending", _open_copies),
    Check("C2", "a library loan has at most one live lending", _open_loans),
    Check("C3", "a completed library lending moved in the library system", _library_custody),
    Check("C4", "a copy is where its lending says", _copy_custody),
    Check("C5", "nobody is asked by oneself", _oneself),
    Check("C6", "custody moves only when both confirmed", _both_confirmed),
    Check("C7", "nothing is called off after both confirmed", _cancelled_after_all),
    Check("S1", "request, ask and lending agree", _states_agree),
    Check("S2", "what is not finished has a deadline", _deadlines),
    Check("S3", "each transition has exactly one event", _one_event_each),
    Check("N1", "what must be told was told", _told),
    Check("N2", "no event waits for more than a day", _undelivered),
    Check("N5", "conversations count without gaps", _sequences),
    Check("P4", "a conversation ends with what it is about", _talking_on),
    Check("T2", "a code counts once", _codes),
)
