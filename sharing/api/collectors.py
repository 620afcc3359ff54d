"""Somebody else collects the book in the taker's place."""

from django.http import HttpResponse
from django.utils import timezone
from pydantic import BaseModel, Field

from sharing import collectors, together
from sharing.api import ids, schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.handovers import MeetingCode, Together, chosen
from sharing.api.lendings import shown
from sharing.api.schemas import Moment
from sharing.errors import NotFound
from sharing.models import Collector, Lending

router = signed_in("handovers")


class CollectorOut(BaseModel):
    url: str = Field(
        description="To pass on. It shows the code for the giver and nothing else, without a sign-in, once."
    )
    named_at: Moment
    also: list[str] = Field(description="Ids of the other lendings of the same meeting that the same person comes for.")


class NamedOut(CollectorOut):
    along: list[schemas.AlongOut] = Field(
        description="What became of the lendings that were chosen, whatever their meeting."
    )


class CollectedOut(schemas.LendingOut):
    along: list[schemas.AlongOut] = Field(description="What became of the other books of this meeting.")


@router.put("/lendings/{id}/collector", response=NamedOut, operation_id="nameCollector")
def name_collector(request: Call, id: str, payload: Together | None = None) -> NamedOut:
    """By the taker, who agrees with this call that the book goes to whoever shows the code, at a drop point to whoever has the
    link, and stays answerable. For each lending of `also`, too, as far as it can be."""
    row = collectors.name_collector(lending_id=ids.number(id), actor=request.auth, now=timezone.now())
    also = payload.lendings if payload else []
    along = together.name_for_others(row.lending, also=also, actor=request.auth, now=timezone.now())
    return NamedOut(**dict(_shown(row)), along=[serializers.other_book(one) for one in along])


def _shown(row: Collector) -> CollectorOut:
    also = [str(one.lending_id) for one in together.sent_for_along(row.lending)]
    return CollectorOut(url=collectors.address_of(row), named_at=row.named_at, also=also)


@router.get("/lendings/{id}/collector", response=CollectorOut, operation_id="getCollector")
def get_collector(request: Call, id: str) -> CollectorOut:
    """The taker's; 404 while none is named."""
    lending = Lending.objects.filter(taker=request.auth, pk=ids.number(id)).first()
    row = collectors.of(lending) if lending else None
    if row is None:
        raise NotFound
    return _shown(row)


@router.delete("/lendings/{id}/collector", response={204: None}, operation_id="revokeCollector")
def revoke_collector(request: Call, id: str) -> HttpResponse:
    collectors.revoke_collector(lending_id=ids.number(id), actor=request.auth, now=timezone.now())
    return HttpResponse(status=204)


@router.post("/lendings/{id}/collected", response=CollectedOut, operation_id="confirmCollected")
def confirm_collected(request: Call, id: str, payload: MeetingCode) -> CollectedOut:
    """By the giver, with the code that whoever collects shows: then both have confirmed, and each book of `also` that was handed
    over at the same meeting."""
    lending = Lending.objects.filter(giver=request.auth, pk=ids.number(id)).first()
    if lending is None:
        raise NotFound
    along = together.confirm_collected(
        lending,
        chosen=chosen(request, payload),
        actor=request.auth,
        pin=payload.pin,
        qr_payload=payload.qr_payload,
        now=timezone.now(),
    )
    done = shown(request, ids.number(id))
    return CollectedOut(**dict(done), along=[serializers.other_book(one) for one in along])
