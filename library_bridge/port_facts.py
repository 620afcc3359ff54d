"""The port's records as JSON."""

from datetime import date
from typing import Any

from library_bridge.ports import ItemRecord, LoanRecord, PatronRecord


def patron_facts(record: PatronRecord) -> dict[str, Any]:
    return {
        "card_number": record.card_number,
        "name": record.name,
        "blocked": bool(record.blocked_reason),
        "blocked_reason": record.blocked_reason,
        "loan_count": record.loan_count,
        "loan_limit": record.loan_limit,
        "expires_on": day_of(record.expires_on),
    }


def loan_facts(record: LoanRecord) -> dict[str, Any]:
    return {
        "barcode": record.barcode,
        "title": record.title,
        "due_date": day_of(record.due_at),
        "due_at": record.due_at.isoformat(timespec="seconds"),
        "creators": record.creators,
        "isbn13": record.isbn13,
        "call_number": record.call_number,
        "renewable": record.renewable,
        "renewals_left": record.renewals_left,
        "holds": record.hold_count,
        "recalled": record.recalled,
    }


def item_facts(record: ItemRecord) -> dict[str, Any]:
    return {
        "barcode": record.barcode,
        "title": record.title,
        "status": record.status.value,
        "due_date": day_of(record.due_at),
        "holds": record.hold_count,
        "recalled": record.recalled,
        "creators": record.creators,
        "isbn13": record.isbn13,
        "call_number": record.call_number,
        "branch": record.branch,
        "for_loan": record.for_loan,
    }


def day_of(moment: date | None) -> str | None:
    """Of a datetime the day in its own zone, which is the library's."""
    return None if moment is None else moment.strftime("%Y-%m-%d")
