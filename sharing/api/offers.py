"""What a holder says beforehand: done with it, agreed under conditions, not now, away."""

from datetime import date, datetime

from django.http import HttpResponse
from django.utils import timezone
from pydantic import BaseModel, Field

from library_bridge.models import Reader
from sharing import absences, in_hand, offers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body, SentDay
from sharing.errors import NotFound
from sharing.holdings import Holding
from sharing.models import Absence, Rest

router = signed_in("holdings")


class Terms(Body):
    same_area: bool = Field(False, description="Only readers of the holder's part of the campus.")
    days_before_due: int = Field(7, ge=0, le=offers.MOST_DAYS, description="Not within so many days of the due date.")
    per_week: int = Field(1, ge=1, le=offers.MOST_A_WEEK, description="All holdings of the holder together.")


class MyHoldingOut(BaseModel):
    id: str
    status: str
    offered: bool
    standing_consent: Terms | None
    rests_until: date | None
    lending_id: str | None


class Until(Body):
    until: SentDay


class Days(Body):
    first: SentDay = Field(alias="from")
    until: SentDay


class AbsenceOut(BaseModel):
    first: date = Field(serialization_alias="from")
    until: date


@router.get("/me/holdings/{id}", response=MyHoldingOut, operation_id="getMyHolding")
def get_my_holding(request: Call, id: str) -> MyHoldingOut:
    """A copy or a library loan that is with you, and what you have said of it."""
    return _out(in_hand.get(id, actor=request.auth, now=timezone.now()), timezone.now())


@router.post("/holdings/{id}/offer", response=MyHoldingOut, operation_id="offerHolding")
def offer_holding(request: Call, id: str) -> MyHoldingOut:
    """Done with it: it goes to whoever waits, in this call; then `lending_id` is set. Else the next ask accepts itself."""
    now = timezone.now()
    return _out(offers.offer_holding(holding_key=id, actor=request.auth, now=now), now)


@router.delete("/holdings/{id}/offer", response=MyHoldingOut, operation_id="withdrawOffer")
def withdraw_offer(request: Call, id: str) -> MyHoldingOut:
    now = timezone.now()
    return _out(offers.withdraw_offer(holding_key=id, actor=request.auth, now=now), now)


@router.put("/holdings/{id}/standing-consent", response=MyHoldingOut, operation_id="setStandingConsent")
def set_standing_consent(request: Call, id: str, payload: Terms) -> MyHoldingOut:
    """Asks that fit accept themselves; one that waits already among them."""
    now = timezone.now()
    return _out(offers.give_standing_consent(holding_key=id, actor=request.auth, now=now, **payload.model_dump()), now)


@router.delete("/holdings/{id}/standing-consent", response=MyHoldingOut, operation_id="endStandingConsent")
def end_standing_consent(request: Call, id: str) -> MyHoldingOut:
    now = timezone.now()
    return _out(offers.end_standing_consent(holding_key=id, actor=request.auth, now=now), now)


@router.put("/holdings/{id}/rest", response=MyHoldingOut, operation_id="restHolding")
def rest_holding(request: Call, id: str, payload: Until) -> MyHoldingOut:
    """Not now: up to and with that day nobody asks for it."""
    now = timezone.now()
    return _out(absences.rest_holding(holding_key=id, actor=request.auth, last_date=payload.until, now=now), now)


@router.delete("/holdings/{id}/rest", response=MyHoldingOut, operation_id="wakeHolding")
def wake_holding(request: Call, id: str) -> MyHoldingOut:
    now = timezone.now()
    return _out(absences.wake_holding(holding_key=id, actor=request.auth, now=now), now)


@router.get("/me/absence", response=AbsenceOut, by_alias=True, operation_id="getAbsence")
def get_absence(request: Call) -> AbsenceOut:
    """404 while none is said."""
    return _absence(request.auth)


@router.put("/me/absence", response=AbsenceOut, by_alias=True, operation_id="setAbsence")
def set_absence(request: Call, payload: Days) -> AbsenceOut:
    """From the first day to the last nobody asks you; asks that wait are let go without a mark."""
    absences.set_absence(actor=request.auth, first_date=payload.first, last_date=payload.until, now=timezone.now())
    return _absence(request.auth)


@router.delete("/me/absence", response={204: None}, operation_id="endAbsence")
def end_absence(request: Call) -> HttpResponse:
    absences.end_absence(actor=request.auth, now=timezone.now())
    return HttpResponse(status=204)


def _absence(reader: Reader) -> AbsenceOut:
    row = Absence.objects.filter(reader=reader, last_date__gte=timezone.localdate()).first()
    if row is None:
        raise NotFound
    return AbsenceOut(first=row.first_date, until=row.last_date)


def _out(holding: Holding, now: datetime) -> MyHoldingOut:
    said = holding.consent
    rests = Rest.objects.filter(
        holder=holding.holder, last_date__gte=timezone.localdate(now), **in_hand.both_keys(holding)
    )
    return MyHoldingOut(
        id=holding.key, status=holding.status, offered=holding.offered,
        standing_consent=Terms.model_validate(said, from_attributes=True) if said else None,
        rests_until=rests.values_list("last_date", flat=True).first(),
        lending_id=str(holding.lending.pk) if holding.lending else None,
    )  # fmt: skip
