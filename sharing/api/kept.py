"""A book in your hands that you keep for a certain reader or group first."""

from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from pydantic import BaseModel, Field

from sharing import in_hand, kept
from sharing.api import schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body, SentDay
from sharing.errors import NotFound
from sharing.models import Kept

router = signed_in("holdings")


class Keeping(Body):
    until: SentDay = Field(description="The last day; afterwards it is open to all.")
    group_id: str = Field("", max_length=30, description="One of `listMyGroups`.")
    shelf_code: str = Field("", max_length=30, description="For the reader of one of `listFollowedShelves`.")


class KeptOut(BaseModel):
    until: date
    group_id: str | None
    for_one_reader: bool
    url: str | None = Field(description="To pass on, where it is for whoever presses the button behind it first.")


class ClaimedOut(BaseModel):
    title: schemas.TitleRef
    holding_id: str
    until: date


@router.put("/holdings/{id}/kept", response=KeptOut, operation_id="keepHolding")
def keep_holding(request: Call, id: str, payload: Keeping) -> KeptOut:
    """Until that day nobody else is asked for it or gets it; with neither group nor shelf you get a link."""
    row = kept.keep_holding(
        holding_key=id, actor=request.auth, last_date=payload.until, group_key=payload.group_id,
        shelf_code=payload.shelf_code, now=timezone.now(),
    )  # fmt: skip
    return _out(row)


@router.get("/holdings/{id}/kept", response=KeptOut, operation_id="getKept")
def get_kept(request: Call, id: str) -> KeptOut:
    """404 while it is kept for nobody."""
    now = timezone.now()
    row = kept.of(in_hand.get(id, actor=request.auth, now=now), now=now)
    if row is None:
        raise NotFound
    return _out(row)


@router.delete("/holdings/{id}/kept", response={204: None}, operation_id="endKeeping")
def end_keeping(request: Call, id: str) -> HttpResponse:
    kept.end_keeping(holding_key=id, actor=request.auth, now=timezone.now())
    return HttpResponse(status=204)


@router.post("/kept/{token}/claim", response=ClaimedOut, operation_id="claimKept")
def claim_kept(request: Call, token: str) -> ClaimedOut:
    """By the last part of the link's address: the first has it kept for them, and asks for it as for any other."""
    row = kept.claim(token=token, actor=request.auth, now=timezone.now())
    key = f"copy-{row.copy_id}" if row.copy_id else f"loan-{row.library_loan_id}"
    return ClaimedOut(title=serializers.title_ref(kept.title_of(row)), holding_id=key, until=row.last_date)


def _out(row: Kept) -> KeptOut:
    return KeptOut(
        until=row.last_date, group_id=row.group.key if row.group else None, for_one_reader=row.reader_id is not None,
        url=kept.address_of(row) or None,
    )  # fmt: skip
