"""A transfer between two cards that an operator names: the rows it needs are made as readers' own steps would make them,
then the saga runs until it rests."""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from django.db import IntegrityError, transaction

from library_bridge import cards, loans, patrons, transfers
from library_bridge.models import Library, LibraryLoan, Patron, Transfer
from library_bridge.ports import Refused, Unavailable


@dataclass(frozen=True, slots=True)
class Move:
    """What is to move. `loan` is None when the item is on the taker's card already."""

    giver: Patron
    taker: Patron
    loan: LibraryLoan | None


def move(*, library: Library, barcode: str, from_card: str, to_card: str, now: datetime) -> Transfer | None:
    """None: it was on the taker's card already, and nothing was sent. Outside any transaction.

    Asked again it goes on with the transfer that is still open. While the system is down a transfer is begun from what
    was known before, and waits. Raises Refused and Unavailable with nothing begun.
    """
    if cards.same(from_card, to_card):
        raise Refused("same_card")
    try:
        wanted = _asked(library, barcode, from_card, to_card, now)
    except Unavailable:
        known = _known(library, barcode, from_card, to_card)
        if known is None:
            raise
        wanted = known
    if wanted.loan is None:
        return None
    transfer = _open(wanted, barcode) or _begin(wanted, wanted.loan, now)
    transfers.hasten(transfer_id=transfer.pk, now=now)
    return transfers.advance(transfer_id=transfer.pk, now=now)


def _asked(library: Library, barcode: str, from_card: str, to_card: str, now: datetime) -> Move:
    giver = patrons.patron_of(library=library, card_number=from_card, now=now)
    taker = patrons.patron_of(library=library, card_number=to_card, now=now)
    if under_way := Transfer.objects.filter(library=library, barcode=barcode, status__in=Transfer.OPEN).first():
        return Move(giver, taker, under_way.loan)  # the saga reads for itself
    listed = loans.look(patron=giver, now=now)
    if found := next((loan for loan in listed.loans if loan.barcode == barcode), None):
        return Move(giver, taker, found)
    if any(loan.barcode == barcode for loan in loans.refresh_loans(patron=taker, now=now)):
        return Move(giver, taker, None)
    raise Refused("not_on_givers_card" if listed.complete else "list_incomplete")


def _known(library: Library, barcode: str, from_card: str, to_card: str) -> Move | None:
    patrons_here = Patron.objects.select_related("library").filter(library=library)
    giver, taker = (patrons_here.filter(card_number__iexact=card).first() for card in (from_card, to_card))
    if giver is None or taker is None:
        return None
    loan = LibraryLoan.objects.open().filter(patron=giver, barcode=barcode).first()
    return Move(giver, taker, loan) if loan else None


def _open(wanted: Move, barcode: str) -> Transfer | None:
    found = Transfer.objects.filter(library=wanted.giver.library_id, barcode=barcode, status__in=Transfer.OPEN).first()
    if found and (found.giver_id, found.taker_id) != (wanted.giver.pk, wanted.taker.pk):
        raise Refused("transfer_under_way")
    return found


def _begin(wanted: Move, loan: LibraryLoan, now: datetime) -> Transfer:
    """Raises Refused when somebody else has begun one of this item a moment ago."""
    try:
        with transaction.atomic():
            return transfers.begin(reference=f"bridge:{token_hex(8)}", loan=loan, taker=wanted.taker, now=now)
    except IntegrityError:
        raise Refused("transfer_under_way") from None
