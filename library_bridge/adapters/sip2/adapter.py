"""Any library system that speaks SIP2, behind the port. Every method asks on a line of the library's pool."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from library_bridge.adapters.sip2 import answers, refusals
from library_bridge.adapters.sip2.layouts import ACTS
from library_bridge.adapters.sip2.memory import Memory
from library_bridge.adapters.sip2.messages import BadFrame, Message, is_damaged
from library_bridge.adapters.sip2.moment import Moment
from library_bridge.adapters.sip2.patrons import Patrons
from library_bridge.adapters.sip2.pool import pool_for
from library_bridge.adapters.sip2.requests import NotSendable, Requests, identifier
from library_bridge.adapters.sip2.settings import OPTIONS, settings_of
from library_bridge.models import Library
from library_bridge.ports import (
    BibliographicRecord,
    Capability,
    CheckInRecord,
    ItemRecord,
    ItemStatus,
    LoanList,
    LoanRecord,
    NotSupported,
    PatronRecord,
    Refused,
    Unavailable,
)

__all__ = ["OPTIONS", "Sip2System", "make"]

logger = logging.getLogger(__name__)

ABILITIES = frozenset({Capability.RENEW, Capability.HOLD_COUNT})


class Sip2System:
    """For one caller; what it was told a moment ago answers the caller's next question, until it acts."""

    def __init__(self, library: Library) -> None:
        """Raises Misconfigured."""
        self.library = library
        self.settings = settings_of(library)
        self._patterns = refusals.patterns(self.settings.profile.refusal_patterns)
        self._requests = Requests(self.settings)
        self._moment = Moment()
        self._memory = Memory(library.pk)
        self._patrons = Patrons(self._ask, self._requests, self._moment, self._memory, self._item)
        moves = self.settings.profile.checkout_when_out == "moves"
        self.capabilities = ABILITIES | {Capability.CHECK_OUT_MOVES} if moves else ABILITIES

    # questions

    def authenticate(self, card_number: str, pin: str) -> PatronRecord:
        return self._patrons.authenticate(card_number, pin, now=timezone.now())

    def patron(self, card_number: str) -> PatronRecord:
        return self._patrons.patron(card_number, now=timezone.now())

    def loans(self, card_number: str) -> LoanList:
        """One question where titles and due dates are known, else one more for each item that is not."""
        return self._patrons.loans(card_number, now=timezone.now())

    def glance(self, card_number: str) -> LoanList:
        return self._patrons.glance(card_number, now=timezone.now())

    def item(self, barcode: str) -> ItemRecord:
        found = self._item(barcode)
        self._moment.saw(found)
        self._memory.saw(found, now=timezone.now())
        return found

    def find_by_isbn(self, isbns: Sequence[str]) -> tuple[ItemRecord, ...]:
        raise NotSupported

    def records(self) -> Iterator[BibliographicRecord]:
        raise NotSupported

    def describe(self) -> Mapping[str, str]:
        """What the server says of itself (98): to be shown, not to be decided by."""
        told = pool_for(self.library.pk, self.settings).about()
        return answers.described(told) if told else {}

    # acts

    def check_out(self, card_number: str, barcode: str) -> LoanRecord:
        request = self._sendable(self._requests.check_out, card_number, barcode)
        answer = self._act(request, barcode)
        if not _is_ok(answer):
            raise self._refusal(answer, lambda: self._why_no_loan(card_number, barcode))
        return self._charged(answer, card_number, barcode)

    def check_in(self, barcode: str) -> CheckInRecord:
        answer = self._act(self._sendable(self._requests.check_in, barcode), barcode)
        if not _is_ok(answer):
            raise self._refusal(answer, lambda: self._why_no_return(barcode))
        return answers.checked_in(answer, barcode, self.settings)

    def renew(self, card_number: str, barcode: str) -> LoanRecord:
        """The new due date is read back; where that fails, the answer's own."""
        if self.settings.profile.renew_by == "11":
            request = self._sendable(self._requests.check_out, card_number, barcode, may_renew=True)
        else:
            request = self._sendable(self._requests.renew, card_number, barcode)
        answer = self._act(request, barcode)
        if not _is_ok(answer):
            raise self._refusal(answer, lambda: self._why_no_renewal(card_number, barcode))
        try:
            return self._read_back(card_number, barcode)
        except Unavailable:
            return self._charged(answer, card_number, barcode)

    def transfer(self, barcode: str, from_card: str, to_card: str) -> LoanRecord:
        raise NotSupported

    # what SIP2 can do beyond the port

    def place_hold(self, card_number: str, barcode: str) -> None:
        self._hold("+", card_number, barcode)

    def cancel_hold(self, card_number: str, barcode: str) -> None:
        self._hold("-", card_number, barcode)

    def end_session(self, card_number: str) -> bool:
        answer = self._ask(self._sendable(self._requests.end_session, card_number))
        return answer["ended"] == "Y"

    # inside

    def _ask(self, request: Message) -> Message:
        try:
            answer = pool_for(self.library.pk, self.settings).ask(request)
        except Unavailable as silence:
            logger.warning("library %s: message %s not answered: %s", self.library.code, request.code, silence.reason)
            raise
        if is_damaged(answer):
            logger.warning(
                "library %s: a text of message %s is not %s",
                self.library.code,
                answer.code,
                self.settings.profile.charset,
            )
        return answer

    def _act(self, request: Message, barcode: str) -> Message:
        """What was known of the item is forgotten before and after, whatever comes back."""
        assert request.code in ACTS
        self._forget(request, barcode)
        try:
            return self._ask(request)
        except BadFrame:
            raise Refused("unknown_item") from None
        finally:
            self._forget(request, barcode)

    def _forget(self, request: Message, barcode: str) -> None:
        self._moment.pass_by()
        self._memory.forget(barcode)
        self._memory.forget_answer(request.get("AA"))

    def _sendable(self, make: Callable[..., Message], *ids: str, **details: bool) -> Message:
        """A card or barcode that would break the message is one that nobody has (T-I1)."""
        try:
            return make(*ids, **details, now=timezone.now())
        except NotSendable:
            raise Refused("unknown_item" if _is_sendable(ids[0]) or len(ids) == 1 else "unknown_patron") from None

    def _item(self, barcode: str) -> ItemRecord:
        answer = self._ask(self._sendable(self._requests.item, barcode))
        return answers.item(answer, barcode, self.settings)

    def _charged(self, answer: Message, card_number: str, barcode: str) -> LoanRecord:
        found = answers.charged(answer, card_number, barcode, self.settings)
        return found or self._read_back(card_number, barcode)

    def _read_back(self, card_number: str, barcode: str) -> LoanRecord:
        item = self._item(barcode)
        if item.status != ItemStatus.CHARGED or item.due_at is None:
            logger.warning("library %s: no due date that can be read", self.library.code)
            raise Unavailable("no due date that can be read")
        return answers.loan(item, card_number, item.due_at)

    def _hold(self, mode: str, card_number: str, barcode: str) -> None:
        answer = self._act(self._sendable(self._requests.hold, mode, card_number, barcode), barcode)
        if not _is_ok(answer):
            raise self._refusal(answer, lambda: "other")

    # why not

    def _refusal(self, answer: Message, read: Callable[[], str]) -> Refused:
        """By the library's words, else by looking where the item and the card stand."""
        code, words = refusals.why(answer.all("AF"), self._patterns)
        if self.settings.profile.show_messages:
            words = refusals.clean(answer.get("AF"))
        if not code and answer.get("BV").strip(" 0."):
            code = "fee_required"
        if not code:
            try:
                code = read()
            except (Refused, Unavailable, NotSupported) as problem:
                code = problem.code if isinstance(problem, Refused) else "other"
        return Refused(code, words)

    def _why_no_return(self, barcode: str) -> str:
        found = self._item(barcode)
        if found.status == ItemStatus.UNKNOWN:
            return "other" if found.title else "unknown_item"
        return "other" if found.status == ItemStatus.CHARGED else "not_on_loan"

    def _why_no_loan(self, card_number: str, barcode: str) -> str:
        found = self._item(barcode)
        if code := _why_not_item(found):
            return code
        if found.status == ItemStatus.CHARGED:
            return "already_on_card" if self._is_on(card_number, barcode) else "on_loan_to_other"
        if found.status == ItemStatus.HOLD_SHELF or found.hold_count:
            return "hold_by_other"
        return self.patron(card_number).blocked_reason or "other"

    def _why_no_renewal(self, card_number: str, barcode: str) -> str:
        found = self._item(barcode)
        if code := _why_not_item(found):
            return code
        if found.status != ItemStatus.CHARGED:
            return "not_on_loan"
        if not self._is_on(card_number, barcode):
            return "on_loan_to_other"
        if found.recalled or found.hold_count:
            return "recalled" if found.recalled else "hold_by_other"
        return self.patron(card_number).blocked_reason or "other"

    def _is_on(self, card_number: str, barcode: str) -> bool:
        return barcode in self._patrons.barcodes(card_number, now=timezone.now())


def _why_not_item(item: ItemRecord) -> str:
    if item.status == ItemStatus.UNKNOWN and not item.title:
        return "unknown_item"
    return {ItemStatus.LOST: "item_lost", ItemStatus.IN_TRANSIT: "item_in_transit"}.get(item.status, "")


def _is_ok(answer: Message) -> bool:
    """Neither yes nor no is no answer."""
    if answer["ok"] not in answers.YES + answers.NO:
        raise Unavailable("an answer that is neither yes nor no")
    return answer["ok"] in answers.YES


def _is_sendable(value: str) -> bool:
    try:
        identifier(value)
    except NotSendable:
        return False
    return True


def make(library: Library, now: datetime) -> Sip2System:
    """The server has a clock of its own; `now` is for systems that have none."""
    return Sip2System(library)
