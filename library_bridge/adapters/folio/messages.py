"""FOLIO's JSON as the port's dataclasses: mod-users, mod-circulation, mod-inventory, mod-patron-blocks. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from library_bridge.adapters.fields import Fields, fields_of, first, isbn13s, moment, rows_of, text
from library_bridge.adapters.folio.refusals import of_words
from library_bridge.ports import BibliographicRecord, ItemRecord, ItemStatus, LoanRecord, PatronRecord, Unavailable

BARCODE = re.compile(r"[0-9A-Za-z._-]{1,60}")
ESCAPED = re.compile(r'([\\"*?^])')
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)

STATUSES = {
    "Available": ItemStatus.AVAILABLE,
    "Checked out": ItemStatus.CHARGED,
    "Awaiting pickup": ItemStatus.HOLD_SHELF,
    "Awaiting delivery": ItemStatus.HOLD_SHELF,
    "Paged": ItemStatus.HOLD_SHELF,
    "In transit": ItemStatus.IN_TRANSIT,
    "Declared lost": ItemStatus.LOST,
    "Aged to lost": ItemStatus.LOST,
    "Lost and paid": ItemStatus.LOST,
    "Claimed returned": ItemStatus.LOST,
    "Missing": ItemStatus.LOST,
    "Long missing": ItemStatus.LOST,
}


@dataclass(frozen=True, slots=True)
class User:
    user_id: str
    barcode: str
    active: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Item:
    item_id: str
    barcode: str
    status: ItemStatus
    title: str
    creators: str
    call_number: str
    branch: str
    holdings_id: str


@dataclass(frozen=True, slots=True)
class Loan:
    """`card_number` "" where FOLIO does not tell it."""

    loan_id: str
    user_id: str
    item_id: str
    instance_id: str
    card_number: str
    barcode: str
    title: str
    creators: str
    call_number: str
    due_at: datetime | None
    checked_out_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request; `item_id` "" for any item of the title."""

    item_id: str
    recall: bool


# to FOLIO


def cql(name: str, value: str) -> str:
    """Exactly this value: `=` would match words."""
    return f'{name}=="{ESCAPED.sub(lambda found: chr(92) + found[1], value)}"'


def can_be_sent(barcode: str) -> bool:
    return BARCODE.fullmatch(barcode) is not None


# from FOLIO


def listed(found: object, name: str) -> list[Fields]:
    return rows_of(fields_of(found).get(name))


def _id(row: Fields, name: str = "id") -> str:
    value = text(row, name)
    if not UUID.fullmatch(value):
        raise Unavailable("a record without its number")
    return value


def user(row: Fields, zone: ZoneInfo) -> User:
    """`active` missing is not yes."""
    return User(_id(row), text(row, "barcode"), row.get("active") is True, moment(row, "expirationDate", zone))


def item(row: Fields) -> Item:
    location = row.get("effectiveLocation")
    return Item(
        item_id=_id(row),
        barcode=text(row, "barcode"),
        status=item_status(row),
        title=text(row, "title"),
        creators=_creators(row.get("contributorNames")),
        call_number=text(row, "callNumber"),
        branch=text(location, "name") if isinstance(location, dict) else "",
        holdings_id=text(row, "holdingsRecordId"),
    )


def item_status(row: Fields) -> ItemStatus:
    status = row.get("status")
    name = text(status, "name") if isinstance(status, dict) else ""
    return STATUSES.get(name, ItemStatus.UNKNOWN)


def _creators(found: object) -> str:
    names = [text(each, "name") for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return "; ".join(filter(None, names))


def is_open(row: Fields) -> bool:
    status = row.get("status")
    return isinstance(status, dict) and text(status, "name") == "Open"


def loan(row: Fields, zone: ZoneInfo) -> Loan:
    inside, borrower = row.get("item"), row.get("borrower")
    of_item: Fields = inside if isinstance(inside, dict) else {}
    return Loan(
        loan_id=_id(row),
        user_id=_id(row, "userId"),
        item_id=_id(row, "itemId"),
        instance_id=text(of_item, "instanceId"),
        card_number=text(borrower, "barcode") if isinstance(borrower, dict) else "",
        barcode=text(of_item, "barcode"),
        title=text(of_item, "title"),
        creators=_creators(of_item.get("contributors")),
        call_number=text(of_item, "callNumber"),
        due_at=moment(row, "dueDate", zone),
        checked_out_at=moment(row, "loanDate", zone),
    )


def waiting(row: Fields) -> Waiting:
    return Waiting(text(row, "itemId"), text(row, "requestType") == "Recall")


def block_reason(automated: Sequence[Fields], manual: Sequence[Fields], *, now: datetime, zone: ZoneInfo) -> str:
    """The code of what stops this reader from borrowing, "" for nothing."""
    by_staff = [row for row in manual if row.get("borrowing") is True]
    if any((end := moment(row, "expirationDate", zone)) is None or end > now for row in by_staff):
        return "card_blocked"
    found = {of_words(text(row, "message")) for row in automated if row.get("blockBorrowing") is True}
    return "card_blocked" if found - {"loan_limit"} else first(found)


# to the port


def patron_record(user: User, blocked: str, loan_count: int | None, *, now: datetime) -> PatronRecord:
    """FOLIO knows no lost cards: they are blocked. It does not tell the limit of loans."""
    expired = user.expires_at is not None and user.expires_at < now
    standing = [("card_expired", expired), ("card_blocked", not user.active), (blocked, bool(blocked))]
    if blocked == "card_blocked":
        standing.reverse()
    reason = first(code for code, holds_true in standing if holds_true)
    return PatronRecord(user.barcode, reason, loan_count, None, user.expires_at.date() if user.expires_at else None)


def item_record(item: Item, charged: Loan | None, requests: Sequence[Waiting], *, title_known: bool) -> ItemRecord:
    """Without the title's own number its requests could not be asked for: then none is "not told"."""
    on_it = [each for each in requests if each.item_id in ("", item.item_id)]
    return ItemRecord(
        barcode=item.barcode,
        status=item.status,
        title=item.title,
        creators=item.creators,
        call_number=item.call_number,
        branch=item.branch,
        record_id=charged.instance_id if charged else "",
        due_at=charged.due_at if charged else None,
        hold_count=len(on_it) if on_it or title_known else None,
        recalled=any(each.recall for each in on_it),
    )


def loan_record(loan: Loan, card_number: str, *, now: datetime) -> LoanRecord:
    """Whether it can be renewed is not told: each that is not overdue may be tried."""
    if loan.due_at is None:
        raise Unavailable("a loan without its due date")
    return LoanRecord(
        card_number=card_number,
        barcode=loan.barcode,
        title=loan.title,
        creators=loan.creators,
        call_number=loan.call_number,
        checked_out_at=loan.checked_out_at,
        due_at=loan.due_at,
        renewable=loan.due_at > now,
    )


def bibliographic_record(row: Fields) -> BibliographicRecord:
    """An instance of mod-inventory; how many items it has is not told."""
    published = first_of(row.get("publication"))
    year = re.search(r"\b\d{4}\b", text(published, "dateOfPublication"))
    return BibliographicRecord(
        record_id=_id(row),
        title=text(row, "title"),
        creators=tuple(filter(None, values(row.get("contributors"), "name"))),
        isbn13s=isbn13s(*values(row.get("identifiers"), "value")),
        publisher=text(published, "publisher"),
        year=int(year[0]) if year else None,
        language=first(each for each in row.get("languages") or () if isinstance(each, str) and len(each) == 3),
        series=first(values(row.get("series"), "value")),
        subjects=tuple(filter(None, values(row.get("subjects"), "value"))),
    )


def values(found: object, name: str) -> list[str]:
    """Of a list of objects; in older versions some lists hold the texts themselves."""
    rows = found if isinstance(found, list) else []
    return [each if isinstance(each, str) else text(each, name) for each in rows if isinstance(each, str | dict)]


def first_of(found: object) -> Fields:
    rows = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return rows[0] if rows else {}
