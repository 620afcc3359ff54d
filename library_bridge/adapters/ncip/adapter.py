"""NCIP 2 over HTTP: one POST a question, never repeated by itself, every answer held against what was asked."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from xml.etree.ElementTree import Element

from library_bridge.adapters import options
from library_bridge.adapters.http import Line
from library_bridge.adapters.ncip import messages, problems, requests, settings
from library_bridge.adapters.ncip.profile import Profile
from library_bridge.adapters.ncip.settings import OPTIONS
from library_bridge.adapters.ncip.xml import Unreadable
from library_bridge.models.libraries import Library
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

__all__ = ["OPTIONS", "NcipSystem", "make"]

LONGEST = 255  # characters of an identifier
XML = 'application/xml; charset="utf-8"'


class NcipSystem:
    def __init__(
        self,
        line: Line,
        url: str,
        profile: Profile,
        *,
        now: datetime,
        capabilities: frozenset[Capability],
        authorization: str = "",
    ) -> None:
        self.capabilities = capabilities
        self._line, self._url, self._profile, self._now = line, url, profile, now
        self._headers = {"Content-Type": XML, "Accept": "application/xml", "Connection": "close"}  # X8
        if authorization:
            self._headers["Authorization"] = authorization

    # questions

    def authenticate(self, card_number: str, pin: str) -> PatronRecord:
        if not _can_be_sent(card_number, pin):
            raise Refused("wrong_pin")
        body = requests.sign_in(self._profile, card_number, pin)
        try:
            response = self._read("LookupUser", body, private=(card_number, pin))
        except Refused as refusal:
            raise Refused("wrong_pin" if refusal.code == "unknown_patron" else refusal.code) from None
        if not (said := messages.card_of(response)):  # whose card it was is the only proof that there is (K2)
            raise Refused("wrong_pin")
        with _believed():
            messages.believe_card(response, card_number)
            return messages.patron(response, said, self._profile, now=self._now)

    def patron(self, card_number: str) -> PatronRecord:
        response = self._look_up_user(card_number, loans=False)
        with _believed():
            return messages.patron(response, card_number, self._profile, now=self._now)

    def loans(self, card_number: str) -> LoanList:
        response = self._look_up_user(card_number, loans=True)
        with _believed():
            return messages.loans(response, card_number, self._profile)

    def item(self, barcode: str) -> ItemRecord:
        nowhere = ItemRecord(barcode=barcode, status=ItemStatus.UNKNOWN)
        if not _can_be_sent(barcode):
            return nowhere
        ask = lambda elements: requests.lookup_item(self._profile, barcode, elements=elements)  # noqa: E731
        try:
            response = self._look_up("LookupItem", ask, requests.OF_ITEM, barcode)
        except Refused as refusal:
            if refusal.code == "unknown_item":
                return nowhere
            raise Unavailable(f"refused: {refusal.code}") from None
        with _believed():
            return messages.item(response, barcode, self._profile)

    def find_by_isbn(self, isbns: Sequence[str]) -> tuple[ItemRecord, ...]:
        raise NotSupported

    def records(self) -> Iterator[BibliographicRecord]:
        raise NotSupported

    # acts

    def check_out(self, card_number: str, barcode: str) -> LoanRecord:
        _refuse_unsendable(card_number, barcode)
        body = requests.check_out(self._profile, card_number, barcode)
        response = self._send("CheckOutItem", body, private=(card_number, barcode))
        with _believed():
            return messages.charged(response, card_number, barcode, self._profile)

    def check_in(self, barcode: str) -> CheckInRecord:
        _refuse_unsendable(barcode=barcode)
        response = self._send("CheckInItem", requests.check_in(self._profile, barcode), private=(barcode,))
        with _believed():
            return messages.checked_in(response, barcode)

    def renew(self, card_number: str, barcode: str) -> LoanRecord:
        if Capability.RENEW not in self.capabilities:
            raise NotSupported
        _refuse_unsendable(card_number, barcode)
        body = requests.renew(self._profile, card_number, barcode)
        response = self._send("RenewItem", body, private=(card_number, barcode))
        with _believed():
            if messages.is_pending(response):
                raise Refused("renewal_pending")
            record = messages.charged(response, card_number, barcode, self._profile)
        return record if record.title else self._read_back(record)

    def transfer(self, barcode: str, from_card: str, to_card: str) -> LoanRecord:
        raise NotSupported

    # inside

    def _read_back(self, record: LoanRecord) -> LoanRecord:
        """The answer to a renewal may leave out what book it was."""
        with suppress(Refused):
            return self.loans(record.card_number).of(record.barcode) or record
        return record

    def _look_up_user(self, card_number: str, *, loans: bool) -> Element:
        if not _can_be_sent(card_number):
            raise Refused("unknown_patron")
        ask = lambda elements: requests.lookup_user(self._profile, card_number, loans=loans, elements=elements)  # noqa: E731
        return self._look_up("LookupUser", ask, () if loans else requests.OF_USER, card_number)

    def _look_up(
        self, service: str, ask: Callable[[Sequence[str]], bytes], elements: Sequence[str], private: str
    ) -> Element:
        """A server that stumbles over an element we would like to have is asked once more without them."""
        try:
            return self._read(service, ask(elements), private=(private,))
        except Refused as refusal:
            if refusal.code != problems.ELEMENT_RULE:
                raise
        try:
            return self._read(
                service, ask(("Circulation Status",) if service == "LookupItem" else ()), private=(private,)
            )
        except Refused as refusal:
            if refusal.code == problems.ELEMENT_RULE:
                raise Unavailable("the library system does not take our message") from None
            raise

    def _read(self, service: str, body: bytes, *, private: Sequence[str]) -> Element:
        try:
            return self._send(service, body, private=private)
        except Refused as refusal:
            if refusal.code == problems.MISCONFIGURED:  # no answer to the question
                raise Unavailable("the library system does not take our message", retry_after=3600) from None
            raise

    def _send(self, service: str, body: bytes, *, private: Sequence[str]) -> Element:
        answer = self._line.send("POST", self._url, headers=self._headers, content=body)
        if answer.status != 200:
            raise Unavailable(f"HTTP {answer.status}")
        with _believed():
            return messages.answered(answer.body, service, self._profile, private=private)


@contextmanager
def _believed() -> Iterator[None]:
    """What can't be read or belongs to another question is no answer."""
    try:
        yield
    except Unreadable as problem:
        raise Unavailable(str(problem)) from None


def _can_be_sent(*values: str) -> bool:
    """What no card, PIN or barcode has is not sent anywhere (T-I1)."""
    return all(0 < len(value) <= LONGEST and value.isprintable() and value.strip() for value in values)


def _refuse_unsendable(card_number: str = "1", barcode: str = "1") -> None:
    if not _can_be_sent(card_number):
        raise Refused("unknown_patron")
    if not _can_be_sent(barcode):
        raise Refused("unknown_item")


def make(library: Library, now: datetime) -> NcipSystem:
    """Raises Misconfigured."""
    given = options.read(OPTIONS, library.settings)
    url = settings.address(str(given["url"]), plain=bool(given["plain_http"]))
    wanted = {
        Capability.CHECK_OUT_MOVES: given["check_out_moves"],
        Capability.RENEW: given["renews"],
        Capability.HOLD_COUNT: given["tells_holds"],
    }
    line = _line(
        os.getpid(), library.pk, float(given["timeout"]), int(given["connections"]), str(given["ca_file"]) or True
    )
    return NcipSystem(
        line,
        url,
        settings.profile_of(given, library),
        now=now,
        capabilities=frozenset(capability for capability, has in wanted.items() if has),
        authorization=settings.basic(str(given["username"]), str(given["password"])),
    )


@lru_cache(maxsize=64)
def _line(process: int, library: int, seconds: float, connections: int, verify: str | bool) -> Line:
    """Connections outlive a question, but no fork; each library has its own (K14)."""
    return Line(seconds=seconds, connections=connections, verify=verify)
