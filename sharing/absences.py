"""Away, and not now: asks go round what rests, and those that run are withdrawn without a mark."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import dates, events, in_hand, withdrawals
from sharing.errors import Denied
from sharing.holdings import Holding
from sharing.models import Absence, Ask, Offer, Rest
from sharing.phrases import fill

LONGEST = timedelta(days=366)


def set_absence(*, actor: Reader, first_date: date, last_date: date, now: datetime) -> Absence:
    """From the first day to the last, in place of what was said before. Asks that run today are withdrawn in the same call,
    those of a later first day by the sweep.

    Raises Denied for days that are past, out of order or more than a year away.
    """
    _require_days(first_date, last_date, now)
    absence = _set(actor, first_date, last_date, now)
    withdrawals.let_go_vain(Ask.objects.filter(holder=actor), actor=actor, now=now)
    return absence


@transaction.atomic(durable=True)
def _set(actor: Reader, first_date: date, last_date: date, now: datetime) -> Absence:
    days = {"first_date": first_date, "last_date": last_date}
    absence, new = Absence.objects.get_or_create(reader=actor, defaults=days)
    if new or (absence.first_date, absence.last_date) != (first_date, last_date):
        absence.first_date, absence.last_date = first_date, last_date
        absence.save(update_fields=["first_date", "last_date"])
        events.record("absence.set", now=now, actor=actor)
    return absence


@transaction.atomic(durable=True)
def end_absence(*, actor: Reader, now: datetime) -> None:
    """Back again. Again changes nothing."""
    if Absence.objects.filter(reader=actor).delete()[0]:
        events.record("absence.ended", now=now, actor=actor)


def rest_holding(*, holding_key: str, actor: Reader, last_date: date, now: datetime) -> Holding:
    """Not now: up to and with that day nobody asks for this one; an offer of it ends.

    Raises NotFound or Denied.
    """
    _require_days(timezone.localdate(now), last_date, now)
    holding = _rest(holding_key, actor, last_date, now)
    withdrawals.let_go_vain(Ask.objects.filter(holder=actor, **holding.fields()), actor=actor, now=now)
    return in_hand.get(holding_key, actor=actor, now=now)


@transaction.atomic(durable=True)
def _rest(holding_key: str, actor: Reader, last_date: date, now: datetime) -> Holding:
    holding = in_hand.locked(holding_key, actor=actor, now=now)
    said = {"holder": actor, "last_date": last_date}
    which = in_hand.both_keys(holding)
    if not Rest.objects.filter(**which, **said).exists():
        Rest.objects.update_or_create(**which, defaults=said)
        events.record("holding.rests", now=now, actor=actor, data={"holding": holding.key})
    Offer.objects.filter(**which).delete()
    return holding


@transaction.atomic(durable=True)
def wake_holding(*, holding_key: str, actor: Reader, now: datetime) -> Holding:
    """It may be asked for again. Again changes nothing."""
    holding = in_hand.locked(holding_key, actor=actor, now=now)
    if Rest.objects.filter(holder=actor, **in_hand.both_keys(holding)).delete()[0]:
        events.record("holding.wakes", now=now, actor=actor, data={"holding": holding.key})
    return in_hand.get(holding_key, actor=actor, now=now)


def _require_days(first_date: date, last_date: date, now: datetime) -> None:
    today = timezone.localdate(now)
    if last_date < today:
        raise Denied(_("This day is past."), field="last_date")
    if last_date < first_date:
        raise Denied(_("The last day comes before the first."), field="last_date")
    if last_date > today + LONGEST:
        latest = dates.long_date(today + LONGEST, today=today)
        raise Denied(fill(_("At the latest %(date)s, please."), {"date": latest}), field="last_date")
