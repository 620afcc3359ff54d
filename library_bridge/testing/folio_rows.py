"""Rows of the embedded system as FOLIO's modules show them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

from library_bridge.adapters.embedded import circulation
from library_bridge.adapters.embedded.models import (
    EmbeddedHold,
    EmbeddedItem,
    EmbeddedLoan,
    EmbeddedPatron,
    EmbeddedRecord,
)

Row = dict[str, Any]

STATUSES = {
    EmbeddedItem.Status.LOST: "Declared lost",
    EmbeddedItem.Status.HOLD_SHELF: "Awaiting pickup",
    EmbeddedItem.Status.IN_TRANSIT: "In transit",
}
KINDS = {"user": "1", "item": "2", "instance": "3", "loan": "4", "holdings": "5", "request": "6"}


def uuid_of(kind: str, pk: int) -> str:
    """Ours, so that a row is found by it again."""
    return f"{KINDS[kind]}0000000-0000-4000-8000-{pk:012d}"


def pk_of(uuid: str) -> int:
    return int(uuid[-12:]) if re.fullmatch(r"[0-9a-f-]{24}[0-9]{12}", uuid) else 0


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def user(row: EmbeddedPatron) -> Row:
    """FOLIO knows no lost cards: staff make the user inactive."""
    end = datetime.combine(row.expires_on, time(23, 59), tzinfo=row.library.zone) if row.expires_on else None
    return {
        "id": uuid_of("user", row.pk),
        "barcode": row.card_number,
        "active": not row.lost,
        "expirationDate": instant(end) if end else None,
        "personal": {"lastName": row.name},
    }


def automated_blocks(row: EmbeddedPatron) -> list[Row]:
    found = []
    if circulation.open_loans(row) >= row.category.loan_limit:
        found.append("Patron has reached maximum number of items charged out")
    if row.fines > row.category.fine_limit:
        found.append("Patron has reached maximum allowed outstanding fee/fine balance for his/her patron group")
    return [{"blockBorrowing": True, "blockRenewals": False, "blockRequests": False, "message": said} for said in found]


def manual_blocks(row: EmbeddedPatron) -> list[Row]:
    return [{"borrowing": True, "renewals": True, "requests": True}] if row.blocked else []


def item(row: EmbeddedItem) -> Row:
    charged = EmbeddedLoan.objects.filter(item=row, returned_at__isnull=True).exists()
    status = STATUSES.get(EmbeddedItem.Status(row.status)) or ("Checked out" if charged else "Available")
    return {
        "id": uuid_of("item", row.pk),
        "barcode": row.barcode,
        "status": {"name": status},
        "title": row.record.title,
        "contributorNames": [{"name": name} for name in row.record.creators],
        "callNumber": row.record.call_number,
        "holdingsRecordId": uuid_of("holdings", row.record_id),
        "effectiveLocation": {"name": row.branch or "Main"},
    }


def loan(row: EmbeddedLoan) -> Row:
    return {
        "id": uuid_of("loan", row.pk),
        "userId": uuid_of("user", row.patron_id),
        "itemId": uuid_of("item", row.item_id),
        "status": {"name": "Closed" if row.returned_at else "Open"},
        "loanDate": instant(row.checked_out_at),
        "dueDate": instant(row.due_at),
        "borrower": {"barcode": row.patron.card_number, "lastName": row.patron.name},
        "item": {
            "barcode": row.item.barcode,
            "title": row.item.record.title,
            "contributors": [{"name": name} for name in row.item.record.creators],
            "callNumber": row.item.record.call_number,
            "instanceId": uuid_of("instance", row.item.record_id),
            "holdingsRecordId": uuid_of("holdings", row.item.record_id),
        },
    }


def request(row: EmbeddedHold) -> Row:
    return {
        "id": uuid_of("request", row.pk),
        "requestType": "Hold",
        "status": "Open - Awaiting pickup" if row.filled_at else "Open - Not yet filled",
        "requesterId": uuid_of("user", row.patron_id),
        "instanceId": uuid_of("instance", row.record_id),
        "itemId": uuid_of("item", row.item_id) if row.item_id else None,
    }


def recall(row: EmbeddedLoan) -> Row:
    """The embedded system recalls a loan for nobody in particular."""
    return {
        "id": uuid_of("request", row.pk),
        "requestType": "Recall",
        "status": "Open - Not yet filled",
        "instanceId": uuid_of("instance", row.item.record_id),
        "itemId": uuid_of("item", row.item_id),
    }


def instance(row: EmbeddedRecord, items: Iterable[EmbeddedItem] = ()) -> Row:
    return {
        "id": uuid_of("instance", row.pk),
        "hrid": row.record_id,
        "title": row.title,
        "contributors": [{"name": name} for name in row.creators],
        "identifiers": [{"value": isbn.isbn13} for isbn in row.isbns.all()],
        "publication": [{"publisher": row.publisher, "dateOfPublication": str(row.year or "")}],
        "languages": [row.language] if row.language else [],
        "series": [{"value": row.series}] if row.series else [],
        "subjects": [{"value": subject} for subject in row.subjects],
        "items": [{"id": uuid_of("item", item.pk), "barcode": item.barcode} for item in items],
    }
