"""A code that was read while the taker's phone had no network: the phone keeps it, and it counts when it arrives in time."""

from django.utils import timezone
from pydantic import BaseModel, Field

from sharing import late_codes, policies, together
from sharing.api import schemas
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.handovers import MeetingCode, chosen, confirmed, handover_of
from sharing.errors import NotFound
from sharing.models import Handover

router = signed_in("handovers")
LONGEST_WAIT = 7 * 24 * 3600  # seconds


class SlipOut(BaseModel):
    slip: str | None = Field(description="To send along with the code; null where the library takes no late ones.")
    minutes: int = Field(description="So long after a code has run out a confirmation with it is still taken.")


class LateCode(MeetingCode):
    slip: str = Field(min_length=1, max_length=300)
    seconds: int = Field(ge=0, le=LONGEST_WAIT, description="From fetching the slip to reading the code.")


@router.get("/handovers/{id}/late-slip", response=SlipOut, operation_id="getLateSlip")
def get_late_slip(request: Call, id: str) -> SlipOut:
    """For the one who will take the book, fetched while there is a network. It says when it was made, so that the phone's own
    clock does not matter."""
    handover = handover_of(request, id)
    if handover.taker_id != request.auth.pk or handover.status != Handover.Status.AGREED:
        raise NotFound
    policy = policies.current()
    slip = late_codes.slip_for(handover, request.auth, now=timezone.now(), policy=policy)
    return SlipOut(slip=slip or None, minutes=policy.late_code_minutes)


@router.post("/handovers/{id}/confirm-late", response=schemas.ConfirmedOut, operation_id="confirmHandoverLate")
def confirm_handover_late(request: Call, id: str, payload: LateCode) -> schemas.ConfirmedOut:
    """As `confirmHandover`, with a code that was read `seconds` after the slip was fetched. 422 `late_code` where it did not live
    then or arrives too late: keep it no longer."""
    along = together.confirm_meeting_late(
        handover_of(request, id), chosen=chosen(request, payload), actor=request.auth, slip=payload.slip,
        seconds=payload.seconds, pin=payload.pin, qr_payload=payload.qr_payload, now=timezone.now(),
    )  # fmt: skip
    return confirmed(request, id, along)
