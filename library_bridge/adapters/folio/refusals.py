"""FOLIO's reasons as ours: by code, by the kind of block, else by a word of the message, for many errors have no code."""

import re
from collections.abc import Sequence

from library_bridge.adapters.fields import Fields, text

OTHER = "other"

CODES = {
    "USER_BARCODE_NOT_FOUND": "unknown_patron",
    "USER_NOT_FOUND": "unknown_patron",
    "ITEM_BARCODE_NOT_FOUND": "unknown_item",
    "ITEM_NOT_FOUND": "unknown_item",
    "USER_IS_INACTIVE_OR_EXPIRED": "card_expired",
    "USER_IS_BLOCKED_MANUALLY": "card_blocked",
    "USER_IS_BLOCKED_AUTOMATICALLY": "card_blocked",
    "RENEWAL_BLOCKED_BY_REMINDER_FEES": "card_blocked",
    "ITEM_HAS_OPEN_LOAN": "on_loan_to_other",
    "ITEM_CHECKED_OUT_TO_DIFFERENT_USER": "on_loan_to_other",
    "ITEM_NOT_LOANABLE": "not_for_loan",
    "RENEWAL_BLOCKED_BY_RECALL": "recalled",
    "RENEWAL_BLOCKED_BY_HOLD_REQUEST": "hold_by_other",
    "LOAN_RENEWAL_LIMIT_REACHED": "renewal_limit",
    "LOAN_NOT_RENEWABLE": "renewal_limit",
    "RENEWAL_WOULD_NOT_CHANGE_DUE_DATE": "renewal_limit",
}
BEGINNINGS = {"ITEM_LIMIT_": "loan_limit", "RENEWAL_DATE_OUTSIDE_": "renewal_limit"}
BLOCKS = {"itemLimitBlock": "loan_limit", "itemNotLoanableBlock": "not_for_loan", "patronBlock": "card_blocked"}
WORDS = [
    (re.compile("requested by another patron", re.I), "hold_by_other"),
    (re.compile("already checked out", re.I), "on_loan_to_other"),
    (re.compile("declared lost|aged to lost|claimed returned|item status (missing|lost)", re.I), "item_lost"),
    (re.compile("maximum number of items|item limit", re.I), "loan_limit"),
    (re.compile("inactive|expired", re.I), "card_expired"),
    (re.compile("could not find user|no user with barcode", re.I), "unknown_patron"),
    (re.compile("no item with barcode", re.I), "unknown_item"),
]


def code_of(errors: Sequence[Fields]) -> str:
    """Of several errors the first that says something."""
    codes = [code for error in errors if (code := _code(error)) != OTHER]
    return codes[0] if codes else OTHER


def _code(error: Fields) -> str:
    said = text(error, "code")
    if found := CODES.get(said):
        return found
    if found := next((code for start, code in BEGINNINGS.items() if said.startswith(start)), None):
        return found
    block = error.get("overridableBlock")
    if isinstance(block, dict) and (found := BLOCKS.get(text(block, "name"))):
        return found
    return of_words(text(error, "message"))


def of_words(message: str) -> str:
    return next((code for words, code in WORDS if words.search(message)), OTHER)
