"""Loans outside the service, noted by a reader for themselves: asks go round a copy meanwhile, and they are reminded."""

import unicodedata
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing import deadlines, events, in_hand, locks, policies, withdrawals
from sharing.errors import Denied, NotFound
from sharing.holdings import CopyHolding
from sharing.models import Ask, OutsideLoan

MOST = 100  # running ones of a reader
LONGEST = timedelta(days=3 * 366)
AGAIN = timedelta(days=7)


def lend_outside(*, holding_key: str, actor: Reader, person: str, due_date: date, now: datetime) -> OutsideLoan:
    """Own copy, at home and promised to nobody: asks go round it until it is back, those that wait are let go without a mark.

    Raises NotFound or Denied.
    """
    _require_day(due_date, now)
    loan = _lend(holding_key, actor, _line(person, 80, "person"), due_date, now)
    for ask_id in list(Ask.objects.waiting().filter(copy=loan.copy).values_list("pk", flat=True)):
        withdrawals.withdraw_vain_ask(ask_id=ask_id, actor=actor, now=now)
    return loan


@transaction.atomic(durable=True)
def _lend(holding_key: str, actor: Reader, person: str, due_date: date, now: datetime) -> OutsideLoan:
    holding = in_hand.locked(holding_key, actor=actor, now=now)
    if not isinstance(holding, CopyHolding) or holding.copy.owner_id != actor.pk:
        raise NotFound
    if holding.lending is not None:
        raise Denied(_("This copy is promised to a reader here already."), "taken")
    if OutsideLoan.objects.running().filter(copy=holding.copy).exists():
        raise Denied(_("It is noted as lent already. Note that it is back first."), "noted_already")
    return _note(actor, holding.copy, "", person, due_date, now)


@transaction.atomic(durable=True)
def borrow_outside(*, actor: Reader, title: str, person: str, due_date: date, now: datetime) -> OutsideLoan:
    """A book borrowed from a friend, with its title as the reader types it."""
    _require_day(due_date, now)
    return _note(actor, None, _line(title, 200, "title", needed=True), _line(person, 80, "person"), due_date, now)


def _note(actor: Reader, copy: Copy | None, title: str, person: str, due_date: date, now: datetime) -> OutsideLoan:
    if OutsideLoan.objects.running().filter(reader=actor).count() >= MOST:
        raise Denied(_("A hundred at once are noted, and no more."), "too_many")
    loan = OutsideLoan.objects.create(
        reader=actor, copy=copy, title=title, person=person, due_date=due_date, remind_at=_first(due_date), noted_at=now
    )
    events.record("outside.noted", now=now, actor=actor, data={"outside": loan.pk})
    return loan


@transaction.atomic(durable=True)
def close_outside(*, loan_id: int, actor: Reader, now: datetime) -> OutsideLoan:
    """It is back where it belongs; with whom it was is forgotten. Again changes nothing."""
    loan = _locked(loan_id, actor)
    if loan.closed_at is None:
        loan.closed_at, loan.person = now, ""
        loan.save(update_fields=["closed_at", "person"])
        events.record("outside.closed", now=now, actor=actor, data={"outside": loan.pk})
    return loan


@transaction.atomic(durable=True)
def remind_of_outside(*, loan_id: int, now: datetime) -> bool:
    """On the morning of the due date, then weekly; True when the reader was told."""
    loan = _locked(loan_id, None)
    if loan.closed_at is not None or loan.remind_at > now:
        return False
    while loan.remind_at <= now:
        loan.remind_at = deadlines.after(loan.remind_at, AGAIN, policies.current())
    loan.save(update_fields=["remind_at"])
    title = loan.copy.title if loan.copy else None
    data = {
        "readers": [loan.reader_id], "title": title.title if title else loan.title, "language": title.language if title else "",
        "outside": loan.pk, "lent": loan.copy_id is not None,
    }  # fmt: skip
    events.record("outside.due", now=now, actor=None, data=data)
    return True


def _locked(loan_id: int, actor: Reader | None) -> OutsideLoan:
    rows = OutsideLoan.objects.filter(pk=loan_id)
    copy_id = rows.values_list("copy_id", flat=True).first()
    locks.copies([copy_id] if copy_id else [])
    mine = rows.filter(reader=actor) if actor else rows
    loan = mine.select_for_update(of=("self",), no_key=True).select_related("copy__title").first()
    if loan is None:
        raise NotFound
    return loan


def _first(due_date: date) -> datetime:
    return timezone.make_aware(datetime.combine(due_date, deadlines.REMINDED_AT))


def _require_day(due_date: date, now: datetime) -> None:
    today = timezone.localdate(now)
    if not today <= due_date <= today + LONGEST:
        raise Denied(_("Choose a day from today on, within three years."), field="due_date")


def _line(text: str, longest: int, field: str, *, needed: bool = False) -> str:
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if needed and not line:
        raise Denied(_("This is needed."), field=field)
    if len(line) > longest or any(unicodedata.category(c)[0] == "C" for c in line):
        raise Denied(_("At most %(most)d characters in one line, please.") % {"most": longest}, field=field)
    return line
