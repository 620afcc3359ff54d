"""One operation on a library system for an operator, and its answer: what `manage.py bridge` prints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from functools import partial
from typing import Any

from library_bridge import card_transfers, cards, guarded, patrons, reasons, registry
from library_bridge.loans import believe_loan
from library_bridge.models import Library, Transfer
from library_bridge.port_facts import day_of, item_facts, loan_facts, patron_facts
from library_bridge.ports import ItemStatus, LibrarySystem, NotSupported, PatronRecord, Refused, Unavailable

BARCODE_MAX_CHARACTERS = 60
FROM_THIS_MACHINE = "127.0.0.1"  # as which address wrong PINs count


class Exit(IntEnum):
    OK = 0
    MISUSED = 2  # wrong arguments, no such library, or one that is misconfigured
    REFUSED = 3
    UNAVAILABLE = 4
    NOT_SUPPORTED = 5
    NEEDS_LIBRARIAN = 6
    QUEUED = 7


@dataclass(frozen=True, slots=True)
class Answer:
    """`code` is "ok" or one of `library_bridge.reasons`, and a few of an operator's own."""

    exit: Exit = Exit.OK
    code: str = "ok"
    message: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def as_dict(self) -> dict[str, Any]:
        return {"ok": self.exit == Exit.OK, "code": self.code, "message": self.message, **self.facts}


@dataclass(frozen=True, slots=True)
class Desk:
    """One library at one moment."""

    library: Library
    now: datetime

    @property
    def system(self) -> LibrarySystem:
        return registry.system_for(self.library, now=self.now)


def run(library: Library, operation: str, arguments: list[str], *, now: datetime) -> Answer:
    if operation not in OPERATIONS:
        return Answer(Exit.MISUSED, "usage", f"There is no operation {operation}; there are: {', '.join(OPERATIONS)}.")
    names, act = OPERATIONS[operation]
    if len(arguments) != len(names):
        return Answer(Exit.MISUSED, "usage", f"{operation} is asked with {' '.join(names)}.")
    if problem := registry.problem_of(library):
        return Answer(Exit.MISUSED, "misconfigured", str(problem))
    given = [patrons.as_typed(value) if "CARD" in name else value for name, value in zip(names, arguments, strict=True)]
    try:
        _refuse_unsendable(names, given)
        return act(Desk(library, now), *given)
    except Refused as refusal:
        words = {"library_says": refusal.reason} if refusal.reason else {}
        return Answer(Exit.REFUSED, refusal.code, reasons.sentence(refusal.code), _nothing_moved(operation) | words)
    except Unavailable as silence:
        why = {"because": silence.reason, "retry_after": silence.retry_after}
        return Answer(Exit.UNAVAILABLE, "unavailable", reasons.sentence("unavailable"), _nothing_moved(operation) | why)
    except NotSupported:
        said = reasons.sentence("not_supported")
        return Answer(Exit.NOT_SUPPORTED, "not_supported", said, _nothing_moved(operation))


def _refuse_unsendable(names: tuple[str, ...], given: list[str]) -> None:
    """Such a card, PIN or barcode exists nowhere, so the answer is what the system would say of any other it lacks."""
    limits = {"PIN": patrons.PIN_MAX_CHARACTERS, "BARCODE": BARCODE_MAX_CHARACTERS}
    for name, value in zip(names, given, strict=True):
        if not patrons.can_be_sent(value, limits.get(name, patrons.CARD_MAX_CHARACTERS)):
            raise Refused("wrong_pin" if "PIN" in names else "unknown_item" if name == "BARCODE" else "unknown_patron")


def _nothing_moved(operation: str) -> dict[str, Any]:
    """A transfer that was not begun is a refused one: the item is where it was."""
    return {"status": "refused"} if operation == "transfer" else {}


def authenticate(desk: Desk, card_number: str, pin: str) -> Answer:
    """Wrong ones count as those of the sign-in page, so that the library's own lock is never reached (T-I9)."""
    ask = partial(_authenticated, desk, card_number, pin)
    kind = f"card:{desk.library.code}"
    try:
        record = guarded.attempt(ask, kind=kind, name=card_number, address=FROM_THIS_MACHINE, now=desk.now)
    except guarded.WrongPin:
        raise Refused("wrong_pin") from None
    except guarded.TooManyTries as shut:
        said = f"Too many wrong tries: the library system was not asked. Again in {shut.retry_after} seconds."
        return Answer(Exit.REFUSED, "too_many_tries", said, {"retry_after": shut.retry_after})
    return Answer(message="Card number and PIN match.", facts={"patron": patron_facts(record)})


def _authenticated(desk: Desk, card_number: str, pin: str) -> PatronRecord | None:
    try:
        return _believed(desk.system.authenticate(card_number, pin), card_number)
    except Refused as refusal:
        if refusal.code in ("wrong_pin", "unknown_patron"):
            return None
        raise


def patron(desk: Desk, card_number: str) -> Answer:
    record = _believed(desk.system.patron(card_number), card_number)
    said = reasons.sentence(record.blocked_reason) if record.blocked_reason else "This card is in good standing."
    return Answer(message=said, facts={"patron": patron_facts(record)})


def loans(desk: Desk, card_number: str) -> Answer:
    listed = desk.system.loans(card_number)
    if not cards.same(listed.card_number, card_number):
        raise Unavailable("the answer was for another card")
    said = f"{len(listed.loans)} on loan." if listed.complete else "The library system counts more loans than it lists."
    rows = [loan_facts(loan) for loan in listed.loans]
    return Answer(message=said, facts={"loans": rows, "complete": listed.complete})


def item(desk: Desk, barcode: str) -> Answer:
    record = desk.system.item(barcode)
    if record.barcode != barcode:
        raise Unavailable("the answer was for another item")
    facts = {"item": item_facts(record)}
    if record.status == ItemStatus.UNKNOWN and not record.title:
        return Answer(Exit.REFUSED, "unknown_item", reasons.sentence("unknown_item"), facts)
    return Answer(message=f"This item is {record.status.replace('_', ' ')}.", facts=facts)


def check_out(desk: Desk, card_number: str, barcode: str) -> Answer:
    record = desk.system.check_out(card_number, barcode)
    believe_loan(record, card_number, barcode)
    return Answer(message=f"Checked out until {record.due_at.date()}.", facts={"loan": loan_facts(record)})


def check_in(desk: Desk, barcode: str) -> Answer:
    record = desk.system.check_in(barcode)
    if record.barcode != barcode:
        raise Unavailable("the answer was for another item")
    facts = {"item": {"barcode": barcode, "status": record.status.value}, "card_number": record.card_number}
    return Answer(message=f"Checked in; it is {record.status.replace('_', ' ')} now.", facts=facts)


def renew(desk: Desk, card_number: str, barcode: str) -> Answer:
    record = desk.system.renew(card_number, barcode)
    believe_loan(record, card_number, barcode)
    return Answer(message=f"Renewed until {record.due_at.date()}.", facts={"loan": loan_facts(record)})


def transfer(desk: Desk, barcode: str, from_card: str, to_card: str) -> Answer:
    moved = card_transfers.move(
        library=desk.library, barcode=barcode, from_card=from_card, to_card=to_card, now=desk.now
    )
    if moved is None:
        said = "The item is on the taker's card already; nothing was sent."
        return Answer(message=said, facts={"status": "completed"})
    return _rests(moved)


RESTS = {
    Transfer.Status.DONE: (Exit.OK, "completed"),
    Transfer.Status.REFUSED: (Exit.REFUSED, "refused"),
    Transfer.Status.NEEDS_LIBRARIAN: (Exit.NEEDS_LIBRARIAN, "needs_librarian"),
    Transfer.Status.PENDING: (Exit.QUEUED, "queued"),
    Transfer.Status.RUNNING: (Exit.QUEUED, "queued"),
}


def _rests(moved: Transfer) -> Answer:
    ended, status = RESTS[Transfer.Status(moved.status)]
    zone = moved.library.zone
    facts: dict[str, Any] = {
        "status": status,
        "reference": moved.reference,
        "old_due_date": day_of(moved.old_due_at.astimezone(zone)),
        "due_date": day_of(moved.new_due_at and moved.new_due_at.astimezone(zone)),
        "next_try_at": moved.next_try_at and moved.next_try_at.astimezone(zone).isoformat(timespec="seconds"),
    }
    if moved.reason_text:
        facts["library_says"] = moved.reason_text
    if ended == Exit.OK:
        return Answer(message="The item is on the taker's card and no longer on the giver's.", facts=facts)
    code = moved.reason_code or ("under_way" if ended == Exit.QUEUED else status)
    return Answer(ended, code, _why(code, facts["next_try_at"]), facts)


def _why(code: str, next_try_at: str | None) -> str:
    said = "Another worker is at it." if code == "under_way" else reasons.sentence(code)
    return f"{said} The service tries again at {next_try_at}." if next_try_at else said


def _believed(record: PatronRecord, card_number: str) -> PatronRecord:
    """An answer counts only if it is for the card that was asked for (I4)."""
    if not cards.same(record.card_number, card_number):
        raise Unavailable("the answer was for another card")
    return record


OPERATIONS: dict[str, tuple[tuple[str, ...], Callable[..., Answer]]] = {
    "authenticate": (("CARD", "PIN"), authenticate),
    "patron": (("CARD",), patron),
    "loans": (("CARD",), loans),
    "item": (("BARCODE",), item),
    "check-out": (("CARD", "BARCODE"), check_out),
    "check-in": (("BARCODE",), check_in),
    "renew": (("CARD", "BARCODE"), renew),
    "transfer": (("BARCODE", "FROM_CARD", "TO_CARD"), transfer),
}
