"""Whether a library loan may go to another reader: by our policy from the snapshot, and by the library, which is asked."""

from datetime import datetime

from django.utils.translation import gettext as _

from library_bridge import loans, reasons
from library_bridge.loans import Verdict
from library_bridge.models import LibraryLoan, Patron, Reader
from library_bridge.ports import LoanRecord, Unavailable
from sharing import limits
from sharing.errors import LibraryUnavailable, RefusedByLibrary
from sharing.models import CirculationPolicy

OF_THE_CARD = frozenset({"card_blocked", "card_expired", "card_lost", "loan_limit"})


def why_not(loan: LibraryLoan | LoanRecord, policy: CirculationPolicy, now: datetime) -> str:
    """The code of what stands against passing this loan on, from the snapshot; the library is asked again before it counts."""
    if loan.recalled:
        return "recalled"
    if loan.hold_count:
        return "hold_by_other"
    if loan.due_at < now:
        return "overdue"
    if limits.loan_is_too_near_its_due_date(loan, policy, now):
        return "near_due"
    return ""


def library_says(loan: LibraryLoan, *, taker: Reader, now: datetime) -> Verdict:
    """Ask the library system now whether the loan may go to this reader.

    Outside any transaction. Raises LibraryUnavailable.
    """
    patron = Patron.objects.filter(library_id=loan.library_id, reader=taker).first()
    if patron is None:
        return Verdict(False, "unknown_patron")
    try:
        return loans.may_move(loan=loan, taker=patron, now=now)
    except Unavailable:
        raise LibraryUnavailable from None


def require(loan: LibraryLoan, *, taker: Reader, policy: CirculationPolicy, now: datetime) -> None:
    """Policy and library both agree, or the reason is raised in the reader's words: at the request, the consent and the
    handover alike. The due date that counts is the one the library has just told."""
    limits.require_transfer_cap(loan, taker, policy, now)
    verdict = library_says(loan, taker=taker, now=now)
    code = why_not(verdict.loan or loan, policy, now) if verdict.ok else verdict.code
    if code:
        raise RefusedByLibrary(sentence(code))


def require_card(loan: LibraryLoan, *, taker: Reader, now: datetime) -> None:
    """Where all that could come are library loans, a blocked card is said at once. An unreachable library says nothing."""
    try:
        code = library_says(loan, taker=taker, now=now).code
    except LibraryUnavailable:
        return
    if code in OF_THE_CARD:
        raise RefusedByLibrary(sentence(code))


def sentence(code: str) -> str:
    ours = {
        "overdue": _("This loan is overdue at the library, so it cannot be passed on."),
        "near_due": _(
            "This loan is due back at the library in a few days and cannot be renewed, so it is not passed on any more."
        ),
        "not_supported": _(
            "The library system does not tell which books are on a card, so this one is not passed on by way of the library."
        ),
    }
    return ours.get(code) or reasons.sentence(code)
