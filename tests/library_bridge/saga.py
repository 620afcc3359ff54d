"""Steps of a transfer's story."""

from datetime import datetime, timedelta

from library_bridge import transfers
from library_bridge.invariants import CHECKS
from library_bridge.models import EmbeddedPatron, Transfer
from tests.library_bridge.factories import Campus

Status = Transfer.Status


def advance(transfer: Transfer, now: datetime) -> Transfer:
    return transfers.advance(transfer_id=transfer.pk, now=now)


def until_quiet(transfer: Transfer, now: datetime) -> Transfer:
    """What the sweep does, minute by minute."""
    for minute in range(60):
        found = advance(transfer, now + timedelta(minutes=minute))
        if found.status not in Transfer.OPEN:
            return found
    raise AssertionError("never quiet")


def block(campus: Campus) -> None:
    EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(blocked=True)


def violations() -> list[str]:
    return [line for check in CHECKS for line in check.violations()]


def ended(transfer: Transfer) -> tuple[str, str]:
    return transfer.status, transfer.reason_code
