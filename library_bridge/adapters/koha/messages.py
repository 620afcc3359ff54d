"""Koha's REST API v1: what its answers say, by the field names of its OpenAPI definitions. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime
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
from library_bridge.ports import Unavailable

REASON = re.compile(r"[A-Z][A-Z0-9_]+")  # small names are details about other patrons: never kept


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
