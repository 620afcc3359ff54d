"""What follows when a library loan was handed over: the library moves it, and its answer is taken down."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from library_bridge import loans, transfers
from library_bridge.models import Reader, Transfer
from library_bridge.ports import NotSupported, Refused, Unavailable
from personal_catalog import titles
from sharing import deadlines, harvest, locks, moves, outcomes, policies
from sharing.deadlines import LIBRARIAN_PATIENCE, TRANSFER_PATIENCE
from sharing.models import Lending, Request

Status = Lending.Status
MOVING = (Status.TRANSFERRING, Status.NEEDS_LIBRARIAN, Status.DISPUTED)


def begin_transfer(lending: Lending, *, actor: Reader | None, now: datetime) -> None:
    assert lending.library_loan is not None
    taker = lending.taker.patrons.get(library_id=lending.library_loan.library_id)
    lending.transfer = transfers.begin(
        reference=f"lending:{lending.pk}", loan=lending.library_loan, taker=taker, now=now
    )
    lending.deadline_at = deadlines.after(now, TRANSFER_PATIENCE, policies.current())
    moves.move(
        lending,
        Status.TRANSFERRING,
        "lending.transferring",
        actor=actor,
        now=now,
        fields=("handed_over_at", "transfer", "deadline_at"),
    )


def waiting() -> QuerySet[Lending]:
    """Whose transfer is not taken down yet; a dispute meanwhile does not keep the library from moving the loan."""
    done = Q(transfer__status=Transfer.Status.DONE)
    return Lending.objects.filter(
        Q(status=Status.TRANSFERRING)
        | Q(status=Status.NEEDS_LIBRARIAN) & done
        | Q(status=Status.DISPUTED, request__status=Request.Status.MATCHED) & done
    )


def advance_transfer(*, lending_id: int, now: datetime) -> Lending:
    """Let the library move the loan and take its answer down. Outside any transaction; safe to repeat."""
    lending = Lending.objects.select_related("transfer", "library_loan").get(pk=lending_id)
    if lending.status not in MOVING or lending.transfer is None:
        return lending
    transfer = transfers.advance(transfer_id=lending.transfer.pk, now=now)
    if transfer.status in Transfer.OPEN:
        return lending
    moved = _take_down(lending_id, transfer, now)
    if transfer.status == Transfer.Status.DONE:
        refresh_both(moved, now=now)
    return moved


@transaction.atomic(durable=True)
def _take_down(lending_id: int, transfer: Transfer, now: datetime) -> Lending:
    lending = locks.lending(lending_id, actor=None)
    if lending.status not in MOVING:
        return lending
    if transfer.status == Transfer.Status.DONE:
        _moved(lending, transfer, now)
    elif lending.status == Status.TRANSFERRING:
        lending.deadline_at = deadlines.after(now, LIBRARIAN_PATIENCE, policies.current())
        moves.move(
            lending, Status.NEEDS_LIBRARIAN, "lending.needs_librarian", actor=None, now=now, fields=("deadline_at",),
            why=transfer.reason_code, data=_back(transfer),
        )  # fmt: skip
    return lending


def _back(transfer: Transfer) -> dict[str, str]:
    """Where the loan went out and came back, and the library system could not set the old date again."""
    again = transfer.new_due_at if transfer.status == Transfer.Status.REFUSED else None
    return {"due_at": again.isoformat()} if again else {}


def _moved(lending: Lending, transfer: Transfer, now: datetime) -> None:
    """The book is the taker's: that holds in a dispute, too, which then only its librarian ends."""
    if lending.request.status != Request.Status.MATCHED:
        return
    titles.count_passing(title_id=lending.request.title_id)
    lending.due_at = transfer.new_due_at
    lending.save(update_fields=["due_at"])
    if lending.status != Status.DISPUTED:
        moves.complete(lending, actor=None, now=now)
    outcomes.fulfil(lending.request, now=now)


def refresh_both(lending: Lending, *, now: datetime) -> None:
    """The library's word on both cards after a transfer; when it cannot be had, the nightly reconciliation brings it."""
    assert lending.transfer is not None
    for patron in (lending.transfer.giver, lending.transfer.taker):
        try:
            harvest.catalogue_loans(loans.refresh_loans(patron=patron, now=now), now=now)
        except Refused:
            continue
        except (Unavailable, NotSupported):
            return
