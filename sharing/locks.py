"""Rows under lock, always Copy before Request before Ask before Lending before Handover before Conversation, so that two
transitions never wait in a ring. Titles come last: a merge takes its copies and requests before them.

The locks are NO KEY UPDATE: whoever only points at a row (an event, a message, an ask) goes past.

Fetching and permission are one step: the rows come through `visible_to`, and what a stranger asks for is not found.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Model, QuerySet

from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing.errors import NotFound
from sharing.models import Ask, Conversation, Handover, Lending, Request

Row = TypeVar("Row", bound=Model)


def request(request_id: int, *, actor: Reader | None) -> Request:
    """`actor` None: the clock acts."""
    rows = Request.objects.visible_to(actor) if actor else Request.objects.all()
    return _one(_locked(rows).select_related("title", "requester").filter(pk=request_id))


def ask(ask_id: int, *, actor: Reader | None) -> Ask:
    rows = Ask.objects.visible_to(actor) if actor else Ask.objects.all()
    copy_id, request_id = _ids(rows.filter(pk=ask_id), "copy_id", "request_id")
    return _ask(ask_id, request_id, copy_id)


def lending(lending_id: int, *, actor: Reader | None) -> Lending:
    rows = Lending.objects.visible_to(actor) if actor else Lending.objects.all()
    return _lending(lending_id, *_ids(rows.filter(pk=lending_id), "ask_id", "request_id", "copy_id"))


def handover(handover_id: int, *, actor: Reader | None) -> Handover:
    rows = Handover.objects.visible_to(actor) if actor else Handover.objects.all()
    names = ("lending_id", "lending__ask_id", "lending__request_id", "lending__copy_id")
    of = _lending(*_ids(rows.filter(pk=handover_id), *names))
    locked = _one(_locked(Handover.objects.all()).filter(pk=handover_id))
    locked.lending = of
    return locked


def conversation(conversation_id: int, *, actor: Reader) -> Conversation:
    """Its ask too, since whether anything may still be written hangs on how that stands."""
    ask_id, request_id = _ids(
        Conversation.objects.visible_to(actor).filter(pk=conversation_id), "ask_id", "ask__request_id"
    )
    of = _ask(ask_id, request_id, None)
    locked = _one(_locked(Conversation.objects.all()).filter(pk=conversation_id))
    locked.ask = of
    return locked


def copies(copy_ids: Iterable[int]) -> None:
    """Where they are, and whether they are lent, stays as it is until the transaction ends."""
    _only_lock(Copy.objects.filter(pk__in=list(copy_ids)))


def readers(reader_ids: Iterable[int]) -> None:
    """After copies, before requests: for what is counted by reader."""
    _only_lock(Reader.objects.filter(pk__in=list(reader_ids)))


def requests(request_ids: Iterable[int]) -> None:
    list(_locked(Request.objects.filter(pk__in=list(request_ids)).order_by("pk")).values_list("pk"))


def requests_of(title_ids: Iterable[int]) -> None:
    _only_lock(Request.objects.filter(title__in=list(title_ids)))


def _ask(ask_id: int, request_id: int, copy_id: int | None) -> Ask:
    """`copy_id` None: a library loan, or nothing that hangs on where the copy is."""
    if copy_id is not None:
        copies([copy_id])
    wanted = request(request_id, actor=None)
    rows = _locked(Ask.objects.all())
    locked = _one(rows.select_related("holder", "copy", "library_loan__patron", "conversation").filter(pk=ask_id))
    locked.request = wanted
    return locked


def _lending(lending_id: int, ask_id: int, request_id: int, copy_id: int | None) -> Lending:
    agreed = _ask(ask_id, request_id, copy_id)
    rows = _locked(Lending.objects.all())
    locked = _one(
        rows.select_related("giver", "taker", "copy", "library_loan__library", "transfer").filter(pk=lending_id)
    )
    locked.ask, locked.request = agreed, agreed.request
    return locked


def _only_lock(rows: QuerySet[Any]) -> None:
    """Where rows are not locked one by one, the transaction has the whole database to itself from its first word on."""
    if connection.features.has_select_for_update:
        list(_locked(rows).order_by("pk").values_list("pk"))


def _locked(rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.select_for_update(of=("self",), no_key=True)


def _ids(rows: QuerySet[Row], *names: str) -> tuple[Any, ...]:
    """Keys of the rows above, read without a lock: they never change."""
    for found in rows.order_by().values_list(*names)[:1]:
        return tuple(found)
    raise NotFound


def _one(rows: QuerySet[Row]) -> Row:
    """By its key, so nothing is ordered: `first()` would have every column compared with the order."""
    try:
        return rows.get()
    except ObjectDoesNotExist:
        raise NotFound from None
