"""The embedded library system behind a bad line: it drops, lies, refuses and dies as scripted, and counts."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from library_bridge.adapters.embedded.adapter import EmbeddedSystem
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

Do = Callable[[], Any]
Fault = Callable[[Do], Any]


class Killed(BaseException):
    """kill -9: nothing catches it."""


class Script:
    """Faults by verb, each used once, in order; `always` for every call. `done` counts what reached the system."""

    def __init__(self) -> None:
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.always: dict[str, Fault] = {}
        self.calls: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.capabilities: frozenset[Capability] | None = None

    def on(self, verb: str, *faults: Fault) -> "Script":
        self.faults[verb].extend(faults)
        return self

    def call(self, verb: str, do: Do) -> Any:
        self.calls[verb] += 1
        waiting = self.faults[verb]
        fault = waiting.pop(0) if waiting else self.always.get(verb, honest)

        def counted() -> Any:
            answer = do()
            self.done[verb] += 1
            return answer

        return fault(counted)


class ScriptedSystem:
    def __init__(self, library: Library, now: datetime, script: Script) -> None:
        self.inner, self.script = EmbeddedSystem(library, now), script
        self.capabilities = self.inner.capabilities if script.capabilities is None else script.capabilities

    def authenticate(self, card_number: str, pin: str) -> PatronRecord:
        return self.script.call("authenticate", lambda: self.inner.authenticate(card_number, pin))

    def patron(self, card_number: str) -> PatronRecord:
        return self.script.call("patron", lambda: self.inner.patron(card_number))

    def loans(self, card_number: str) -> LoanList:
        return self.script.call("loans", lambda: self.inner.loans(card_number))

    def item(self, barcode: str) -> ItemRecord:
        return self.script.call("item", lambda: self.inner.item(barcode))

    def check_out(self, card_number: str, barcode: str) -> LoanRecord:
        return self.script.call("check_out", lambda: self.inner.check_out(card_number, barcode))

    def check_in(self, barcode: str) -> CheckInRecord:
        return self.script.call("check_in", lambda: self.inner.check_in(barcode))

    def renew(self, card_number: str, barcode: str) -> LoanRecord:
        return self.script.call("renew", lambda: self.inner.renew(card_number, barcode))

    def set_due_date(self, card_number: str, barcode: str, due_at: datetime) -> None:
        self.script.call("set_due_date", lambda: self.inner.set_due_date(card_number, barcode, due_at))

    def transfer(self, barcode: str, from_card: str, to_card: str) -> LoanRecord:
        def move() -> LoanRecord:
            self.inner.check_in(barcode)
            return self.inner.check_out(to_card, barcode)

        return self.script.call("transfer", move)

    def find_by_isbn(self, isbns: Sequence[str]) -> tuple[ItemRecord, ...]:
        return self.inner.find_by_isbn(isbns)

    def records(self) -> Iterator[BibliographicRecord]:
        return self.inner.records()


def honest(do: Do) -> Any:
    return do()


def drops_first(do: Do) -> Any:
    """The request is lost."""
    raise Unavailable("connection reset")


def never_sent(do: Do) -> Any:
    raise Unavailable("connection refused", nothing_sent=True)


def has_no_such_function(do: Do) -> Any:
    raise NotSupported


def drops_answer(do: Do) -> Any:
    """The work is done, the answer is lost."""
    do()
    raise Unavailable("connection reset")


def does_it_twice(do: Do) -> Any:
    """The line delivers the request twice; the second is refused."""
    answer = do()
    with suppress(Refused):
        do()
    return answer


def garbled(do: Do) -> Any:
    """The work is done, the answer can't be understood and the adapter trips over it."""
    do()
    raise ValueError("half a frame")


def of_another_item(do: Do) -> Any:
    """The work is done, the answer that arrives belongs to another request."""
    return replace(do(), barcode="99999999")


def killed_before(do: Do) -> Any:
    raise Killed


def killed_after(do: Do) -> Any:
    do()
    raise Killed


def refuses(code: str) -> Fault:
    def fault(do: Do) -> Any:
        raise Refused(code)

    return fault


def refuses_but_does(code: str) -> Fault:
    def fault(do: Do) -> Any:
        do()
        raise Refused(code)

    return fault


def says(answer: Any) -> Fault:
    """Answers so and does nothing."""
    return lambda do: answer


def alters(**fields: Any) -> Fault:
    """Does it and tells something else about it."""
    return lambda do: replace(do(), **fields)


def meanwhile(act: Callable[[], Any], then: Fault = honest) -> Fault:
    """Somebody at the desk is quicker."""

    def fault(do: Do) -> Any:
        act()
        return then(do)

    return fault


def lies_about_check_in(barcode: str) -> Fault:
    return says(CheckInRecord(barcode=barcode, status=ItemStatus.AVAILABLE))
