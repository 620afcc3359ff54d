"""Koha's answers as the port's dataclasses. Pure."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from library_bridge.adapters.fields import (
    Fields,
    first,
    isbn13s,
    number_of,
    text,
)
from library_bridge.adapters.koha.messages import Checkout, Hold, Item, Patron, Renewability
from library_bridge.ports import BibliographicRecord, ItemRecord, ItemStatus, LoanRecord, PatronRecord, Unavailable

WAITING_HERE = frozenset({"W", "P"})


def patron_record(patron: Patron, *, in_debt: bool, loan_count: int | None, today: date) -> PatronRecord:
    """Koha's API does not tell the limit of loans: a full card shows itself at the checkout."""
    expired = patron.expires_on is not None and patron.expires_on < today
    standing = [("card_lost", patron.lost), ("card_blocked", patron.blocked or in_debt), ("card_expired", expired)]
    reason = first(code for code, holds_true in standing if holds_true)
    return PatronRecord(patron.card_number, reason, loan_count, None, patron.expires_on)


def item_record(item: Item, charged: Checkout | None, waiting: Sequence[Hold]) -> ItemRecord:
    on_it = [hold for hold in waiting if hold.is_on(item.item_id)]
    return ItemRecord(
        barcode=item.barcode,
        status=_status(item, charged, on_it),
        title=item.biblio.title,
        creators=item.biblio.creators,
        isbn13=item.biblio.isbn13,
        call_number=item.call_number,
        branch=item.branch,
        record_id=str(item.biblio.biblio_id),
        due_at=charged.due_at if charged else None,
        hold_count=len(on_it),
        for_loan=item.for_loan,
    )


def _status(item: Item, charged: Checkout | None, on_it: Sequence[Hold]) -> ItemStatus:
    kept = {hold.status for hold in on_it if hold.item_id == item.item_id}
    if item.lost:
        return ItemStatus.LOST
    if item.charged or charged:
        return ItemStatus.CHARGED
    if item.in_transit or "T" in kept:
        return ItemStatus.IN_TRANSIT
    return ItemStatus.HOLD_SHELF if kept & WAITING_HERE else ItemStatus.AVAILABLE


def loan_record(
    checkout: Checkout, item: Item, card_number: str, *, now: datetime, renewability: Renewability | None = None
) -> LoanRecord:
    """Whether it can be renewed is asked for one loan at a time: in a list each that is not overdue may be tried."""
    if checkout.due_at is None:
        raise Unavailable("a loan without its due date")
    return LoanRecord(
        card_number=card_number,
        barcode=item.barcode,
        title=item.biblio.title,
        creators=item.biblio.creators,
        isbn13=item.biblio.isbn13,
        call_number=item.call_number,
        checked_out_at=checkout.checked_out_at,
        due_at=checkout.due_at,
        renewable=renewability.allowed if renewability else checkout.due_at > now,
        renewals_left=renewability.left if renewability else None,
    )


def bibliographic_record(found: Fields, *, item_count: int, marc: bytes) -> BibliographicRecord:
    """`copyright_date` is the year of a MARC 21 record, `publication_year` that of a CNMARC one."""
    years: list[Any] = [found.get(name) for name in ("copyright_date", "publication_year")]
    year = re.search(r"\b\d{4}\b", " ".join(str(each) for each in years if each))
    return BibliographicRecord(
        record_id=str(number_of(found, "biblio_id")),
        title=text(found, "title"),
        subtitle=text(found, "subtitle"),
        creators=tuple(filter(None, [text(found, "author")])),
        isbn13s=isbn13s(text(found, "isbn"), text(found, "ean")),
        publisher=text(found, "publisher"),
        year=int(year[0]) if year else None,
        series=text(found, "series_title"),
        item_count=item_count,
        marc=marc,
    )
