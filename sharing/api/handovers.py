"""Arranging a handover, showing its code, confirming it."""

from collections.abc import Sequence
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel, Field, model_validator

from sharing import codes, deposits, handovers, missing_books, shipments, together
from sharing.api import ids, schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body, SentMoment
from sharing.api.idempotency import Once
from sharing.api.problems import Invalid
from sharing.api.schemas import Moment
from sharing.errors import NotFound, WrongCode
from sharing.models import Handover
from sharing.together import Result

router = signed_in("handovers")


class CodeOut(BaseModel):
    pin: str
    qr_payload: str
    expires_at: Moment


class Together(Body):
    """Several books between the same two people in one meeting."""

    also: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="Ids of other lendings between the two of you, of the same meeting.",
    )

    @property
    def lendings(self) -> list[int]:
        return ids.numbers(self.also)


class Meeting(Together):
    method: Literal["in_person", "drop_point", "courier"] = "in_person"
    place: str = Field(min_length=1, max_length=120)
    starts_at: SentMoment


class Code(Body):
    """What the giver shows: its PIN typed, or its QR code scanned."""

    pin: str = Field("", max_length=40)
    qr_payload: str = Field("", max_length=500)

    @model_validator(mode="after")
    def _one_of_them(self) -> "Code":
        if not (self.pin.strip() or self.qr_payload.strip()):
            raise Invalid({"pin": [_("The code, or what the QR code holds, is needed.")]})
        return self


class MeetingCode(Code, Together):
    pass


class ShelfCode(Body):
    """What is written up at the drop point."""

    shelf_code: str = Field(min_length=1, max_length=40)


class Deposited(ShelfCode):
    compartment: str = Field(min_length=1, max_length=20)


class Parcel(Body):
    carrier: str = Field(min_length=1, max_length=40)
    tracking_number: str = Field(min_length=1, max_length=40)


def handover_of(request: Call, id: str) -> Handover:
    rows = Handover.objects.visible_to(request.auth).select_related("lending")
    found = rows.filter(pk=ids.number(id)).first()
    if found is None:
        raise NotFound
    return found


def chosen(request: Call, payload: Together) -> list[int]:
    """The handovers of the other lendings that are named."""
    rows = Handover.objects.visible_to(request.auth).filter(lending__in=payload.lendings)
    return list(rows.values_list("pk", flat=True)) if payload.also else []


def confirmed(request: Call, id: str, along: Sequence[Result] = ()) -> schemas.ConfirmedOut:
    return serializers.confirmed(handover_of(request, id), along=along, viewer=request.auth, now=timezone.now())


@router.post("/lendings/{id}/handover", response=schemas.ArrangedOut, operation_id="proposeHandover")
def propose_handover(request: Call, id: str, payload: Meeting) -> schemas.ArrangedOut:
    """Way out or way back, as the lending's state has it. Another proposal replaces the one before. The same is proposed for
    each lending of `also`, as far as it can be.

    `place` is a drop point's name by the method `drop_point`; by `courier`, which only the one who gets the book proposes,
    where the parcel goes.
    """
    row = handovers.propose_handover(
        lending_id=ids.number(id), actor=request.auth, method=payload.method, place=payload.place,
        starts_at=payload.starts_at, now=timezone.now(),
    )  # fmt: skip
    along = together.propose_for_others(row, also=payload.lendings, actor=request.auth, now=timezone.now())
    return serializers.arranged(row, along=along, viewer=request.auth, now=timezone.now())


@router.post("/handovers/{id}/agree", response=schemas.ArrangedOut, operation_id="agreeHandover")
def agree_handover(request: Call, id: str) -> schemas.ArrangedOut:
    """By the one who did not propose it; it counts for every book that was proposed for the same meeting."""
    row = handovers.agree_handover(handover_id=ids.number(id), actor=request.auth, now=timezone.now())
    along = together.agree_to_others(row, actor=request.auth, now=timezone.now())
    return serializers.arranged(row, along=along, viewer=request.auth, now=timezone.now())


@router.post("/handovers/{id}/confirm", response=schemas.ConfirmedOut, operation_id="confirmHandover")
def confirm_handover(request: Call, id: str, payload: MeetingCode) -> schemas.ConfirmedOut:
    """By the one who takes the book, and each book of `also` that is in their hands. A library loan is then `transferring`:
    poll the lending."""
    first = handover_of(request, id)
    try:
        along = together.confirm_meeting(
            first, chosen=chosen(request, payload), actor=request.auth, pin=payload.pin, qr_payload=payload.qr_payload,
            now=timezone.now(),
        )  # fmt: skip
    except WrongCode as wrong:
        wrong.field = "pin" if payload.pin.strip() else "qr_payload"
        raise
    return confirmed(request, id, along)


@router.post("/handovers/{id}/deposit", response=schemas.HandoverOut, operation_id="depositBook")
def deposit_book(request: Call, id: str, payload: Deposited) -> schemas.HandoverOut:
    """By the one who gives the book, once it lies at the drop point. The other side is told where."""
    row = deposits.deposit_book(
        handover_id=ids.number(id), actor=request.auth, compartment=payload.compartment, shelf_code=payload.shelf_code,
        now=timezone.now(),
    )  # fmt: skip
    return serializers.handover(row, viewer=request.auth, now=timezone.now())


@router.post("/handovers/{id}/collect", response=schemas.ConfirmedOut, operation_id="collectBook")
def collect_book(request: Call, id: str, payload: ShelfCode) -> schemas.ConfirmedOut:
    """By the one who takes the book, at the drop point."""
    row = deposits.collect_book(
        handover_id=ids.number(id), actor=request.auth, shelf_code=payload.shelf_code, now=timezone.now()
    )
    return serializers.confirmed(row, viewer=request.auth, now=timezone.now())


@router.post("/handovers/{id}/take-back", response=schemas.HandoverOut, operation_id="takeBack")
def take_back(request: Call, id: str) -> schemas.HandoverOut:
    """By the one who left it, when nobody has collected it and the lending is over."""
    row = deposits.take_back(handover_id=ids.number(id), actor=request.auth, now=timezone.now()).handover
    return serializers.handover(row, viewer=request.auth, now=timezone.now())


@router.post("/handovers/{id}/not-there", response=schemas.HandoverOut, operation_id="reportMissing")
def report_missing(request: Call, id: str) -> schemas.HandoverOut:
    """By the one who left it and comes to fetch it, when it does not lie there: a librarian looks into it and tells both."""
    row = missing_books.report_missing(handover_id=ids.number(id), actor=request.auth, now=timezone.now())
    return serializers.handover(row, viewer=request.auth, now=timezone.now())


@router.post("/handovers/{id}/send", response=schemas.HandoverOut, operation_id="sendBook")
def send_book(request: Call, id: str, payload: Parcel) -> schemas.HandoverOut:
    """By the one who gives the book; again with other words it corrects them."""
    row = shipments.send_book(
        handover_id=ids.number(id), actor=request.auth, carrier=payload.carrier, tracking_number=payload.tracking_number,
        now=timezone.now(),
    )  # fmt: skip
    return serializers.handover(row, viewer=request.auth, now=timezone.now())


@router.post("/handovers/{id}/arrival", response=schemas.ConfirmedOut, operation_id="confirmArrival")
def confirm_arrival(request: Call, id: str) -> schemas.ConfirmedOut:
    """By the one who gets the parcel. What has not arrived is disputed on the lending."""
    row = shipments.confirm_arrival(handover_id=ids.number(id), actor=request.auth, now=timezone.now())
    return serializers.confirmed(row, viewer=request.auth, now=timezone.now())


def _keep(answer: dict[str, Any], path: dict[str, str]) -> dict[str, Any]:
    """PIN and QR are derived, never stored: an idempotency key must not become the place where they stand."""
    row = Handover.objects.values("pin_serial", "qr_serial").get(pk=ids.number(path["id"]))
    return {**row, "expires_at": answer["expires_at"]}


def _restore(kept: dict[str, Any], path: dict[str, str]) -> dict[str, Any]:
    row = Handover(pk=ids.number(path["id"]), pin_serial=kept["pin_serial"], qr_serial=kept["qr_serial"])
    return {"pin": codes.pin_of(row), "qr_payload": codes.payload_of(row), "expires_at": kept["expires_at"]}


secrets = signed_in("handovers", once=Once(keep=_keep, restore=_restore))


@secrets.post("/handovers/{id}/code", response=CodeOut, operation_id="issueHandoverCode")
def issue_handover_code(request: Call, id: str) -> CodeOut:
    """For the one who gives the book, to show to the other. It works once, for minutes."""
    code = handovers.issue_code(handover_id=ids.number(id), actor=request.auth, now=timezone.now())
    return CodeOut(pin=code.pin, qr_payload=code.qr_payload, expires_at=code.expires_at)
