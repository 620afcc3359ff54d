"""Koha's reasons as ours. Where several are given, the first of the table is told: the card's before the item's."""

import re
from collections.abc import Iterable

OTHER = "other"

CHECK_OUT = {
    "CARD_LOST": "card_lost",
    "EXPIRED": "card_expired",
    "DBARRED": "card_blocked",
    "USERBLOCKEDNOENDDATE": "card_blocked",
    "USERBLOCKEDWITHENDDATE": "card_blocked",
    "USERBLOCKEDOVERDUE": "card_blocked",
    "GNA": "card_blocked",
    "DEBT": "card_blocked",
    "DEBT_GUARANTEES": "card_blocked",
    "DEBT_GUARANTORS": "card_blocked",
    "RENEW_ISSUE": "already_on_card",
    "NO_MORE_RENEWALS": "already_on_card",
    "UNKNOWN_BARCODE": "unknown_item",
    "ITEM_NOT_FOUND": "unknown_item",
    "PATRON_NOT_FOUND": "unknown_patron",
    "NOT_FOR_LOAN": "not_for_loan",
    "NOT_FOR_LOAN_FORCING": "not_for_loan",
    "RESTRICTED": "not_for_loan",
    "WTHDRAWN": "not_for_loan",
    "AGE_RESTRICTION": "not_for_loan",
    "ITEM_LOST": "item_lost",
    "TRANSFERRED": "item_in_transit",
    "RECALLED": "recalled",
    "RESERVED": "hold_by_other",
    "RESERVE_WAITING": "hold_by_other",
    "PROCESSING": "hold_by_other",
    "BOOKED_TO_ANOTHER": "hold_by_other",
    "TOO_MANY": "loan_limit",
    "ISSUED_TO_ANOTHER": "on_loan_to_other",
}

RENEWAL = {
    "restriction": "card_blocked",
    "account_expired": "card_expired",
    "auto_account_expired": "card_expired",
    "recalled": "recalled",
    "on_reserve": "hold_by_other",
    "booked": "hold_by_other",
    "overdue": "overdue",
    "auto_too_late": "overdue",
    "too_many": "renewal_limit",
    "too_unseen": "renewal_limit",
    "too_soon": "renewal_limit",
    "auto_too_soon": "renewal_limit",
    "auto_renew": "renewal_limit",
    "item_denied_renewal": "renewal_limit",
    "onsite_checkout": "renewal_limit",
    "no_item": "unknown_item",
    "no_checkout": "not_on_loan",
    "item_issued_to_other_patron": "on_loan_to_other",
}

HOLD = {
    "itemAlreadyOnHold": "hold_exists",
    "tooManyHoldsForThisRecord": "hold_exists",
    "alreadypossession": "already_on_card",
    "tooManyReserves": "hold_limit",
    "tooManyReservesToday": "hold_limit",
    "noReservesAllowed": "not_for_loan",
    "notReservable": "not_for_loan",
    "ageRestricted": "not_for_loan",
    "itemNotForLoan": "not_for_loan",
    "damaged": "not_for_loan",
    "recall": "recalled",
}

IN_PARENTHESES = re.compile(r"\(([^()]*)\)\s*$")
AFTER_REASON = re.compile(r"Reason: (\w+)\s*$")


def code_of(reasons: Iterable[str], table: dict[str, str]) -> str:
    found = set(reasons)
    return next((code for reason, code in table.items() if reason in found), OTHER)


def reasons_in(error: str) -> list[str]:
    """`Checkout not authorized (TOO_MANY DEBT)`, `Hold cannot be placed. Reason: tooManyReserves`: the only place of some."""
    found = IN_PARENTHESES.search(error) or AFTER_REASON.search(error)
    return re.split(r"[\s,]+", found[1].strip()) if found else []
