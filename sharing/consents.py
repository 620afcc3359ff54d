"""Whether a holder has agreed beforehand to let this reader have this book, and until when that counts."""

from datetime import datetime, timedelta

from library_bridge.models import Reader
from sharing.holdings import Holding
from sharing.models import Ask, Kept, Lending, Offer, StandingConsent

WEEK = timedelta(days=7)


def given(holding: Holding, requester: Reader, *, now: datetime) -> str:
    """As in Ask.Consent; empty when the holder has to be asked. One query where a standing consent fits otherwise."""
    if holding.offered:
        return Ask.Consent.OFFER
    consent = holding.consent
    if consent is not None and holding.free and _fits(consent, holding, requester, now):
        return Ask.Consent.STANDING
    return ""


def _fits(consent: StandingConsent, holding: Holding, requester: Reader, now: datetime) -> bool:
    holder = holding.holder
    if consent.same_area and (holder.area_id is None or holder.area_id != requester.area_id):
        return False
    if holding.due_at is not None and holding.due_at < now + timedelta(days=consent.days_before_due):
        return False
    lately = Ask.objects.filter(holder=holder, consent=Ask.Consent.STANDING, answered_at__gt=now - WEEK)
    return lately.count() < consent.per_week


def end_with(lending: Lending) -> None:
    """The book has changed hands; it is kept for nobody any more, and only of a copy that comes back the standing consent goes on."""
    end_offer(lending)
    Kept.objects.filter(copy=lending.copy_id, library_loan=lending.library_loan_id).delete()
    if lending.mode != Lending.Mode.LEND:
        StandingConsent.objects.filter(copy=lending.copy_id, library_loan=lending.library_loan_id).delete()


def end_offer(lending: Lending) -> None:
    Offer.objects.filter(copy=lending.copy_id, library_loan=lending.library_loan_id).delete()
