"""Pass on now: the holder's code, and the other side's confirmation."""

from typing import Any

from django.utils import timezone
from pydantic import BaseModel

from sharing import pass_on, pass_on_codes
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.handovers import Code, CodeOut
from sharing.api.idempotency import Once
from sharing.errors import WrongCode
from sharing.models import PassOnCode

router = signed_in("pass-on")


class PassedOut(BaseModel):
    lending_id: str


def _keep(answer: dict[str, Any], path: dict[str, str]) -> dict[str, Any]:
    """PIN and QR are derived, never stored: an idempotency key must not become the place where they stand."""
    token = str(answer["qr_payload"]).rpartition("=")[2]
    row = PassOnCode.objects.values("pk", "serial").get(pk=int(token.partition(".")[0]))
    return {**row, "expires_at": answer["expires_at"]}


def _restore(kept: dict[str, Any], path: dict[str, str]) -> dict[str, Any]:
    shown = pass_on_codes.shown(PassOnCode(pk=kept["pk"], serial=kept["serial"], expires_at=timezone.now()))
    return {"pin": shown.pin, "qr_payload": shown.qr_payload, "expires_at": kept["expires_at"]}


secrets = signed_in("pass-on", once=Once(keep=_keep, restore=_restore))


@secrets.post("/holdings/{id}/pass-on-code", response=CodeOut, operation_id="issuePassOnCode")
def issue_pass_on_code(request: Call, id: str) -> CodeOut:
    """For the holder, to show to the reader who stands beside them. It works once, for three minutes."""
    code = pass_on_codes.issue_code(holding_key=id, actor=request.auth, now=timezone.now())
    return CodeOut(pin=code.pin, qr_payload=code.qr_payload, expires_at=code.expires_at)


@router.post("/pass-on", response=PassedOut, operation_id="passOnNow")
def pass_on_now(request: Call, payload: Code) -> PassedOut:
    """By the one who takes the book: asked for, agreed and handed over at once. A library loan is then `transferring`."""
    try:
        lending = pass_on.pass_on_now(
            actor=request.auth, pin=payload.pin, qr_payload=payload.qr_payload, now=timezone.now()
        )
    except WrongCode as wrong:
        wrong.field = "pin" if payload.pin.strip() else "qr_payload"
        raise
    return PassedOut(lending_id=str(lending.pk))
