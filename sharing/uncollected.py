"""What the clock does about a book at a drop point: the taker is reminded, then it goes back to its giver, who is reminded to
fetch it; after that it is a matter for the librarians (`missing_books`)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from sharing import deadlines, deposits, lendings, locks, moves, policies
from sharing.models import Deposit, Handover, Lending

FETCH_EVERY = timedelta(days=3)
FETCH_REMINDERS = 3


def due(*, now: datetime) -> QuerySet[Handover]:
    return Handover.objects.filter(deposit__act_at__lte=now)


@transaction.atomic(durable=True)
def act_on_deposit(*, handover_id: int, now: datetime) -> bool:
    """True when somebody was told or the lending ended; a lost race is no deed."""
    handover = locks.handover(handover_id, actor=None)
    deposit = handover.deposit
    if deposit.act_at is None or deposit.act_at > now:
        return False
    if handover.status == Handover.Status.MISSED:
        _remind_giver(handover, deposit, now)
    elif handover.lending.status == Lending.Status.DISPUTED:
        _again(deposit, deadlines.LIBRARIAN_PATIENCE, now)
    elif deposit.collect_by > now:
        deposit.act_at = deposit.collect_by
        deposit.save(update_fields=["act_at"])
        moves.note_handover(handover, "handover.waits", actor=None, now=now)
    elif handover.direction == Handover.Direction.OUT:
        _again(deposit, FETCH_EVERY, now)
        lendings.end_unmet(handover.lending, now=now, data={"by": "taker"})
    else:  # a return ends only when the owner has the book; a librarian is called as for any other
        _again(deposit, FETCH_EVERY, now)
        moves.note_handover(handover, "handover.waits", actor=None, now=now)
    return True


def _remind_giver(handover: Handover, deposit: Deposit, now: datetime) -> None:
    if deposit.reminders >= FETCH_REMINDERS:
        deposits.end(deposit, Deposit.Outcome.LEFT, now)
        moves.note_handover(handover, "handover.given_up", actor=None, now=now)
        return
    deposit.reminders += 1
    deposit.save(update_fields=["reminders"])
    _again(deposit, FETCH_EVERY, now)
    moves.note_handover(handover, "handover.left", actor=None, now=now)


def _again(deposit: Deposit, span: timedelta, now: datetime) -> None:
    deposit.act_at = deadlines.after(now, span, policies.current())
    deposit.save(update_fields=["act_at"])
