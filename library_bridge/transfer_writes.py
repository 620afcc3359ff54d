"""A write of a transfer: the intent is committed before the first byte goes out, its outcome after the answer (I1)."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from library_bridge import transfer_claims
from library_bridge.clocks import Clock
from library_bridge.loans import believe_loan
from library_bridge.models import Transfer, TransferStep
from library_bridge.ports import (
    Capability,
    CheckInRecord,
    ItemStatus,
    LibrarySystem,
    LoanRecord,
    NotSupported,
    Refused,
    Unavailable,
)

logger = logging.getLogger(__name__)

Kind = TransferStep.Kind
Status = TransferStep.Status


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    detail: dict[str, Any]
    on_the_desk: bool = False
    """A believed check-in after which the item is free for the checkout."""


def send(system: LibrarySystem, transfer: Transfer, kind: str, *, because: str, clock: Clock) -> Answer:
    """Raises Unavailable only when nothing was sent; the intent then stays open for the next round. Raises ClaimLost, with
    nothing sent or an answer that is not for this worker to write down."""
    step = _intend(transfer, kind, because=because, now=(now := clock()))
    if clock() - now > transfer_claims.HELD_UP:  # the lease was reckoned from before the commit
        raise Unavailable("held up before the write", nothing_sent=True)
    try:
        answer = _act(system, transfer, kind)
    except Refused as refusal:
        answer = Answer(Status.REFUSED, {"code": refusal.code, "reason": refusal.reason})
    except Unavailable as silence:
        if silence.nothing_sent:
            raise
        answer = Answer(Status.UNKNOWN, {"reason": silence.reason})
    except NotSupported:
        answer = Answer(Status.REFUSED, {"code": "not_supported"})
    except Exception as fault:  # a fault of the adapter after the bytes went out is silence, too
        logger.exception("%s of transfer %s", kind, transfer.pk)
        answer = Answer(Status.UNKNOWN, {"reason": type(fault).__name__})
    _answered(step, transfer, answer, now=clock())
    return answer


@transaction.atomic(durable=True)
def _intend(transfer: Transfer, kind: str, *, because: str, now: datetime) -> TransferStep:
    """One row a write; a row whose answer a crash cut off is taken up again, never a second one made. Raises ClaimLost."""
    transfer_claims.renew_lease(transfer, now=now)
    detail = {"because": because} if because else {}
    step, made = TransferStep.objects.get_or_create(
        transfer=transfer, kind=kind, defaults={"started_at": now, "detail": detail}
    )
    if not made:
        step.started_at = now
        step.detail = {**step.detail, "sent_again": True}
        step.save(update_fields=["started_at", "detail"])
    return step


def _act(system: LibrarySystem, transfer: Transfer, kind: str) -> Answer:
    if kind == Kind.CHECK_IN:
        return _checked_in(system.check_in(transfer.barcode), transfer)
    card = transfer.giver.card_number if kind == Kind.COMPENSATE else transfer.taker.card_number
    record = _charged(system, transfer, kind, card)
    believe_loan(record, card, transfer.barcode)
    return Answer(Status.OK, {"due_at": record.due_at.isoformat()})


def _charged(system: LibrarySystem, transfer: Transfer, kind: str, card: str) -> LoanRecord:
    if kind == Kind.CHECK_OUT and Capability.TRANSFER in system.capabilities:
        return system.transfer(transfer.barcode, transfer.giver.card_number, card)
    return system.check_out(card, transfer.barcode)


def _checked_in(record: CheckInRecord, transfer: Transfer) -> Answer:
    """Came from another card, or for another item: not believed, so the reads decide."""
    if record.barcode != transfer.barcode or record.card_number not in (None, transfer.giver.card_number):
        raise Unavailable("the answer was for another loan")
    free = record.status == ItemStatus.AVAILABLE
    return Answer(Status.OK, {"item": record.status.value}, on_the_desk=free)


@transaction.atomic(durable=True)
def _answered(step: TransferStep, transfer: Transfer, answer: Answer, *, now: datetime) -> None:
    """Raises ClaimLost: whoever took over reads for itself."""
    transfer_claims.renew_lease(transfer, now=now)
    step.status = answer.status
    step.detail = {**step.detail, **answer.detail}
    step.finished_at = now
    step.save(update_fields=["status", "detail", "finished_at"])
