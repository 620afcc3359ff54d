"""Somebody else collects the book in the taker's place."""

from django.http import HttpResponse
from django.utils import timezone
from pydantic import BaseModel, Field

from sharing import collectors
from sharing.api import ids, schemas
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.handovers import Code
from sharing.api.lendings import shown
from sharing.api.schemas import Moment
from sharing.errors import NotFound
from sharing.models import Lending

router = signed_in("handovers")


class CollectorOut(BaseModel):
    url: str = Field(
        description="To pass on. It shows the code for the giver and nothing else, without a sign-in, once."
    )
    named_at: Moment


@router.put("/lendings/{id}/collector", response=CollectorOut, operation_id="nameCollector")
def name_collector(request: Call, id: str) -> CollectorOut:
    """By the taker, who agrees with this call that the book goes to whoever shows the code, and stays answerable."""
    row = collectors.name_collector(lending_id=ids.number(id), actor=request.auth, now=timezone.now())
    return CollectorOut(url=collectors.address_of(row), named_at=row.named_at)


@router.get("/lendings/{id}/collector", response=CollectorOut, operation_id="getCollector")
def get_collector(request: Call, id: str) -> CollectorOut:
    """The taker's; 404 while none is named."""
    lending = Lending.objects.filter(taker=request.auth, pk=ids.number(id)).first()
    row = collectors.of(lending) if lending else None
    if row is None:
        raise NotFound
    return CollectorOut(url=collectors.address_of(row), named_at=row.named_at)


@router.delete("/lendings/{id}/collector", response={204: None}, operation_id="revokeCollector")
def revoke_collector(request: Call, id: str) -> HttpResponse:
    collectors.revoke_collector(lending_id=ids.number(id), actor=request.auth, now=timezone.now())
    return HttpResponse(status=204)


@router.post("/lendings/{id}/collected", response=schemas.LendingOut, operation_id="confirmCollected")
def confirm_collected(request: Call, id: str, payload: Code) -> schemas.LendingOut:
    """By the giver, with the code that whoever collects shows: then both have confirmed."""
    collectors.confirm_collected(
        lending_id=ids.number(id),
        actor=request.auth,
        pin=payload.pin,
        qr_payload=payload.qr_payload,
        now=timezone.now(),
    )
    return shown(request, ids.number(id))
