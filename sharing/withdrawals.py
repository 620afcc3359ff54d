"""Asks that need no answer any more: they end without any mark against the holder."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from library_bridge.models import LibraryLoan, Reader
from personal_catalog.models import Copy
from sharing import availability, events, jobs, locks, prepared, resting, states, writes
from sharing.models import Ask, Conversation, Lending, Request
from sharing.models.asks import AskQuerySet
from sharing.models.blocks import left_out
from sharing.prepared import NOW, PK
from sharing.resting import Moment

Because = Ask.Because


def withdraw_asks(request: Request, *, because: Because, now: datetime, but: Ask | None = None) -> None:
    """All that wait, inside the caller's transaction with the request locked. The conversations with those who said no end
    with the others: when they end tells nothing (P2)."""
    for ask in prepared.objects(_waiting_of_request, values={"pk": request.pk}):
        if ask != but:
            ask.request = request
            _withdraw(ask, because=because, actor=None, now=now)
    Conversation.objects.filter(ask__request=request, closed_at__gt=now).update(closed_at=now)


def _waiting_of_request() -> QuerySet[Ask]:
    rows = Ask.objects.waiting().filter(request=PK).order_by("pk").select_related("holder", "conversation")
    return rows.select_for_update(of=("self",), no_key=True)


def withdraw_asks_for(*, copy_id: int, actor: Reader | None, now: datetime) -> None:
    """Where the copy cannot be lent any more, or not to the one who asked; inside the transaction that says so, with the copy
    locked."""
    lendable = Copy.objects.lendable().shown_to(OuterRef("request__requester_id")).filter(pk=OuterRef("copy_id"))
    in_vain = Ask.objects.waiting().filter(~Exists(lendable), copy_id=copy_id)
    for ask_id in list(in_vain.values_list("pk", flat=True)):
        ask = locks.ask(ask_id, actor=None)
        if ask.status == Ask.Status.ASKED:
            _withdraw(ask, because=Because.GONE, actor=actor, now=now)
            transaction.on_commit(partial(jobs.hurry, "sharing.tasks.next_wave", ask.request_id))


def withdraw_others(book: dict[str, Any], *, but: Request | None, actor: Reader, now: datetime) -> list[int]:
    """Whoever else is being asked for this book learns that it has gone; the requests to go on with. Inside the caller's
    transaction, with the requests locked."""
    waiting = Ask.objects.waiting().filter(**book).select_related("holder", "conversation", "request")
    others = list(waiting.exclude(request=but).order_by("pk") if but else waiting.order_by("pk"))
    for ask in others:
        _withdraw(ask, because=Because.GONE, actor=actor, now=now)
    return [ask.request_id for ask in others]


def withdraw_ask(ask: Ask, *, now: datetime) -> None:
    """The book turned out to be another one; inside the caller's transaction, with the ask locked."""
    if ask.status == Ask.Status.ASKED:
        _withdraw(ask, because=Because.GONE, actor=None, now=now)


@transaction.atomic(durable=True)
def withdraw_vain_ask(*, ask_id: int, now: datetime, actor: Reader | None = None) -> bool:
    """True when the ask ended here, because the book cannot be had from this holder any more, or not now. `actor`: the
    holder, who need not be told of what they said themselves."""
    ask = locks.ask(ask_id, actor=None)
    if not any(prepared.run(_vain_ask, values={**prepared.moment(now), "pk": ask.pk})):
        return False
    _withdraw(ask, because=Because.GONE, actor=actor, now=now)
    return True


def let_go_vain(asks: AskQuerySet, *, actor: Reader, now: datetime) -> None:
    """Of these, what cannot be had since its holder, `actor`, has said so; those who asked are served next. Each in a commit of
    its own: what a crash leaves, the sweep takes up."""
    for ask_id, request_id in list(asks.waiting().values_list("pk", "request_id")):
        if withdraw_vain_ask(ask_id=ask_id, actor=actor, now=now):
            jobs.hurry("sharing.tasks.next_wave", request_id)


def vain_ask_ids(*, now: datetime) -> list[int]:
    return [pk for (pk,) in prepared.run(_vain_ask_ids, values=prepared.moment(now))]


def _vain_ask_ids() -> "QuerySet[Ask, tuple[Any, ...]]":
    return vain_asks(now=NOW).order_by("pk").values_list("pk")


def _vain_ask() -> "QuerySet[Ask, tuple[Any, ...]]":
    return vain_asks(now=NOW).filter(pk=PK).values_list("pk")


def vain_asks(*, now: Moment) -> QuerySet[Ask]:
    """Waiting for an answer about a book that is promised or gone (a loan that came back to the library, say), that rests
    because its holder is away or keeps it for somebody else, or that is not for the one who asked any more: they have left the
    group, or one of the two has blocked the other."""
    requester = OuterRef("request__requester_id")
    free = availability.free_copies(reader=requester, now=now)
    at_hand = free.filter(pk=OuterRef("copy_id"), holder=OuterRef("holder_id"))
    promised = Lending.objects.live().filter(library_loan=OuterRef("pk"))
    charged = LibraryLoan.objects.open().filter(
        ~Exists(promised),
        ~resting.loan_rests(now),
        ~resting.kept_from("library_loan", "patron__reader", requester, now),
        pk=OuterRef("library_loan_id"),
    )
    return Ask.objects.waiting().filter(
        Q(copy__isnull=False) & ~Exists(at_hand)
        | Q(library_loan__isnull=False) & ~Exists(charged)
        | Q(left_out(requester=requester, holder=OuterRef("holder_id")))
    )


def _withdraw(ask: Ask, *, because: Because, actor: Reader | None, now: datetime) -> None:
    states.require(states.ASK, ask.status, Ask.Status.WITHDRAWN)
    ask.status, ask.withdrawn_because, ask.answered_at, ask.remind_at = Ask.Status.WITHDRAWN, because, now, None
    writes.change(ask, "status", "withdrawn_because", "answered_at", "remind_at")
    close_conversation(ask, now, at_once=because != Because.GONE)
    events.record("ask.withdrawn", now=now, actor=actor, ask=ask, before="asked", after=ask.status, why=because)


def close_conversation(ask: Ask, now: datetime, *, at_once: bool) -> None:
    """Else at the moment at which the ask would have lapsed: until then it looks like silence to the requester (P2)."""
    ask.conversation.closed_at = now if at_once else max(now, ask.respond_by)
    writes.change(ask.conversation, "closed_at")
