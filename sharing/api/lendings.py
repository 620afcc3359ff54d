"""Lendings after consent, for giver and taker."""

from typing import Literal

from django.utils import timezone
from ninja import Query
from pydantic import Field

from sharing import disputes, lendings
from sharing.api import ids, schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.paging import Page, Paging
from sharing.errors import NotFound
from sharing.models import Lending

router = signed_in("lendings")


class Why(Body):
    reason: str = Field("", max_length=500)


class Trouble(Body):
    reason: str = Field(min_length=1, max_length=500, description="Damaged, lost, not as described, not received.")


@router.get("/me/lendings", response=Page[schemas.LendingOut], operation_id="listMyLendings")
def list_my_lendings(
    request: Call, paging: Query[Paging], role: Literal["giver", "taker"] | None = None, live: bool | None = None
) -> Page[schemas.LendingOut]:
    """Newest first; `live=true` leaves out what is finished."""
    now, rows = timezone.now(), serializers.lendings(request.auth)
    if role is not None:
        rows = rows.filter(**{role: request.auth})
    if live is not None:
        rows = rows.filter(closed_at__isnull=live)

    def one(row: Lending) -> schemas.LendingOut:
        return serializers.lending(row, viewer=request.auth, now=now)

    return Page[schemas.LendingOut].of(request, paging, rows, one)


@router.get("/lendings/{id}", response=schemas.LendingOut, operation_id="getLending")
def get_lending(request: Call, id: str) -> schemas.LendingOut:
    """With its handovers and its timeline, which both sides read alike; poll it while the library moves a loan."""
    return shown(request, ids.number(id))


@router.post("/lendings/{id}/cancel", response=schemas.LendingOut, operation_id="cancelLending")
def cancel_lending(request: Call, id: str, payload: Why | None = None) -> schemas.LendingOut:
    """Until both have confirmed the handover. It goes on the record; the other side reads the reason."""
    reason = payload.reason if payload else ""
    lendings.cancel_lending(lending_id=ids.number(id), actor=request.auth, reason=reason, now=timezone.now())
    return shown(request, ids.number(id))


@router.post("/lendings/{id}/extend", response=schemas.LendingOut, operation_id="extendLending")
def extend_lending(request: Call, id: str) -> schemas.LendingOut:
    """Once, by the borrower, before the due date, while nobody waits for the title."""
    lendings.extend_lending(lending_id=ids.number(id), actor=request.auth, now=timezone.now())
    return shown(request, ids.number(id))


@router.post("/lendings/{id}/dispute", response=schemas.LendingOut, operation_id="disputeLending")
def dispute_lending(request: Call, id: str, payload: Trouble) -> schemas.LendingOut:
    """A librarian will settle it."""
    disputes.dispute_lending(lending_id=ids.number(id), actor=request.auth, reason=payload.reason, now=timezone.now())
    return shown(request, ids.number(id))


@router.post("/lendings/{id}/return", response=schemas.LendingOut, operation_id="startReturn")
def start_return(request: Call, id: str) -> schemas.LendingOut:
    """Opens the handover back, at the place of the first one; either side may propose another."""
    lendings.start_return(lending_id=ids.number(id), actor=request.auth, now=timezone.now())
    return shown(request, ids.number(id))


def shown(request: Call, pk: int) -> schemas.LendingOut:
    row = serializers.lendings(request.auth).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return serializers.lending(row, viewer=request.auth, now=timezone.now())
