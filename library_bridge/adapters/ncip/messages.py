"""NCIP 2.02 answers as the port's dataclasses (Z39.83-1, Lookup User, Lookup Item, Check Out, Check In and Renew Item).

An answer counts only if its element is the one of the question, and item and card are those that were asked for (I4).
"""

import logging
import re
from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo
from xml.etree.ElementTree import Element

from library_bridge.adapters.ncip import problems, xml
from library_bridge.adapters.ncip.profile import Profile
from library_bridge.adapters.ncip.xml import Unreadable
from library_bridge.ports import CheckInRecord, ItemRecord, ItemStatus, LoanList, LoanRecord, PatronRecord, Refused

logger = logging.getLogger(__name__)

VERSION_2 = re.compile(r"v2_")
STATUSES = {
    "available on shelf": ItemStatus.AVAILABLE,
    "waiting to be reshelved": ItemStatus.AVAILABLE,
    "available for pickup": ItemStatus.HOLD_SHELF,
    "on loan": ItemStatus.CHARGED,
    "recalled": ItemStatus.CHARGED,
    "in transit between library locations": ItemStatus.IN_TRANSIT,
    "pending transfer": ItemStatus.IN_TRANSIT,
    "lost": ItemStatus.LOST,
    "missing": ItemStatus.LOST,
    "claimed returned or never borrowed": ItemStatus.LOST,
}
NO_LOAN = frozenset({"in library use only", "not for loan", "reference only"})
DAY = re.compile(r"(\d{4}-?\d\d-?\d\d)(?:Z|[+-]\d\d:\d\d)?")
WITHOUT_END = date(2999, 12, 31)  # the due date of a loan that has none


def answered(body: bytes, service: str, profile: Profile, *, private: Sequence[str] = ()) -> Element:
    """The element of the answer. Raises Unreadable, and what a Problem in it means."""
    root = xml.parse(body)
    version = root.get(xml.tag("version")) or root.get("version") or ""
    if root.tag != xml.tag("NCIPMessage") or (version and not VERSION_2.search(version)):
        raise Unreadable("not an NCIP 2 message")
    problems.raise_for(xml.all_of(root, "Problem"), profile, private=private)
    response = xml.only(root, f"{service}Response")
    if response is None or len(root.findall("*")) > 1 + len(xml.all_of(root, "Ext")):
        raise Unreadable("the answer to another question")
    if _asks_consent(response):
        raise Refused("fee_required")
    problems.raise_for(xml.all_of(response, "Problem"), profile, private=private)
    return response


def _asks_consent(response: Element) -> bool:
    """Not done: it would cost something, or is lent under a condition."""
    asked = ("RequiredFeeAmount", "RequiredItemUseRestrictionType")
    return any(xml.all_of(response, name) for name in asked)


def card_of(response: Element) -> str:
    """ "" where the answer leaves it out."""
    return xml.text(response, "UserId", "UserIdentifierValue")


def believe_card(response: Element, card: str) -> None:
    if card_of(response).casefold() not in ("", card.casefold()):
        raise Unreadable("the answer was for another card")


def believe_item(response: Element, barcode: str) -> None:
    if xml.text(response, "ItemId", "ItemIdentifierValue") != barcode:
        raise Unreadable("the answer was for another item")


# Lookup User


def patron(response: Element, card: str, profile: Profile, *, now: datetime) -> PatronRecord:
    believe_card(response, card)
    fields = xml.only(response, "UserOptionalFields")
    expires_on = _expiry(fields, profile.zone)
    reasons = {_block(xml.text(block, "BlockOrTrapType"), profile) for block in _blocks(response)}
    reasons |= {_standing(xml.text(status)) for status in _standings(fields)}
    if expires_on and expires_on < now.astimezone(profile.zone).date():
        reasons.add("card_expired")
    plain_first = ("card_lost", "card_expired", "loan_limit", "card_blocked")
    reason = next((code for code in plain_first if code in reasons), "")
    return PatronRecord(card, reason, _count(response), None, expires_on)


def _blocks(response: Element) -> list[Element]:
    fields = xml.only(response, "UserOptionalFields")
    inside = [xml.all_of(privilege, "BlockOrTrap") for privilege in xml.all_of(fields, "UserPrivilege")]
    return [*xml.all_of(fields, "BlockOrTrap"), *(block for blocks in inside for block in blocks)]


def _block(kind: str, profile: Profile) -> str:
    """A block that nobody has told us to be harmless stops a checkout; a trap only wants the desk's attention."""
    word = kind.casefold()
    if word in profile.harmless_blocks:
        return ""
    if "lost" in word:
        return "card_lost"
    if "expire" in word:
        return "card_expired"
    if "maximum" in word or "limit" in word:
        return "loan_limit"
    return "" if word.startswith("trap") else "card_blocked"


def _standings(fields: Element | None) -> list[Element]:
    found = [
        xml.only(privilege, "UserPrivilegeStatus", "UserPrivilegeStatusType")
        for privilege in xml.all_of(fields, "UserPrivilege")
    ]
    return [element for element in found if element is not None]


def _standing(status: str) -> str:
    word = status.casefold()
    if "expire" in word:
        return "card_expired"
    if "lost" in word:
        return "card_lost"
    return "card_blocked" if re.search("block|suspend|barred|inactive", word) else ""


def _expiry(fields: Element | None, zone: tzinfo) -> date | None:
    ends = [moment(xml.text(privilege, "ValidToDate"), zone) for privilege in xml.all_of(fields, "UserPrivilege")]
    known = [end.date() for end in ends if end]
    return min(known) if known else None


def _count(response: Element) -> int | None:
    """Told by circulation status, one number each."""
    counts = [xml.text(count, "LoanedItemCountValue") for count in xml.all_of(response, "LoanedItemsCount")]
    return sum(int(count) for count in counts if count.isdecimal()) if counts else None


def loans(response: Element, card: str, profile: Profile) -> LoanList:
    believe_card(response, card)
    listed = xml.all_of(response, "LoanedItem")
    found = {record.barcode: record for record in (_loan(item, card, profile) for item in listed) if record}
    count = _count(response)
    complete = len({_barcode(item) for item in listed}) == len(found) and (count is None or count <= len(found))
    return LoanList(card, tuple(found.values()), complete)


def _barcode(item: Element) -> str:
    return xml.text(item, "ItemId", "ItemIdentifierValue")


def _loan(item: Element, card: str, profile: Profile) -> LoanRecord | None:
    """None for one that can't be told: without barcode, or with a due date that no calendar has."""
    due_at = _due(item, profile.zone)
    barcode = _barcode(item)
    if due_at is None or not barcode:
        logger.warning("a loan without %s is left out", "a due date" if barcode else "a barcode")
        return None
    title = _raw(item, "Title") or _raw(item, "Ext", "BibliographicDescription", "Title")
    return LoanRecord(card, barcode, title, due_at, renewable=True)


# Lookup Item


def item(response: Element, barcode: str, profile: Profile) -> ItemRecord:
    believe_item(response, barcode)
    fields = xml.only(response, "ItemOptionalFields")
    word = xml.text(fields, "CirculationStatus").casefold()
    own = profile.statuses.get(word)
    queue = xml.text(fields, "HoldQueueLength")
    return ItemRecord(
        barcode=barcode,
        status=ItemStatus(own) if own else STATUSES.get(word, ItemStatus.UNKNOWN),
        call_number=xml.text(fields, "ItemDescription", "CallNumber"),
        branch=_branch(fields),
        due_at=_due(fields, profile.zone) if fields is not None else None,
        hold_count=int(queue) if queue.isdecimal() else None,
        recalled=word == "recalled" or bool(xml.text(response, "DateRecalled")),
        for_loan=_for_loan(fields),
        **_description(fields),
    )


def _description(fields: Element | None) -> dict[str, str]:
    book = xml.only(fields, "BibliographicDescription")
    code = xml.text(book, "BibliographicItemId", "BibliographicItemIdentifierCode").casefold()
    number = xml.text(book, "BibliographicItemId", "BibliographicItemIdentifier").replace("-", "")
    records = xml.all_of(book, "BibliographicRecordId")
    return {
        "title": _raw(book, "Title"),
        "creators": xml.text(book, "Author"),
        "isbn13": number if code in ("", "isbn") and len(number) == 13 and number.isdecimal() else "",
        "record_id": xml.text(records[0], "BibliographicRecordIdentifier") if records else "",
    }


def _raw(parent: Element | None, *path: str) -> str:
    """A title is the library's own text, blanks and all."""
    found = xml.only(parent, *path)
    return (found.text or "") if found is not None else ""


def _branch(fields: Element | None) -> str:
    places = xml.all_of(fields, "Location")
    names = xml.all_of(xml.only(places[0], "LocationName"), "LocationNameInstance") if places else []
    return xml.text(names[-1], "LocationNameValue") if names else ""


def _for_loan(fields: Element | None) -> bool | None:
    restrictions = [(found.text or "").strip().casefold() for found in xml.all_of(fields, "ItemUseRestrictionType")]
    return False if NO_LOAN.intersection(restrictions) else None


# acts


def charged(response: Element, card: str, barcode: str, profile: Profile) -> LoanRecord:
    """Check Out Item and Renew Item. Without a due date nothing is believed."""
    believe_card(response, card)
    believe_item(response, barcode)
    due_at = _due(response, profile.zone)
    if due_at is None:
        raise Unreadable("no due date")
    book = _description(xml.only(response, "ItemOptionalFields"))
    return LoanRecord(
        card, barcode, book["title"], due_at, creators=book["creators"], isbn13=book["isbn13"], renewable=True
    )


def is_pending(response: Element) -> bool:
    return xml.only(response, "Pending") is not None


def checked_in(response: Element, barcode: str) -> CheckInRecord:
    """Routing Information says that it goes elsewhere: a hold has caught it, or another branch waits for it."""
    believe_item(response, barcode)
    kept = xml.only(response, "RoutingInformation") is not None
    status = ItemStatus.HOLD_SHELF if kept else ItemStatus.AVAILABLE
    return CheckInRecord(barcode, status, card_of(response) or None)


# dates


def _due(parent: Element, zone: tzinfo) -> datetime | None:
    if xml.only(parent, "IndeterminateLoanPeriodFlag") is not None:
        return datetime.combine(WITHOUT_END, time(23, 59), tzinfo=zone)
    return moment(xml.text(parent, "DateDue"), zone)


def moment(text: str, zone: tzinfo) -> datetime | None:
    """An xs:dateTime, in the library's zone; a bare day is its end. None for what no calendar has."""
    if not text:
        return None
    try:
        if day := DAY.fullmatch(text):
            return datetime.combine(date.fromisoformat(day[1]), time(23, 59), tzinfo=zone)
        found = datetime.fromisoformat(text)
        return found.astimezone(zone) if found.tzinfo else found.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        logger.warning("a date that no calendar has")
        return None
