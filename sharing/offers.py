"""What a holder does beforehand: offer a book that is no longer needed, agree to asks under conditions, take it back.

Every word is on record as an event; the rows themselves stand only while they count.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import asks, consents, events, in_hand, waves
from sharing.errors import Denied, SharingError
from sharing.holdings import CopyHolding, Holding
from sharing.models import Ask, Erasure, Offer, OutsideLoan, Rest, StandingConsent

MOST_DAYS = 60
MOST_A_WEEK = 7


def offer_holding(*, holding_key: str, actor: Reader, now: datetime) -> Holding:
    """Done with it: it goes to whoever waits, in the same call; else it is shown as offered, and the next ask accepts
    itself. A rest of the book ends with that. Again changes nothing.

    Raises NotFound or Denied. A library that says no, or cannot be reached, leaves the offer standing.
    """
    title_id = _offer(holding_key, actor, now)
    _pass_to_whoever_waits(holding_key, title_id, actor, now)
    return in_hand.get(holding_key, actor=actor, now=now)


@transaction.atomic(durable=True)
def _offer(holding_key: str, actor: Reader, now: datetime) -> int:
    holding = in_hand.locked(holding_key, actor=actor, now=now)
    if holding.offered:
        return holding.title_id
    if Rest.objects.filter(**in_hand.both_keys(holding)).delete()[0]:
        holding = in_hand.get(holding_key, actor=actor, now=now)
    _require_free(holding)
    Offer.objects.update_or_create(**in_hand.both_keys(holding), defaults={"holder": actor, "offered_at": now})
    events.record("holding.offered", now=now, actor=actor, data={"holding": holding.key})
    return holding.title_id


@transaction.atomic(durable=True)
def withdraw_offer(*, holding_key: str, actor: Reader, now: datetime) -> Holding:
    """Needed after all. Again changes nothing; what was agreed meanwhile is cancelled on the lending's page."""
    holding = in_hand.locked(holding_key, actor=actor, now=now)
    if Offer.objects.filter(holder=actor, **in_hand.both_keys(holding)).delete()[0]:
        events.record("holding.offer_ended", now=now, actor=actor, data={"holding": holding.key})
    return in_hand.get(holding_key, actor=actor, now=now)


def give_standing_consent(
    *, holding_key: str, actor: Reader, same_area: bool, days_before_due: int, per_week: int, now: datetime
) -> Holding:
    """From now on asks that fit accept themselves, one that waits already among them. Given again, the new conditions count.

    `days_before_due` 0 to 60, `per_week` 1 to 7. Raises NotFound or Denied.
    """
    if not 0 <= days_before_due <= MOST_DAYS:
        raise Denied(_("Between 0 and %(most)d days, please.") % {"most": MOST_DAYS}, field="days_before_due")
    if not 1 <= per_week <= MOST_A_WEEK:
        raise Denied(_("Between 1 and %(most)d a week, please.") % {"most": MOST_A_WEEK}, field="per_week")
    if same_area and actor.area_id is None:
        raise Denied(_("Say on your own page first in which part of the campus you are."), field="same_area")
    conditions = {"same_area": same_area, "days_before_due": days_before_due, "per_week": per_week}
    title_id = _consent(holding_key, actor, conditions, now)
    _pass_to_whoever_waits(holding_key, title_id, actor, now)
    return in_hand.get(holding_key, actor=actor, now=now)


@transaction.atomic(durable=True)
def _consent(holding_key: str, actor: Reader, conditions: dict[str, int], now: datetime) -> int:
    holding = in_hand.locked(holding_key, actor=actor, now=now)
    if holding.mode == "display":
        raise Denied(_("This copy is only shown on your shelf; it is not lent."), "display_only")
    StandingConsent.objects.update_or_create(
        **in_hand.both_keys(holding), defaults={"holder": actor, "given_at": now, **conditions}
    )
    events.record("consent.given", now=now, actor=actor, data={"holding": holding.key, **conditions})
    return holding.title_id


@transaction.atomic(durable=True)
def end_standing_consent(*, holding_key: str, actor: Reader, now: datetime) -> Holding:
    """Each ask waits for an answer again. Again changes nothing."""
    holding = in_hand.locked(holding_key, actor=actor, now=now)
    if StandingConsent.objects.filter(holder=actor, **in_hand.both_keys(holding)).delete()[0]:
        events.record("consent.ended", now=now, actor=actor, data={"holding": holding.key})
    return in_hand.get(holding_key, actor=actor, now=now)


def _require_free(holding: Holding) -> None:
    if holding.free:
        return
    if holding.resting:
        raise _why_it_rests(holding)
    words = {
        "display": _("This copy is only shown on your shelf; it is not lent."),
        "paused": _("This copy is paused. List it again before you offer it."),
        "not_transferable": _("This loan cannot be passed on just now, so it cannot be offered."),
    }
    taken = _("This book is promised to another reader already, so there is nothing to offer.")
    raise Denied(words.get(holding.status, taken), "not_free")


def _why_it_rests(holding: Holding) -> Denied:
    """A rest of this book alone ends with the offer."""
    outside = OutsideLoan.objects.running()
    if isinstance(holding, CopyHolding) and outside.filter(copy=holding.copy).exists():
        return Denied(_("You have noted it as lent outside the service. Note that it is back first."), "not_free")
    if Erasure.objects.waiting().filter(reader=holding.holder).exists():
        return Denied(_("Your account is to be erased. Keep it before you offer a book."), "leaving")
    return Denied(_("You are away. End your absence before you offer a book."), "away")


def _pass_to_whoever_waits(holding_key: str, title_id: int, actor: Reader, now: datetime) -> None:
    """An ask that waits already is answered; else the next in the queue is served."""
    holding = in_hand.get(holding_key, actor=actor, now=now)
    waiting = (
        Ask.objects.waiting().filter(holder=actor, **holding.fields()).select_related("request__requester").first()
    )
    if waiting is None:
        waves.serve_title(title_id=title_id, now=now)
        return
    if consent := consents.given(holding, waiting.request.requester, now=now):
        try:
            asks.accept_ask(ask_id=waiting.pk, actor=actor, consent=consent, now=now)
        except SharingError:
            return  # the library says no, or nothing, just now: the ask still waits for the holder's own answer
