"""What stands in the way of a checkout, in Koha's words."""

from library_bridge.adapters.embedded import circulation
from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.adapters.embedded.models import EmbeddedItem, EmbeddedPatron
from library_bridge.testing import koha_asked as asking
from library_bridge.testing.koha_rows import Row

CARD_BLOCKERS = {"card_lost": "CARD_LOST", "card_blocked": "DBARRED", "card_expired": "EXPIRED"}
CONFIRMS = {
    "item_lost": "ITEM_LOST",
    "item_in_transit": "TRANSFERRED",
    "hold_by_other": "RESERVED",
    "loan_limit": "TOO_MANY",
}


def check(
    system: EmbeddedSystem, patron: EmbeddedPatron, item: EmbeddedItem, *, auto_return: bool
) -> tuple[Row, Row, Row]:
    """Blockers, confirms and warnings; details of other patrons in small letters among them, as Koha has them."""
    blockers: Row = {}
    confirms: Row = {}
    warnings: Row = {}
    if reason := circulation.why_no_card(patron, now=system.now):
        blockers[CARD_BLOCKERS[reason]] = 1
    if circulation.rule_for(patron, item) is None:
        blockers["NOT_FOR_LOAN"] = 1
    if (reason := circulation.why_no_loan(patron, item, now=system.now)) in CONFIRMS:
        confirms[CONFIRMS[reason]] = 1
    loan = asking.loans(system).filter(item=item, returned_at__isnull=True).first()
    if loan and loan.recalled_at:
        confirms["RECALLED"] = loan.pk
    if loan and loan.patron_id == patron.pk:
        confirms["RENEW_ISSUE"] = 1
    elif loan and auto_return:
        warnings["RETURNED_FROM_ANOTHER"] = {"patron": loan.patron_id}
    elif loan:
        confirms |= {"ISSUED_TO_ANOTHER": 1, "issued_borrowernumber": loan.patron_id,
                     "issued_cardnumber": loan.patron.card_number, "issued_surname": loan.patron.name}  # fmt: skip
    return blockers, confirms, warnings
