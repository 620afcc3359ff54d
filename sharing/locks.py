"""Rows under lock, always Request before Ask before Lending before Handover, so that two transitions never wait in a ring.

Fetching and permission are one step: the rows come through `visible_to`, and what a stranger asks for is not found.
"""

from typing import TypeVar

from django.db.models import Model, QuerySet

from library_bridge.models import Reader
from sharing.errors import NotFound
from sharing.models import Ask, Conversation, Handover, Lending, Request

Row = TypeVar("Row", bound=Model)


def request(request_id: int, *, actor: Reader | None) -> Request:
    """`actor` None: the clock acts."""
    rows = Request.objects.visible_to(actor) if actor else Request.objects.all()
    return _one(rows.select_for_update(of=("self",)).select_related("title", "requester").filter(pk=request_id))


def ask(ask_id: int, *, actor: Reader | None) -> Ask:
    rows = Ask.objects.visible_to(actor) if actor else Ask.objects.all()
    return _ask(ask_id, _ids(rows.filter(pk=ask_id), "request_id")[0])


def lending(lending_id: int, *, actor: Reader | None) -> Lending:
    rows = Lending.objects.visible_to(actor) if actor else Lending.objects.all()
    ask_id, request_id = _ids(rows.filter(pk=lending_id), "ask_id", "request_id")
    return _lending(lending_id, ask_id, request_id)


def handover(handover_id: int, *, actor: Reader | None) -> Handover:
    rows = Handover.objects.visible_to(actor) if actor else Handover.objects.all()
    ids = _ids(rows.filter(pk=handover_id), "lending_id", "lending__ask_id", "lending__request_id")
    of = _lending(ids[0], ids[1], ids[2])
    locked = _one(Handover.objects.select_for_update(of=("self",)).filter(pk=handover_id))
    locked.lending = of
    return locked


def conversation(conversation_id: int, *, actor: Reader) -> Conversation:
    rows = Conversation.objects.visible_to(actor)
    _one(rows.filter(pk=conversation_id))
    return _one(
        Conversation.objects.select_for_update(of=("self",))
        .select_related("ask__request", "ask__holder")
        .filter(pk=conversation_id)
    )


def _ask(ask_id: int, request_id: int) -> Ask:
    wanted = request(request_id, actor=None)
    rows = Ask.objects.select_for_update(of=("self",))
    locked = _one(rows.select_related("holder", "copy", "library_loan__patron", "conversation").filter(pk=ask_id))
    locked.request = wanted
    return locked


def _lending(lending_id: int, ask_id: int, request_id: int) -> Lending:
    agreed = _ask(ask_id, request_id)
    rows = Lending.objects.select_for_update(of=("self",))
    locked = _one(
        rows.select_related("giver", "taker", "copy", "library_loan__library", "transfer").filter(pk=lending_id)
    )
    locked.ask, locked.request = agreed, agreed.request
    return locked


def _ids(rows: QuerySet[Row], *names: str) -> tuple[int, ...]:
    """Keys of the rows above, read without a lock: they never change."""
    for found in rows.order_by().values_list(*names)[:1]:
        return tuple(found)
    raise NotFound


def _one(rows: QuerySet[Row]) -> Row:
    """By its key, so nothing is ordered: `first()` would have every column compared with the order."""
    try:
        return rows.get()
    except rows.model.DoesNotExist:
        raise NotFound from None
