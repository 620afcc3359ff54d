"""What the page of a lending shows of the way that a book goes: its code, or the forms of a drop point or a courier."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sharing import codes, places, shipments, way_steps
from sharing.models import Handover, Kiosk
from sharing.scenes import Scene, Step
from sharing.views import answers
from sharing.views.deposits import CollectForm, DepositForm
from sharing.views.shipments import SendForm


def context(request: HttpRequest, scene: Scene, step: Step) -> dict[str, Any]:
    """For the template of the step; empty where the two meet."""
    handover = scene.handover
    if handover is None:
        return {"lies": way_steps.lies_for_giver(scene)}
    made = _AT.get(step.name)
    return made(request, scene, handover) if made is not None else {}


def _to_leave(request: HttpRequest, scene: Scene, handover: Handover) -> dict[str, Any]:
    form = answers.form_for(request, DepositForm, f"deposit {handover.pk}", drop_point=handover.drop_point)
    return {"deposit": form, **_for_screen(handover, scene.now)}


def _to_collect(request: HttpRequest, scene: Scene, handover: Handover) -> dict[str, Any]:
    form = answers.form_for(request, CollectForm, f"collect {handover.pk}")
    return {"collect": form, **_lies(scene, handover), **_for_screen(handover, scene.now)}


def _to_send(request: HttpRequest, scene: Scene, handover: Handover) -> dict[str, Any]:
    initial = {}
    if handover.status == Handover.Status.SENT:
        parcel = handover.shipment
        initial = {"carrier": parcel.carrier, "tracking_number": parcel.tracking_number}
    form = answers.form_for(request, SendForm, f"send {handover.pk}", initial=initial)
    return {"send": form, "carriers": shipments.SAMPLE}


def _lying(request: HttpRequest, scene: Scene, handover: Handover) -> dict[str, Any]:
    return _lies(scene, handover)


def _lies(scene: Scene, handover: Handover) -> dict[str, Any]:
    return {"spot": places.on_map(handover.place)}


_AT = {
    "leave_book": _to_leave, "collect_book": _to_collect, "lies_there": _lying, "send_book": _to_send, "on_its_way": _to_send,
}  # fmt: skip


def _for_screen(handover: Handover, now: datetime) -> dict[str, Any]:
    used = Kiosk.objects.in_use().filter(drop_point=handover.drop_point_id)
    return {"has_screen": used.exists(), "code": shown_code(handover, now)}


@dataclass(frozen=True)
class ShownCode:
    """A code that lives: what the giver's page shows. `qr` is empty while only the PIN does."""

    pin: str
    qr: str
    seconds: int
    qr_seconds: int


def shown_code(handover: Handover, now: datetime) -> ShownCode | None:
    """Reads only: a page that is opened makes no code."""
    alive = handover.pin_expires_at is not None and handover.pin_expires_at > now
    counts = handover.status in (Handover.Status.AGREED, Handover.Status.DEPOSITED)
    if not alive or not counts or handover.wrong_tries >= settings.CODE_TRIES:
        return None
    assert handover.pin_expires_at is not None
    qr_left = (handover.qr_expires_at or now) - now
    return ShownCode(
        codes.pin_of(handover),
        codes.payload_of(handover) if qr_left > timedelta(0) else "",
        int((handover.pin_expires_at - now).total_seconds()),
        max(0, int(qr_left.total_seconds())),
    )
