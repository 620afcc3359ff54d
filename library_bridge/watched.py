"""Any library system under watch: its breaker is asked first, a page waits only so long, and each exchange is counted."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from library_bridge import metrics, patience, pulse
from library_bridge.breaker import Breaker
from library_bridge.models import Library
from library_bridge.ports import (
    BibliographicRecord,
    Capability,
    CheckInRecord,
    ItemRecord,
    ItemsOfRecords,
    LibrarySystem,
    LoanList,
    LoanRecord,
    NotSupported,
    PatronRecord,
    PlacesHolds,
    Refused,
    Remembers,
    SetsDueDates,
    Unavailable,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")


class WatchedSystem:
    """The embedded system is our own database: measured, but neither left alone nor asked in another thread."""

    def __init__(self, system: LibrarySystem, library: Library) -> None:
        self._system, self._library = system, library
        self._breaker = None if library.adapter == Library.Adapter.EMBEDDED else Breaker(library.pk)

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._system.capabilities

    def authenticate(self, card_number: str, pin: str) -> PatronRecord:
        return self._exchange("authenticate", lambda: self._system.authenticate(card_number, pin))

    def patron(self, card_number: str) -> PatronRecord:
        return self._exchange("patron", lambda: self._system.patron(card_number))

    def loans(self, card_number: str) -> LoanList:
        return self._exchange("loans", lambda: self._system.loans(card_number))

    def glance(self, card_number: str) -> LoanList:
        system = self._system
        if not isinstance(system, Remembers):
            return self.loans(card_number)
        return self._exchange("loans", lambda: system.glance(card_number))

    def item(self, barcode: str) -> ItemRecord:
        return self._exchange("item", lambda: self._system.item(barcode))

    def find_by_isbn(self, isbns: Sequence[str]) -> tuple[ItemRecord, ...]:
        return self._exchange("find_by_isbn", lambda: self._system.find_by_isbn(isbns))

    def find_by_record(self, record_ids: Sequence[str]) -> tuple[ItemRecord, ...]:
        system = self._system
        if not isinstance(system, ItemsOfRecords):
            raise NotSupported
        return self._exchange("find_by_record", lambda: system.find_by_record(record_ids))

    def check_out(self, card_number: str, barcode: str) -> LoanRecord:
        return self._exchange("check_out", lambda: self._system.check_out(card_number, barcode), reads=False)

    def check_in(self, barcode: str) -> CheckInRecord:
        return self._exchange("check_in", lambda: self._system.check_in(barcode), reads=False)

    def renew(self, card_number: str, barcode: str) -> LoanRecord:
        return self._exchange("renew", lambda: self._system.renew(card_number, barcode), reads=False)

    def transfer(self, barcode: str, from_card: str, to_card: str) -> LoanRecord:
        return self._exchange("transfer", lambda: self._system.transfer(barcode, from_card, to_card), reads=False)

    def set_due_date(self, card_number: str, barcode: str, due_at: datetime) -> None:
        system = self._system
        if not isinstance(system, SetsDueDates):
            raise NotSupported
        self._exchange("set_due_date", lambda: system.set_due_date(card_number, barcode, due_at), reads=False)

    def place_hold(self, card_number: str, barcode: str) -> None:
        system = self._system
        if not isinstance(system, PlacesHolds):
            raise NotSupported
        self._exchange("place_hold", lambda: system.place_hold(card_number, barcode), reads=False)

    def records(self) -> Iterator[BibliographicRecord]:
        """A harvest takes as long as it takes."""
        return self._system.records()

    def __getattr__(self, name: str) -> Any:
        """What a system can do beyond the port."""
        return getattr(self._system, name)

    def _exchange(self, operation: str, ask: Callable[[], T], *, reads: bool = True) -> T:
        began, outcome = time.monotonic(), "fault"
        try:
            answer = self._asked(ask, reads=reads)
            outcome = "ok"
            return answer
        except Refused:
            outcome = "refused"
            raise
        except NotSupported:
            outcome = "not_supported"
            raise
        except _LeftAlone as shut:
            outcome = "left_alone"
            raise shut.silence from None
        except Unavailable:
            outcome = "unavailable"
            raise
        except (
            Exception
        ) as fault:  # a read that an adapter trips over is no answer; what a write did, the saga finds out
            if not reads:
                raise
            logger.exception("library %s, %s: a fault of the adapter", self._library.code, operation)
            raise Unavailable("the adapter tripped over the answer") from fault
        finally:
            self._note(operation, outcome, time.monotonic() - began)

    def _note(self, operation: str, outcome: str, seconds: float) -> None:
        metrics.exchanged(self._library.code, operation, outcome, seconds)
        if outcome != "left_alone":
            pulse.noted(self._library.code, operation, outcome, seconds)
        level = logging.DEBUG if self._breaker is None else logging.INFO
        logger.log(level, "library %s, %s: %s after %d ms", self._library.code, operation, outcome, seconds * 1000)

    def _asked(self, ask: Callable[[], T], *, reads: bool) -> T:
        if self._breaker is None:
            return ask()
        try:
            patience.require_time(self._library.pk)
            self._breaker.enter(reads=reads)
        except Unavailable as silence:
            raise _LeftAlone(silence) from None
        there: bool | None = None  # a fault of the adapter says nothing about the system
        try:
            answer = patience.within_a_page(self._library.pk, ask)
            there = True
            return answer
        except Refused:
            there = True  # a refusal is an answer
            raise
        except Unavailable:
            there = False
            raise
        finally:
            self._breaker.leave(there=there)


class _LeftAlone(Exception):
    def __init__(self, silence: Unavailable) -> None:
        super().__init__()
        self.silence = silence
