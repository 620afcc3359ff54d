"""Points by a librarian's hand (M7): with a reason, never for oneself, above a limit with a second person.

A librarian's card is another account than the one they work with, and no row says whose both are. So "never for oneself"
rests on the second person, who sees for whom it is: the limit is 0 unless a library sets it higher.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Abs

from incentives import ledger
from incentives.errors import NotForOneself
from incentives.models import Adjustment, IncentiveSettings
from library_bridge.models import Reader
from sharing.errors import IllegalTransition, NotFound

RIGHT = "incentives.add_adjustment"
Status = Adjustment.Status


@transaction.atomic(durable=True)
def propose_adjustment(*, reader_id: int, amount: int, reason: str, actor: Reader, now: datetime) -> Adjustment:
    """Posted at once up to the limit, which counts what this librarian gave or took this reader in 30 days."""
    _require_staff(actor)
    if reader_id == actor.pk:
        raise NotForOneself
    reader = Reader.objects.get(pk=reader_id)
    ledger.lock(reader)
    adjustment = Adjustment(reader=reader, amount=amount, reason=reason, proposed_by=actor, proposed_at=now)
    if _recent(reader, actor, now=now) + abs(amount) <= IncentiveSettings.load().adjustment_limit:
        _post(adjustment, actor=actor, now=now)
    adjustment.save()
    return adjustment


@transaction.atomic(durable=True)
def decide_adjustment(*, adjustment_id: int, approve: bool, actor: Reader, now: datetime) -> Adjustment:
    """By a second person who is neither the proposer nor the reader."""
    _require_staff(actor)
    found = Adjustment.objects.select_related("reader").select_for_update(of=("self",)).filter(pk=adjustment_id).first()
    if found is None:
        raise NotFound
    if actor.pk in (found.proposed_by_id, found.reader_id):
        raise NotForOneself
    after = Status.POSTED if approve else Status.REJECTED
    if found.status != Status.WAITING:
        raise IllegalTransition(found.status, after)
    found.decided_by, found.decided_at, found.status = actor, now, after
    if approve:
        _post(found, actor=actor, now=now)
    found.save()
    return found


def _post(adjustment: Adjustment, *, actor: Reader, now: datetime) -> None:
    adjustment.entry = ledger.adjust(reader=adjustment.reader, points=adjustment.amount, actor=actor, at=now)
    adjustment.status = Status.POSTED


def _recent(reader: Reader, actor: Reader, *, now: datetime) -> int:
    mine = Adjustment.objects.filter(
        reader=reader,
        proposed_by=actor,
        decided_by=None,
        status=Status.POSTED,
        proposed_at__gt=now - timedelta(days=30),
    )
    return int(mine.aggregate(total=Sum(Abs("amount")))["total"] or 0)


def _require_staff(actor: Reader) -> None:
    if not actor.has_perm(RIGHT):
        raise NotFound
