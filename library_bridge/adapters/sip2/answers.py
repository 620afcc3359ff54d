"""SIP2 answers as the port's dataclasses. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType

from library_bridge.adapters.sip2 import dates, layouts
from library_bridge.adapters.sip2.messages import Message
from library_bridge.adapters.sip2.settings import Settings
from library_bridge.ports import CheckInRecord, ItemRecord, ItemStatus, LoanRecord, PatronRecord

YES = ("1", "Y")
NO = ("0", "N")
# Positions of the patron status (64, 24). Only the first stops a card; the others explain.
CHARGE_DENIED, RENEWAL_DENIED, CARD_LOST, TOO_MANY_CHARGED = 0, 1, 4, 5

RECALLED = "07"
CIRCULATION = MappingProxyType(
    {
        "03": ItemStatus.AVAILABLE,
        "04": ItemStatus.CHARGED,
        "05": ItemStatus.CHARGED,
        RECALLED: ItemStatus.CHARGED,
        "08": ItemStatus.HOLD_SHELF,
        "09": ItemStatus.AVAILABLE,  # to be reshelved
        "10": ItemStatus.IN_TRANSIT,
        "11": ItemStatus.LOST,  # its patron says that it was returned
        "12": ItemStatus.LOST,
        "13": ItemStatus.LOST,  # missing
    }
)
# The order of BX in ACS Status.
SUPPORTED = (
    "patron status", "checkout", "checkin", "block patron", "status", "resend", "login", "patron information",
    "end session", "fee paid", "item information", "item status update", "patron enable", "hold", "renew", "renew all",
)  # fmt: skip
MAY_BE_ON_A_CARD = frozenset({ItemStatus.CHARGED, ItemStatus.LOST, ItemStatus.UNKNOWN})
ALERTS = MappingProxyType(
    {"01": ItemStatus.HOLD_SHELF, "02": ItemStatus.IN_TRANSIT, "03": ItemStatus.IN_TRANSIT, "04": ItemStatus.IN_TRANSIT}
)


@dataclass(frozen=True, slots=True)
class PatronAnswer:
    """`charged` as listed, each AU in the vendor's own form; `count` None where it is not told."""

    record: PatronRecord
    is_known: bool
    signed_in: bool
    may_renew: bool
    count: int | None
    charged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One AU: the barcode, and what else this vendor puts there."""

    barcode: str
    title: str = ""
    due_at: datetime | None = None


def patron(message: Message, card_number: str, settings: Settings, *, today: date) -> PatronAnswer:
    """Signed in only by Y and Y: a verdict that is left out is no."""
    marks = [mark == settings.profile.status_yes for mark in message["status"]]
    count = _number(message["charged_count"]) if message.code == layouts.PATRON_ANSWER else None
    limit = _number(message.get("CB")) or None
    expires_on = dates.parse_day(message.get("PA")) if message.has("PA") else None
    record = PatronRecord(
        card_number=message.get("AA").strip() or card_number,
        blocked_reason=_why_blocked(marks, count, limit, expires_on, today),
        loan_count=count,
        loan_limit=limit,
        expires_on=expires_on,
        name=message.get("AE").strip(),
    )
    return PatronAnswer(
        record=record,
        is_known=_is_known(message),
        signed_in=message.get("BL") == "Y" and message.get("CQ") == "Y",
        may_renew=not marks[RENEWAL_DENIED],
        count=count,
        charged=(*message.all("AU"), *message.all("AT")),
    )


def _is_known(message: Message) -> bool:
    if message.has("BL"):
        return message.get("BL") == "Y"
    return bool(message.get("AE").strip())


def _why_blocked(marks: list[bool], count: int | None, limit: int | None, expires_on: date | None, today: date) -> str:
    if marks[CARD_LOST]:
        return "card_lost"
    if marks[TOO_MANY_CHARGED] or (limit is not None and count is not None and count >= limit):
        return "loan_limit"
    if not marks[CHARGE_DENIED]:
        return ""
    return "card_expired" if expires_on and expires_on < today else "card_blocked"


def listed(text: str, form: str, settings: Settings) -> ListedItem | None:
    """By the library's form, else the leading run of what barcodes are made of."""
    if found := _form(form).fullmatch(text.strip()):
        parts = found.groupdict()
        due_at = dates.parse(parts.get("due") or "", zone=settings.zone, formats=settings.due_formats)
        return ListedItem(parts["barcode"], _title(parts.get("title") or "", settings), due_at)
    leading = _BARCODE.match(text.strip())
    return ListedItem(leading.group()) if leading else None


_BARCODE = re.compile(r"[0-9A-Za-z.\-]+", re.ASCII)
_PART_FORMS = MappingProxyType(
    {"barcode": r"(?P<barcode>[0-9A-Za-z.\-]+)", "title": "(?P<title>.*)", "due": r"(?P<due>\d.*)"}
)


@lru_cache(maxsize=64)
def _form(form: str) -> re.Pattern[str]:
    """`barcode title` → a pattern; a blank is any white space."""
    pieces = re.split(r"(barcode|title|due)", form.strip(), flags=re.ASCII)
    seen: set[str] = set()
    pattern = ""
    for piece in pieces:
        if piece in _PART_FORMS and piece not in seen:
            seen.add(piece)
            pattern += _PART_FORMS[piece]
        else:
            pattern += re.sub(r"(\\?\s)+", r"\\s+", re.escape(piece))
    return re.compile(pattern)


def item(message: Message, barcode: str, settings: Settings) -> ItemRecord:
    """Status 01 without a title is no item. What is not told stays None."""
    code = message["circulation"]
    status = CIRCULATION.get(code, ItemStatus.UNKNOWN)
    return ItemRecord(
        barcode=barcode,
        status=status,
        title=_title(message.get("AJ"), settings),
        call_number=message.get("CS").strip(),
        branch=(message.get("AP") or message.get("AQ")).strip(),
        due_at=due(message, settings) if status in MAY_BE_ON_A_CARD else None,
        hold_count=_number(message.get("CF")),
        recalled=code == RECALLED,
    )


def loan(item: ItemRecord, card_number: str, due_at: datetime, *, may_renew: bool = True) -> LoanRecord:
    return LoanRecord(
        card_number=card_number,
        barcode=item.barcode,
        title=item.title,
        due_at=due_at,
        call_number=item.call_number,
        renewable=may_renew and not item.recalled and not item.hold_count,
        hold_count=item.hold_count,
        recalled=item.recalled,
    )


def charged(message: Message, card_number: str, barcode: str, settings: Settings) -> LoanRecord | None:
    """What an answered checkout or renewal says; None without a due date that can be read."""
    if (due_at := due(message, settings)) is None:
        return None
    return loan(ItemRecord(barcode, ItemStatus.CHARGED, _title(message.get("AJ"), settings)), card_number, due_at)


def checked_in(message: Message, barcode: str, settings: Settings) -> CheckInRecord:
    """From whom and where to. Where ok does not mean that it had been charged, only a name proves it."""
    card_number = message.get("AA").strip() or None
    status = ItemStatus.AVAILABLE
    if message["alert"] == "Y" or message.get("CV"):
        status = ALERTS.get(message.get("CV"), ItemStatus.UNKNOWN)
    if message.get("CY") or message.get("DA"):
        status = ItemStatus.HOLD_SHELF if status == ItemStatus.AVAILABLE else status
    if card_number is None and not settings.profile.checkin_ok_means_charged:
        status = ItemStatus.UNKNOWN
    return CheckInRecord(barcode, status, card_number)


def described(message: Message) -> dict[str, str]:
    """ACS Status for an operator. A check-in that is "N" may work all the same."""
    says = {"Y": "yes", "N": "no"}
    known = {name: says.get(message[name], "") for name in ("checkin_ok", "checkout_ok", "renewal_policy")}
    letters = message.get("BX")
    supported = [name for name, letter in zip(SUPPORTED, letters, strict=False) if letter == "Y"]
    return {
        "version": message["version"].strip(),
        "institution": message.get("AO").strip(),
        "library": message.get("AM").strip(),
        "messages": ", ".join(supported),
        **known,
    }


def due(message: Message, settings: Settings) -> datetime | None:
    return dates.parse(message.get("AH"), zone=settings.zone, formats=settings.due_formats)


def _title(text: str, settings: Settings) -> str:
    return (text.replace("&#124;", "|") if settings.profile.unescape_pipe else text).strip()


def _number(text: str) -> int | None:
    """Digits, maybe with blanks around them; anything else is not told."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
