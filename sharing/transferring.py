"""What follows when a library loan was handed over: the library moves it, and its answer is taken down."""

from datetime import datetime

from django.db import transaction

from library_bridge import loans, transfers
from library_bridge.models import Reader, Transfer
from library_bridge.ports import Unavailable
from personal_catalog import titles
from sharing import harvest, locks, moves, requests
from sharing.disputes import LIBRARIAN_PATIENCE, TRANSFER_PATIENCE
from sharing.models import Lending


def begin_transfer(lending: Lending, *, actor: Reader, now: datetime) -> None:
    assert lending.library_loan is not None
    taker = lending.taker.patrons.get(library_id=lending.library_loan.library_id)
    lending.transfer = transfers.begin(
        reference=f"lending:{lending.pk}", loan=lending.library_loan, taker=taker, now=now
    )
    lending.deadline_at = now + TRANSFER_PATIENCE
    moves.move(
        lending,
        Lending.Status.TRANSFERRING,
        "lending.transferring",
        actor=actor,
        now=now,
        fields=("handed_over_at", "transfer", "deadline_at"),
    )


def advance_transfer(*, lending_id: int, now: datetime) -> Lending:
    """Let the library move the loan and take its answer down. Outside any transaction; safe to repeat."""
    lending = Lending.objects.select_related("transfer", "library_loan").get(pk=lending_id)
    if lending.status not in {Lending.Status.TRANSFERRING, Lending.Status.NEEDS_LIBRARIAN} or lending.transfer is None:
        return lending
    transfer = transfers.advance(transfer_id=lending.transfer.pk, now=now)
    if transfer.status not in {Transfer.Status.DONE, Transfer.Status.REFUSED, Transfer.Status.NEEDS_LIBRARIAN}:
        return lending
    moved = _take_down(lending_id, transfer, now)
    if transfer.status == Transfer.Status.DONE:
        refresh_both(moved, now=now)
    return moved


@transaction.atomic(durable=True)
def _take_down(lending_id: int, transfer: Transfer, now: datetime) -> Lending:
    lending = locks.lending(lending_id, actor=None)
    if lending.status not in {Lending.Status.TRANSFERRING, Lending.Status.NEEDS_LIBRARIAN}:
        return lending
    if transfer.status == Transfer.Status.DONE:
        titles.count_passing(title_id=lending.request.title_id)
        lending.due_at = transfer.new_due_at
        lending.save(update_fields=["due_at"])
        moves.complete(lending, None, now)
        requests.fulfil(lending.request, now=now)
    elif lending.status == Lending.Status.TRANSFERRING:
        lending.deadline_at = now + LIBRARIAN_PATIENCE
        moves.move(
            lending, Lending.Status.NEEDS_LIBRARIAN, "lending.needs_librarian", actor=None, now=now, fields=("deadline_at",),
            why=transfer.reason_code,
        )  # fmt: skip
    return lending


def refresh_both(lending: Lending, *, now: datetime) -> None:
    """The library's word on both cards after a transfer; when it cannot be had, the nightly reconciliation brings it."""
    assert lending.transfer is not None
    for patron in (lending.transfer.giver, lending.transfer.taker):
        try:
            harvest.catalogue_loans(loans.refresh_loans(patron=patron, now=now), now=now)
        except Unavailable:
            return
