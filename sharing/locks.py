"""Rows under lock, always Copy before Reader before Request before Ask before Lending before Handover before Conversation, so
that two transitions never wait in a ring. A group comes before all of them, what is said about one book (a code to pass it on,
for whom it is kept) after its copy. Titles come last: a merge takes its copies and requests before them.

The locks are NO KEY UPDATE: whoever only points at a row (an event, a message, an ask) goes past.

Fetching and permission are one step: the rows come through `visible_to`, and what a stranger asks for is not found.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing import prepared
from sharing.errors import NotFound
from sharing.models import Ask, Conversation, Handover, Lending, Request
from sharing.prepared import PK, READER

Row = TypeVar("Row", bound=Model)


def request(request_id: int, *, actor: Reader | None) -> Request:
    """`actor` None: the clock acts."""
    return _one(_request_row, request_id, actor)


def ask(ask_id: int, *, actor: Reader | None) -> Ask:
    return _ask(ask_id, *_ids(_ask_ids, ask_id, actor))


def lending(lending_id: int, *, actor: Reader | None) -> Lending:
    return _lending(lending_id, *_ids(_lending_ids, lending_id, actor))


def handover(handover_id: int, *, actor: Reader | None) -> Handover:
    of = _lending(*_ids(_handover_ids, handover_id, actor))
    locked = _one(_handover_row, handover_id)
    locked.lending = of
    return locked


def conversation(conversation_id: int, *, actor: Reader) -> Conversation:
    """Its ask too, since whether anything may still be written hangs on how that stands."""
    ask_id, request_id = _ids(_conversation_ids, conversation_id, actor)
    of = _ask(ask_id, request_id, None)
    locked = _one(_conversation_row, conversation_id)
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
    locked = _one(_ask_row, ask_id)
    locked.request = wanted
    return locked


def _lending(lending_id: int, ask_id: int, request_id: int, copy_id: int | None) -> Lending:
    agreed = _ask(ask_id, request_id, copy_id)
    locked = _one(_lending_row, lending_id)
    locked.ask, locked.request = agreed, agreed.request
    return locked


def _only_lock(rows: QuerySet[Any]) -> None:
    """Where rows are not locked one by one, the transaction has the whole database to itself from its first word on."""
    if connection.features.has_select_for_update:
        list(_locked(rows).order_by("pk").values_list("pk"))


def _locked(rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.select_for_update(of=("self",), no_key=True)


def _ids(make: Callable[[bool], "QuerySet[Any, tuple[Any, ...]]"], pk: int, actor: Reader | None) -> tuple[Any, ...]:
    """Keys of the rows above, read without a lock: they never change."""
    for found in prepared.run(make, actor is not None, values={"pk": pk, "reader": actor and actor.pk}):
        return found
    raise NotFound


def _one(make: Callable[[bool], QuerySet[Row]], pk: int, actor: Reader | None = None) -> Row:
    for found in prepared.objects(make, actor is not None, values={"pk": pk, "reader": actor and actor.pk}):
        return found
    raise NotFound


# The rows with the key PK, all of them or those that READER may see.


def _request_row(visible: bool) -> QuerySet[Request]:
    rows = Request.objects.visible_to(READER) if visible else Request.objects.all()
    return _locked(rows).select_related("title", "requester").filter(pk=PK).order_by()


def _ask_row(_visible: bool) -> QuerySet[Ask]:
    rows = _locked(Ask.objects.filter(pk=PK)).order_by()
    return rows.select_related("holder", "copy", "library_loan__patron", "conversation")


def _lending_row(_visible: bool) -> QuerySet[Lending]:
    rows = _locked(Lending.objects.filter(pk=PK)).order_by()
    return rows.select_related("giver", "taker", "copy", "library_loan__library", "transfer")


def _handover_row(_visible: bool) -> QuerySet[Handover]:
    return _locked(Handover.objects.filter(pk=PK)).order_by()


def _conversation_row(_visible: bool) -> QuerySet[Conversation]:
    return _locked(Conversation.objects.filter(pk=PK)).order_by()


def _ask_ids(visible: bool) -> "QuerySet[Ask, tuple[Any, ...]]":
    rows = Ask.objects.visible_to(READER) if visible else Ask.objects.all()
    return rows.filter(pk=PK).order_by().values_list("request_id", "copy_id")


def _lending_ids(visible: bool) -> "QuerySet[Lending, tuple[Any, ...]]":
    rows = Lending.objects.visible_to(READER) if visible else Lending.objects.all()
    return rows.filter(pk=PK).order_by().values_list("ask_id", "request_id", "copy_id")


def _handover_ids(visible: bool) -> "QuerySet[Handover, tuple[Any, ...]]":
    rows = Handover.objects.visible_to(READER) if visible else Handover.objects.all()
    above = ("lending_id", "lending__ask_id", "lending__request_id", "lending__copy_id")
    return rows.filter(pk=PK).order_by().values_list(*above)


def _conversation_ids(_visible: bool) -> "QuerySet[Conversation, tuple[Any, ...]]":
    return Conversation.objects.visible_to(READER).filter(pk=PK).order_by().values_list("ask_id", "ask__request_id")
