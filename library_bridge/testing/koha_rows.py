"""Rows of the embedded system as Koha's REST API shows them."""

from collections.abc import Iterable
from datetime import datetime
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

NOBODY = 0


def patron(row: EmbeddedPatron) -> Row:
    return {
        "patron_id": row.pk,
        "cardnumber": row.card_number,
        "surname": row.name,
        "firstname": None,
        "library_id": "MAIN",
        "category_id": row.category.code,
        "expiry_date": row.expires_on.isoformat() if row.expires_on else None,
        "restricted": row.blocked,
        "patron_card_lost": row.lost,
        "incorrect_address": False,
    }


def account(row: EmbeddedPatron) -> Row:
    owed = float(row.fines)
    return {"balance": owed, "outstanding_debits": {"total": owed, "lines": []}}


def items(rows: Iterable[EmbeddedItem], embeds: Iterable[str]) -> list[Row]:
    rows, embeds = list(rows), set(embeds)
    loans = EmbeddedLoan.objects.filter(item__in=rows, returned_at__isnull=True)
    charged = {loan.item_id: loan for loan in loans}
    return [item(row, charged.get(row.pk), embeds) for row in rows]


def item(row: EmbeddedItem, loan: EmbeddedLoan | None, embeds: set[str]) -> Row:
    found = {
        "item_id": row.pk,
        "biblio_id": row.record_id,
        "external_id": row.barcode,
        "home_library_id": row.branch or "MAIN",
        "holding_library_id": row.branch or "MAIN",
        "callnumber": row.record.call_number,
        "checked_out_date": loan.checked_out_at.date().isoformat() if loan else None,
        "not_for_loan_status": 0 if row.item_type.for_loan else 1,
        "lost_status": 1 if row.status == EmbeddedItem.Status.LOST else 0,
        "withdrawn": 0,
        "damaged_status": 0,
        "restricted_status": None,
        "item_type_id": row.item_type.code,
    }
    if "biblio" in embeds:
        found["biblio"] = biblio(row.record)
    if "transfer" in embeds:
        found["transfer"] = {"to_library": "EAST"} if row.status == EmbeddedItem.Status.IN_TRANSIT else None
    return found


def biblio(row: EmbeddedRecord) -> Row:
    return {
        "biblio_id": row.pk,
        "title": row.title,
        "subtitle": row.subtitle or None,
        "author": next(iter(row.creators), None),
        "isbn": " | ".join(hyphens(isbn.isbn13) for isbn in row.isbns.all()) or None,
        "publisher": row.publisher or None,
        "copyright_date": row.year,
        "series_title": row.series or None,
    }


def marc(row: EmbeddedRecord) -> Row:
    """MARC-in-JSON."""
    fields: list[Row] = [{"020": _subfields(a=isbn.isbn13)} for isbn in row.isbns.all()]
    fields += [{"100": _subfields(a=name)} for name in row.creators[:1]]
    fields += [{"245": _subfields(a=row.title, b=row.subtitle)}]
    fields += [{"700": _subfields(a=name)} for name in row.creators[1:]]
    return {"leader": "00000nam a2200000 a 4500", "fields": [{"001": str(row.pk)}, *fields]}


def _subfields(**texts: str) -> Row:
    return {"ind1": " ", "ind2": " ", "subfields": [{code: text} for code, text in texts.items() if text]}


def hyphens(isbn13: str) -> str:
    """As cataloguers type it."""
    return "-".join([isbn13[:3], isbn13[3:4], isbn13[4:7], isbn13[7:12], isbn13[12:]])


def checkout(loan: EmbeddedLoan) -> Row:
    zone = loan.patron.library.zone

    def local(moment: datetime | None) -> str | None:
        return moment.astimezone(zone).isoformat() if moment else None

    return {
        "checkout_id": loan.pk,
        "patron_id": loan.patron_id,
        "item_id": loan.item_id,
        "due_date": local(loan.due_at),
        "checkout_date": local(loan.checked_out_at),
        "checkin_date": local(loan.returned_at),
        "library_id": "MAIN",
        "renewals_count": loan.renewals,
        "auto_renew": False,
        "onsite_checkout": False,
    }


def holds(record_id: int) -> list[Row]:
    """Those that wait, and one for each item on the hold shelf that nobody here waits for."""
    on_record = list(EmbeddedItem.objects.filter(record=record_id))
    waiting = circulation.waiting_holds(on_record)
    kept = {hold.item_id for hold in waiting if hold.filled_at}
    shelf = [item for item in on_record if item.status == EmbeddedItem.Status.HOLD_SHELF and item.pk not in kept]
    rows = [_hold(record_id, hold) for hold in waiting]
    return rows + [_hold_row(record_id, NOBODY, item.pk, "W") for item in shelf]


def _hold(record_id: int, hold: EmbeddedHold) -> Row:
    return _hold_row(record_id, hold.patron_id, hold.item_id, "W" if hold.filled_at else None)


def _hold_row(record_id: int, patron_id: int, item_id: int | None, status: str | None) -> Row:
    return {"hold_id": 1, "patron_id": patron_id, "biblio_id": record_id, "item_id": item_id, "status": status}
