"""The responder's half of NCIP 2.02: a question read, done by the embedded system, and answered, rightly or as the
fault wants it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from xml.etree.ElementTree import Element

from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.adapters.ncip import xml
from library_bridge.adapters.ncip.profile import VERSIONS
from library_bridge.ports import ItemRecord, ItemStatus, LoanList, LoanRecord, PatronRecord, Refused
from library_bridge.testing.faults import Fault
from library_bridge.testing.house import House

CANNOT = "Resource Cannot Be Provided"
PROBLEMS = {
    "wrong_pin": ("User Authentication Failed", ""),
    "unknown_patron": ("Unknown User", ""),
    "card_blocked": ("User Blocked", ""),
    "card_expired": ("User Blocked", "Card expired"),
    "card_lost": ("User Blocked", "Card reported lost"),
    "loan_limit": ("Maximum Check Outs Exceeded", ""),
    "unknown_item": ("Unknown Item", ""),
    "not_for_loan": ("Item Does Not Circulate", ""),
    "not_on_loan": ("Item Not Checked Out", ""),
    "item_lost": (CANNOT, "Item lost"),
    "item_in_transit": (CANNOT, "Item in transit"),
    "already_on_card": (CANNOT, "Checked out to this user"),
    "on_loan_to_other": (CANNOT, "Checked out to another user"),
    "hold_by_other": (CANNOT, "Item has outstanding requests"),
    "recalled": (CANNOT, "Item recalled"),
    "overdue": ("Item Not Renewable", "Item overdue"),
    "renewal_limit": ("Maximum Renewals Exceeded", ""),
}
PROFILE = {"problem_codes": "; ".join(f"{detail} = {code}" for code, (_type, detail) in PROBLEMS.items() if detail)}
STATUSES = {
    ItemStatus.AVAILABLE: "Available On Shelf",
    ItemStatus.CHARGED: "On Loan",
    ItemStatus.HOLD_SHELF: "Available For Pickup",
    ItemStatus.IN_TRANSIT: "In Transit Between Library Locations",
    ItemStatus.LOST: "Lost",
    ItemStatus.UNKNOWN: "Circulation Status Undefined",
}
OPERATIONS = {
    "LookupItem": "item",
    "CheckOutItem": "check_out",
    "CheckInItem": "check_in",
    "RenewItem": "renew",
}
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Question:
    """`operation` is named as the port's methods."""

    operation: str
    service: str = ""
    card: str = ""
    pin: str = ""
    barcode: str = ""
    elements: frozenset[str] = frozenset()


def read(body: bytes) -> Question:
    try:
        root = xml.parse(body)
        [service] = root
        name = service.tag.removeprefix(xml.tag(""))
        inputs = [_typed(given) for given in xml.all_of(service, "AuthenticationInput")]
        card, pin = inputs if inputs else (xml.text(service, "UserId", "UserIdentifierValue"), "")
        wanted = [*xml.all_of(service, "UserElementType"), *xml.all_of(service, "ItemElementType")]
        return Question(
            operation=_operation(service, name),
            service=name,
            card=card,
            pin=pin,
            barcode=xml.text(service, "ItemId", "ItemIdentifierValue"),
            elements=frozenset(found.text or "" for found in wanted),
        )
    except ValueError:
        return Question(UNREADABLE)


def _typed(given: Element) -> str:
    """Blanks and all: a PIN with one more is another PIN."""
    found = xml.only(given, "AuthenticationInputData")
    return (found.text or "") if found is not None else ""


def _operation(service: Element, name: str) -> str:
    if xml.all_of(service, "MandatedAction"):
        return UNREADABLE  # it would have to be recorded whatever the rules say
    if name != "LookupUser":
        return OPERATIONS.get(name, UNREADABLE)
    if xml.all_of(service, "AuthenticationInput"):
        return "authenticate"
    return "loans" if xml.all_of(service, "LoanedItemsDesired") else "patron"


def answer(house: House, question: Question, fault: Fault | None) -> bytes:
    if question.operation == UNREADABLE:
        return _message(_problem("Unsupported Service" if question.service else "Invalid Message Syntax Error"))
    response = _nothing_done(house, question) if fault == Fault.LIE_OK else _done(house, question)
    if fault == Fault.LIE_REFUSED:
        response = _response(question, _problem("Temporary Restriction"))
    if fault == Fault.OTHER_ITEM:
        _rename(response)
    written = _message(response)
    return written.replace(b"</", b"<", 1) if fault == Fault.GARBLED else written


def _done(house: House, question: Question) -> Element:
    with house.open() as system:
        try:
            return DEEDS[question.operation](system, question)
        except Refused as refusal:
            kind, detail = PROBLEMS.get(refusal.code, ("Processing Error", refusal.code))
            return _response(question, _problem(kind, detail))


def _nothing_done(house: House, question: Question) -> Element:
    response = _response(question)
    _ids(response, card=question.card, barcode=question.barcode)
    if question.operation in ("check_out", "renew"):
        xml.add(response, "DateDue", (house.clock() + timedelta(days=30)).isoformat())
    return response


def _authenticate(system: EmbeddedSystem, question: Question) -> Element:
    return _user(question, system.authenticate(question.card, question.pin))


def _patron(system: EmbeddedSystem, question: Question) -> Element:
    return _user(question, system.patron(question.card))


def _loans(system: EmbeddedSystem, question: Question) -> Element:
    listed: LoanList = system.loans(question.card)
    response = _response(question)
    _ids(response, card=question.card)
    count = xml.add(response, "LoanedItemsCount")
    xml.add(count, "CirculationStatus", STATUSES[ItemStatus.CHARGED])
    xml.add(count, "LoanedItemCountValue", str(len(listed.loans)))
    for loan in listed.loans:
        row = xml.add(response, "LoanedItem")
        _ids(row, barcode=loan.barcode)
        xml.add(row, "DateDue", loan.due_at.isoformat())
        xml.add(row, "Title", loan.title)
    return response


def _user(question: Question, record: PatronRecord) -> Element:
    response = _response(question)
    _ids(response, card=record.card_number)
    fields = xml.add(response, "UserOptionalFields")
    privilege = xml.add(fields, "UserPrivilege")
    xml.add(privilege, "AgencyUserPrivilegeType", "STATUS")
    if record.expires_on:
        xml.add(privilege, "ValidToDate", f"{record.expires_on.isoformat()}T23:59:00")
    status = "Expired" if record.blocked_reason == "card_expired" else "Active"
    xml.add(xml.add(privilege, "UserPrivilegeStatus"), "UserPrivilegeStatusType", status)
    blocks = {
        "card_blocked": "Block Check Out",
        "card_lost": "Trap Lost Card",
        "loan_limit": "Maximum Check Outs Exceeded",
    }
    if record.blocked_reason in blocks:
        xml.add(xml.add(fields, "BlockOrTrap"), "BlockOrTrapType", blocks[record.blocked_reason])
    return response


def _item(system: EmbeddedSystem, question: Question) -> Element:
    record = system.item(question.barcode)
    if record.status == ItemStatus.UNKNOWN:
        raise Refused("unknown_item")
    response = _response(question)
    _ids(response, barcode=record.barcode)
    if record.recalled:
        xml.add(response, "DateRecalled", system.now.isoformat())
    _item_fields(response, record)
    return response


def _item_fields(response: Element, record: ItemRecord) -> None:
    fields = xml.add(response, "ItemOptionalFields")
    book = _book(fields, record)
    if record.record_id:
        number = xml.add(book, "BibliographicRecordId")
        xml.add(number, "BibliographicRecordIdentifier", record.record_id)
    xml.add(book, "Title", record.title)
    if record.for_loan is False:
        xml.add(fields, "ItemUseRestrictionType", "In Library Use Only")
    xml.add(fields, "CirculationStatus", STATUSES[record.status])
    if record.hold_count is not None:
        xml.add(fields, "HoldQueueLength", str(record.hold_count))
    if record.due_at:
        xml.add(fields, "DateDue", record.due_at.isoformat())
    if record.call_number:
        xml.add(xml.add(fields, "ItemDescription"), "CallNumber", record.call_number)
    if record.branch:
        name = xml.add(xml.add(fields, "Location"), "LocationName")
        xml.add(xml.add(name, "LocationNameInstance"), "LocationNameValue", record.branch)


def _book(fields: Element, record: ItemRecord | LoanRecord) -> Element:
    """Everything but the title, which comes last."""
    book = xml.add(fields, "BibliographicDescription")
    if record.creators:
        xml.add(book, "Author", record.creators)
    if record.isbn13:
        number = xml.add(book, "BibliographicItemId")
        xml.add(number, "BibliographicItemIdentifier", record.isbn13)
        xml.add(number, "BibliographicItemIdentifierCode", "ISBN")
    return book


def _check_out(system: EmbeddedSystem, question: Question) -> Element:
    return _charged(question, system.check_out(question.card, question.barcode))


def _renew(system: EmbeddedSystem, question: Question) -> Element:
    return _charged(question, system.renew(question.card, question.barcode))


def _charged(question: Question, record: LoanRecord) -> Element:
    response = _response(question)
    _ids(response, card=record.card_number, barcode=record.barcode)
    xml.add(response, "DateDue", record.due_at.isoformat())
    if "Bibliographic Description" in question.elements:
        xml.add(_book(xml.add(response, "ItemOptionalFields"), record), "Title", record.title)
    return response


def _check_in(system: EmbeddedSystem, question: Question) -> Element:
    record = system.check_in(question.barcode)
    response = _response(question)
    _ids(response, card=record.card_number or "", barcode=record.barcode)
    if record.status != ItemStatus.AVAILABLE:
        routing = xml.add(response, "RoutingInformation")
        xml.add(routing, "RoutingInstructions", "Hold shelf")
        xml.add(xml.add(routing, "Destination"), "BinNumber", "1")
    return response


DEEDS: dict[str, Callable[[EmbeddedSystem, Question], Element]] = {
    "authenticate": _authenticate,
    "patron": _patron,
    "loans": _loans,
    "item": _item,
    "check_out": _check_out,
    "check_in": _check_in,
    "renew": _renew,
}


def _response(question: Question, *parts: Element) -> Element:
    made = Element(xml.tag(f"{question.service}Response"))
    made.extend(parts)
    return made


def _ids(parent: Element, *, card: str = "", barcode: str = "") -> None:
    if barcode:
        xml.add(xml.add(parent, "ItemId"), "ItemIdentifierValue", barcode)
    if card:
        xml.add(xml.add(parent, "UserId"), "UserIdentifierValue", card)


def _problem(kind: str, detail: str = "") -> Element:
    made = Element(xml.tag("Problem"))
    xml.add(made, "ProblemType", kind)
    if detail:
        xml.add(made, "ProblemDetail", detail)
    return made


def _rename(response: Element) -> None:
    """Another item and another card than those that were asked for."""
    for name in ("ItemIdentifierValue", "UserIdentifierValue"):
        for found in response.iter(xml.tag(name)):
            found.text = "99999999"


def _message(part: Element) -> bytes:
    root = Element(xml.tag("NCIPMessage"), {xml.tag("version"): VERSIONS["2.02"]})
    root.append(part)
    return xml.write(root)
