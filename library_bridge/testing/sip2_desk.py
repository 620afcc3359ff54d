"""The embedded system's answers in SIP2's words: what the server behind the socket says to each message."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias

from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.adapters.embedded.models import EmbeddedHold, EmbeddedItem, EmbeddedPatron
from library_bridge.adapters.sip2 import dates, layouts
from library_bridge.adapters.sip2.messages import Message
from library_bridge.ports import ItemStatus, PatronRecord, Refused

Fields: TypeAlias = tuple[tuple[str, str], ...]

VERSION = "2.00"
MESSAGES = "YYYNYYYYYNYNNYYN"  # BX: all but Block, Fee Paid, Item Status Update, Patron Enable and Renew All
WORDS = MappingProxyType(
    {
        "on_loan_to_other": "Item checked out to another patron",
        "already_on_card": "Item already checked out to this patron",
        "not_on_loan": "Item not checked out",
        "hold_by_other": "Item on Hold for Another User",
        "recalled": "Item has been recalled",
        "item_lost": "Item is lost",
        "item_in_transit": "Item in transit",
        "not_for_loan": "Item is not for loan",
        "renewal_limit": "Renewal limit reached",
        "loan_limit": "Patron has too many items checked out",
        "card_expired": "Patron card has expired",
        "card_lost": "Card reported lost",
        "card_blocked": "Patron Blocked",
        "overdue": "Item is overdue",
        "unknown_item": "Invalid Item",
        "unknown_patron": "Invalid Patron",
    }
)
CIRCULATION = MappingProxyType(
    {
        ItemStatus.AVAILABLE: "03",
        ItemStatus.CHARGED: "04",
        ItemStatus.HOLD_SHELF: "08",
        ItemStatus.IN_TRANSIT: "10",
        ItemStatus.LOST: "12",
        ItemStatus.UNKNOWN: "01",
    }
)
MARKS = MappingProxyType({"card_lost": (0, 4), "loan_limit": (0, 5), "card_blocked": (0,), "card_expired": (0,)})


def operation(request: Message) -> str:
    """As the port calls it."""
    if request.code == layouts.PATRON:
        with_list = "loans" if "Y" in request["summary"] else "patron"
        return "authenticate" if request.get("AD") else with_list
    return {
        layouts.LOGIN: "login",
        layouts.STATUS: "status",
        layouts.PATRON_STATUS: "authenticate" if request.get("AD") else "patron",
        layouts.ITEM: "item",
        layouts.CHECK_OUT: "check_out",
        layouts.CHECK_IN: "check_in",
        layouts.RENEW: "renew",
        layouts.HOLD: "hold",
        layouts.END_SESSION: "end_session",
    }[request.code]


@dataclass(frozen=True, slots=True)
class Desk:
    """For one message at one moment. A title, which may hold a delimiter, comes last: what follows it then adds nothing."""

    system: EmbeddedSystem
    institution: str

    def answer(self, request: Message) -> Message:
        answers: dict[str, Callable[[Message], Message]] = {
            layouts.STATUS: self.status,
            layouts.PATRON_STATUS: self.patron,
            layouts.PATRON: self.patron,
            layouts.ITEM: self.item,
            layouts.CHECK_OUT: self.check_out,
            layouts.CHECK_IN: self.check_in,
            layouts.RENEW: self.renew,
            layouts.HOLD: self.hold,
            layouts.END_SESSION: self.end_session,
        }
        return answers[request.code](request)

    def status(self, _request: Message) -> Message:
        fixed = ("Y", "Y", "Y", "Y", "N", "N", "600", "003", self._date, VERSION)
        return Message(layouts.STATUS_ANSWER, fixed, (("AO", self.institution), ("BX", MESSAGES)))

    # patrons

    def patron(self, request: Message) -> Message:
        code = layouts.ANSWERS[request.code]
        counts = ("0000",) * 6 if code == layouts.PATRON_ANSWER else ()
        card_number, language = request.get("AA"), request["language"]
        try:
            record = self.system.patron(card_number)
        except Refused:
            fixed = ("YYYY".ljust(14), language, self._date, *counts)
            return Message(code, fixed, (self._place, ("AA", card_number), ("AE", ""), ("BL", "N")))
        signed_in = self._is_signed_in(request)
        fields = [self._place, ("AA", card_number), ("AE", _text(record.name)), ("BL", "Y")]
        if request.get("AD"):
            fields.append(("CQ", "Y" if signed_in else "N"))
        if code == layouts.PATRON_ANSWER:
            counts = ("0000", "0000", _four(record.loan_count), "0000", "0000", "0000")
            fields += [*self._card(record), *self._charged(request)]
        return Message(code, (_marks(record), language, self._date, *counts), tuple(fields))

    def _is_signed_in(self, request: Message) -> bool:
        if not request.get("AD"):
            return False
        try:
            self.system.authenticate(request.get("AA"), request.get("AD"))
        except Refused:
            return False
        return True

    def _card(self, record: PatronRecord) -> Fields:
        limit = (("CB", _four(record.loan_limit)),) if record.loan_limit is not None else ()
        return (*limit, ("PA", f"{record.expires_on:%Y%m%d}")) if record.expires_on else limit

    def _charged(self, request: Message) -> Fields:
        """Third position of the summary; BP and BQ are 1-based and inclusive."""
        if request["summary"][2] != "Y":
            return ()
        listed = self.system.loans(request.get("AA")).loans
        first, last = _number(request.get("BP")) or 1, _number(request.get("BQ")) or len(listed)
        return tuple(("AU", loan.barcode) for loan in listed[first - 1 : last])

    # items

    def item(self, request: Message) -> Message:
        record = self.system.item(request.get("AB"))
        circulation = "07" if record.recalled else CIRCULATION[record.status]
        fields = [("AB", record.barcode), ("CK", "001"), self._place]
        if record.due_at:
            fields.append(("AH", self._moment(record.due_at)))
        if record.hold_count is not None:
            fields.append(("CF", str(record.hold_count)))
        fields += [("AQ", _text(record.branch)), ("CS", _text(record.call_number)), ("AJ", _text(record.title))]
        return Message(layouts.ITEM_ANSWER, (circulation, "02", "01", self._date), tuple(fields))

    def check_out(self, request: Message) -> Message:
        return self._charge(request, self.system.check_out, layouts.CHECK_OUT_ANSWER)

    def renew(self, request: Message) -> Message:
        return self._charge(request, self.system.renew, layouts.RENEW_ANSWER)

    def _charge(self, request: Message, act: Callable[[str, str], object], code: str) -> Message:
        try:
            act(request.get("AA"), request.get("AB"))
        except Refused as refusal:
            return self.refused(request, refusal.code)
        due_at = self.system.item(request.get("AB")).due_at
        return self._loan(request, due_at, renewal=code == layouts.RENEW_ANSWER)

    def check_in(self, request: Message) -> Message:
        try:
            found = self.system.check_in(request.get("AB"))
        except Refused as refusal:
            return self.refused(request, refusal.code)
        waits = found.status == ItemStatus.HOLD_SHELF
        record = self.system.item(found.barcode)
        fields = [self._place, ("AB", found.barcode), ("AA", found.card_number or ""), ("AQ", _text(record.branch))]
        if waits:
            fields.append(("CV", "01"))
        fields.append(("AJ", _text(record.title)))
        return Message(layouts.CHECK_IN_ANSWER, ("1", "Y", "N", "Y" if waits else "N", self._date), tuple(fields))

    def lie(self, request: Message) -> Message:
        """That it was done; nothing was."""
        if request.code == layouts.CHECK_IN:
            fields = (self._place, ("AB", request.get("AB")), ("AQ", ""), ("AJ", self._title(request)))
            return Message(layouts.CHECK_IN_ANSWER, ("1", "Y", "N", "N", self._date), fields)
        if request.code in (layouts.CHECK_OUT, layouts.RENEW):
            due_at = self.system.now + timedelta(days=30)
            return self._loan(request, due_at, renewal=request.code == layouts.RENEW)
        return self.answer(request)

    def refused(self, request: Message, why: str) -> Message:
        """Neither with a due date nor, for a renewal, with anything about the item."""
        words = ("AF", WORDS.get(why, "Not possible"))
        if request.code == layouts.CHECK_IN:
            fields = (self._place, ("AB", request.get("AB")), ("AQ", ""), words)
            return Message(layouts.CHECK_IN_ANSWER, ("0", "N", "N", "N", self._date), fields)
        given = (self._place, ("AA", request.get("AA")), ("AB", request.get("AB")))
        title = ("AJ", self._title(request))
        if request.code == layouts.HOLD:
            return Message(layouts.HOLD_ANSWER, ("0", "N", self._date), (*given, words, title))
        fixed = ("0", "N", "U", "N", self._date)
        return Message(layouts.ANSWERS[request.code], fixed, (*given, ("AH", ""), words, title))

    def _loan(self, request: Message, due_at: datetime | None, *, renewal: bool) -> Message:
        code = layouts.RENEW_ANSWER if renewal else layouts.CHECK_OUT_ANSWER
        fields = (
            self._place,
            ("AA", request.get("AA")),
            ("AB", request.get("AB")),
            ("AH", self._moment(due_at) if due_at else ""),
            ("AJ", self._title(request)),
        )
        return Message(code, ("1", "Y" if renewal else "N", "N", "Y", self._date), fields)

    def _title(self, request: Message) -> str:
        return _text(self.system.item(request.get("AB")).title)

    # holds

    def hold(self, request: Message) -> Message:
        card = EmbeddedPatron.objects.filter(library=self.system.library, card_number=request.get("AA")).first()
        item = EmbeddedItem.objects.filter(library=self.system.library, barcode=request.get("AB")).first()
        if card is None or item is None:
            return self.refused(request, "unknown_item" if card else "unknown_patron")
        waiting = EmbeddedHold.objects.filter(patron=card, item=item, cancelled_at=None, collected_at=None)
        if request["mode"] == "+" and not waiting.exists():
            EmbeddedHold.objects.create(record=item.record, item=item, patron=card, placed_at=self.system.now)
        elif request["mode"] != "-" or not waiting.update(cancelled_at=self.system.now):
            return self.refused(request, "other")
        fields = (self._place, ("AA", card.card_number), ("AB", item.barcode), ("AJ", self._title(request)))
        return Message(layouts.HOLD_ANSWER, ("1", "N", self._date), fields)

    def end_session(self, request: Message) -> Message:
        fields = (self._place, ("AA", request.get("AA")))
        return Message(layouts.END_SESSION_ANSWER, ("Y", self._date), fields)

    @property
    def _place(self) -> tuple[str, str]:
        return "AO", self.institution

    @property
    def _date(self) -> str:
        return self._moment(self.system.now)

    def _moment(self, moment: datetime) -> str:
        return dates.stamp(moment, self.system.library.zone)


def of_another(answer: Message) -> Message:
    """The same about an item, else a card, that nobody asked about."""
    name = "AB" if answer.has("AB") else "AA"
    fields = tuple((known, "99999999" if known == name else value) for known, value in answer.fields)
    return replace(answer, fields=fields)


def _marks(record: PatronRecord) -> str:
    positions = MARKS.get(record.blocked_reason, ())
    return "".join("Y" if position in positions else " " for position in range(14))


def _four(number: int | None) -> str:
    return f"{min(number or 0, 9999):04d}"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _text(text: str) -> str:
    """A line: a message ends where a line does."""
    return "".join(character if character >= " " and character != "\x7f" else " " for character in text)
