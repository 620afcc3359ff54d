"""Koha's REST API v1 as the port's dataclasses: field names of its OpenAPI definitions. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from library_bridge.adapters.fields import (
    Fields,
    day,
    fields_of,
    first,
    isbn13s,
    moment,
    number_of,
    rows_of,
    text,
    whole,
)
from library_bridge.ports import BibliographicRecord, ItemRecord, ItemStatus, LoanRecord, PatronRecord, Unavailable

REASON = re.compile(r"[A-Z][A-Z0-9_]+")  # small names are details about other patrons: never kept
WAITING_HERE = frozenset({"W", "P"})


@dataclass(frozen=True, slots=True)
class Abilities:
    """What this installation's own description of its API offers."""

    checks_pins: bool
    checks_out: bool
    availability: bool
    renews: str  # the last part of the renewal's path, "" for none
    lists_biblios: bool
    titles_with_items: bool
    tells_transit: bool
    places_holds: bool


@dataclass(frozen=True, slots=True)
class Patron:
    patron_id: int
    card_number: str
    blocked: bool
    lost: bool
    expires_on: date | None
    library_id: str = ""


@dataclass(frozen=True, slots=True)
class Biblio:
    biblio_id: int
    title: str = ""
    creators: str = ""
    isbn13s: tuple[str, ...] = ()

    @property
    def isbn13(self) -> str:
        return first(self.isbn13s)


@dataclass(frozen=True, slots=True)
class Item:
    item_id: int
    biblio: Biblio
    has_title: bool
    barcode: str
    call_number: str
    branch: str
    charged: bool
    lost: bool
    for_loan: bool
    in_transit: bool


@dataclass(frozen=True, slots=True)
class Checkout:
    checkout_id: int
    patron_id: int
    item_id: int
    due_at: datetime | None
    checked_out_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hold:
    """`item_id` None: on any item of the title. `status` "" while it waits."""

    patron_id: int | None
    item_id: int | None
    status: str

    def is_on(self, item_id: int) -> bool:
        return self.item_id in (None, item_id)


@dataclass(frozen=True, slots=True)
class Availability:
    """Reasons only. `holder` is the patron who has it now, where Koha says so."""

    blockers: frozenset[str]
    confirms: frozenset[str]
    warnings: frozenset[str]
    holder: int | None
    token: str


@dataclass(frozen=True, slots=True)
class Renewability:
    allowed: bool
    error: str
    left: int | None


# from Koha


def abilities(found: object) -> Abilities:
    """Of the OpenAPI document at the root of the API."""
    paths = fields_of(fields_of(found).get("paths"))

    def has(path: str, method: str) -> bool:
        operations = paths.get(path)
        return isinstance(operations, dict) and method in operations

    renewals = ("renewals", "renewal")
    return Abilities(
        checks_pins=has("/auth/password/validation", "post"),
        checks_out=has("/checkouts", "post"),
        availability=has("/checkouts/availability", "get"),
        renews=first(name for name in renewals if has(f"/checkouts/{{checkout_id}}/{name}", "post")),
        lists_biblios=has("/biblios", "get"),
        titles_with_items="biblio" in _embeds(paths, "/items"),
        tells_transit="transfer" in _embeds(paths, "/biblios/{biblio_id}/items"),
        places_holds=has("/holds", "post"),
    )


def _embeds(paths: Fields, path: str) -> list[str]:
    try:
        parameters = paths[path]["get"]["parameters"]
        header = next(each for each in parameters if each.get("name") == "x-koha-embed")
        return list(header["items"]["enum"])
    except (KeyError, TypeError, AttributeError, StopIteration):
        return []


def patrons(found: object) -> list[Patron]:
    return [_patron(row) for row in rows_of(found)]


def _patron(row: Fields) -> Patron:
    """A patron outside our library group comes with nothing in its fields: that is not "no such card"."""
    if not (card_number := text(row, "cardnumber")):
        raise Unavailable("Koha hides the card number from our account")
    return Patron(
        patron_id=number_of(row, "patron_id"),
        card_number=card_number,
        blocked=bool(row.get("restricted")) or bool(row.get("incorrect_address")),
        lost=bool(row.get("patron_card_lost")),
        expires_on=day(row, "expiry_date"),
        library_id=text(row, "library_id"),
    )


def debt(found: object) -> float:
    """Of GET /patrons/{id}/account."""
    outstanding = fields_of(found).get("outstanding_debits")
    total = outstanding.get("total") if isinstance(outstanding, dict) else None
    if isinstance(total, bool) or not isinstance(total, int | float):
        raise Unavailable("an account without its total")
    return float(total)


def validated_card(found: object) -> str:
    """Of POST /auth/password/validation: whose password it was."""
    return text(fields_of(found), "cardnumber")


def items(found: object) -> list[Item]:
    return [_item(row) for row in rows_of(found)]


def _item(row: Fields) -> Item:
    biblio_id, embedded = number_of(row, "biblio_id"), row.get("biblio")
    not_for_loan = (row.get(name) for name in ("effective_not_for_loan_status", "not_for_loan_status"))
    return Item(
        item_id=number_of(row, "item_id"),
        biblio=biblio(embedded) if isinstance(embedded, dict) else Biblio(biblio_id),
        has_title=isinstance(embedded, dict),
        barcode=text(row, "external_id"),
        call_number=text(row, "callnumber"),
        branch=text(row, "home_library_id"),
        charged=bool(text(row, "checked_out_date")),
        lost=bool(whole(row, "lost_status")),
        for_loan=not any([*not_for_loan, row.get("withdrawn"), row.get("restricted_status")]),
        in_transit=isinstance(row.get("transfer"), dict),
    )


def biblio(found: object) -> Biblio:
    row = fields_of(found)
    isbns = isbn13s(text(row, "isbn"), text(row, "ean"))
    return Biblio(number_of(row, "biblio_id"), text(row, "title"), text(row, "author"), isbns)


def checkouts(found: object, zone: ZoneInfo) -> list[Checkout]:
    """Without those that were returned: Koha answers 200 for them too."""
    return [_checkout(row, zone) for row in rows_of(found) if not row.get("checkin_date")]


def checkout(found: object, zone: ZoneInfo) -> Checkout | None:
    return next(iter(checkouts([found], zone)), None)


def _checkout(row: Fields, zone: ZoneInfo) -> Checkout:
    return Checkout(
        checkout_id=number_of(row, "checkout_id"),
        patron_id=number_of(row, "patron_id"),
        item_id=number_of(row, "item_id"),
        due_at=moment(row, "due_date", zone),
        checked_out_at=moment(row, "checkout_date", zone),
    )


def holds(found: object) -> list[Hold]:
    rows = [row for row in rows_of(found) if not row.get("cancellation_date")]
    return [Hold(whole(row, "patron_id"), whole(row, "item_id"), text(row, "status")) for row in rows]


def availability(found: object) -> Availability:
    row = fields_of(found)
    parts = {name: fields_of(row.get(name)) for name in ("blockers", "confirms", "warnings")}
    return Availability(
        blockers=_reasons(parts["blockers"]),
        confirms=_reasons(parts["confirms"]),
        warnings=_reasons(parts["warnings"]),
        holder=whole(parts["confirms"], "issued_borrowernumber"),
        token=text(row, "confirmation_token"),
    )


def _reasons(found: Fields) -> frozenset[str]:
    return frozenset(name for name in found if REASON.fullmatch(name))


def renewability(found: object) -> Renewability:
    row = fields_of(found)
    most, done = whole(row, "max_renewals"), whole(row, "current_renewals")
    left = None if most is None or done is None else max(0, most - done)
    return Renewability(row.get("allows_renewal") is True, text(row, "error"), left)


# to the port


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
