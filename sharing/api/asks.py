"""Requests put to the reader as a holder."""

from typing import Literal

from django.db.models import Case, IntegerField, When
from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, Field

from sharing import asks
from sharing.api import ids, schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.paging import Page, Paging
from sharing.errors import NotFound
from sharing.models import Ask

router = signed_in("asks")


class Agreed(BaseModel):
    lending_id: str
    status: str


Status = Literal["asked", "accepted", "declined", "lapsed", "withdrawn"]
WAITING_FIRST = Case(When(status=Ask.Status.ASKED, then=0), default=1, output_field=IntegerField())


class Decline(Body):
    reason: str = Field(
        "",
        max_length=500,
        description=f"One of {', '.join(Ask.Reason.values)}, or words of one's own. Only librarians read it.",
        examples=list(Ask.Reason.values),
    )


@router.get("/me/asks", response=Page[schemas.AskOut], operation_id="listMyAsks")
def list_my_asks(request: Call, paging: Query[Paging], status: Status | None = None) -> Page[schemas.AskOut]:
    """Those that wait for an answer first, then the newest."""
    rows = serializers.asks(request.auth).order_by(WAITING_FIRST, "-asked_at", "-pk")
    if status is not None:
        rows = rows.filter(status=status)
    return Page[schemas.AskOut].of(request, paging, rows, serializers.ask)


@router.get("/asks/{id}", response=schemas.AskOut, operation_id="getAsk")
def get_ask(request: Call, id: str) -> schemas.AskOut:
    return _mine(request, ids.number(id))


@router.post("/asks/{id}/accept", response=Agreed, operation_id="acceptAsk")
def accept_ask(request: Call, id: str) -> Agreed:
    """From here on the two know each other's display name. A library loan is checked with the library first."""
    lending = asks.accept_ask(ask_id=ids.number(id), actor=request.auth, now=timezone.now())
    return Agreed(lending_id=str(lending.pk), status=lending.status)


@router.post("/asks/{id}/decline", response=schemas.AskOut, operation_id="declineAsk")
def decline_ask(request: Call, id: str, payload: Decline | None = None) -> schemas.AskOut:
    """Costs nothing; the next holder is asked. The reason stays with the service."""
    said = payload.reason.strip() if payload else ""
    words = "" if said in Ask.Reason.values else said
    reason = Ask.Reason.OTHER if words else said
    asks.decline_ask(ask_id=ids.number(id), actor=request.auth, reason=reason, words=words, now=timezone.now())
    return _mine(request, ids.number(id))


def _mine(request: Call, pk: int) -> schemas.AskOut:
    row = serializers.asks(request.auth).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return serializers.ask(row)
