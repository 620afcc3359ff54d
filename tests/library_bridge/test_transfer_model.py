"""X15, a thousand times: the saga's own reading, deciding and writing against a library system that is a model, with the
steps kept in a list in place of the database. `test_transfer_histories` plays fewer of them with every row."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library_bridge import transfer_writes, transfers
from library_bridge.models import Transfer, TransferStep
from library_bridge.ports import (
    Capability,
    CheckInRecord,
    ItemRecord,
    ItemStatus,
    LoanList,
    LoanRecord,
    PatronRecord,
    Refused,
    Unavailable,
)
from library_bridge.transfer_claims import LEASE
from library_bridge.transfer_rules import Finish
from library_bridge.transfers import AGAIN_AFTER
from tests.library_bridge.doubles import Killed

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DUE = NOW + timedelta(days=20)
ALICE, BOB, CHARLIE, BOOK = "alice", "bob", "charlie", "0110"

READS = ["honest", "dropped", "killed", "refused", "empty"]
WRITES = [
    "honest",
    "never_sent",
    "dropped",
    "silent",
    "late",
    "garbled",
    "killed_before",
    "killed_after",
    "lie_ok",
    "lie_refused",
]
EVENTS = ["", "taker_blocked", "giver_blocked", "hold_placed", "returned", "grabbed", "lost", "taken_by_taker"]

scripts = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["in two", "in two", "at once", "by transfer"]),
        "item": st.lists(st.sampled_from(READS), max_size=4),
        "loans": st.lists(st.sampled_from(READS), max_size=6),
        "patron": st.lists(st.sampled_from(READS), max_size=3),
        "check_in": st.lists(st.sampled_from(WRITES), max_size=2),
        "check_out": st.lists(st.sampled_from(WRITES), max_size=3),
        "transfer": st.lists(st.sampled_from(WRITES), max_size=2),
        "events": st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 5)), max_size=2),
    }
)
CAN = {
    "in two": frozenset(),
    "at once": frozenset({Capability.CHECK_OUT_MOVES}),
    "by transfer": frozenset({Capability.TRANSFER}),
}


@dataclass
class Model:
    """A library of one book. `sent` counts what went out."""

    script: dict[str, Any]
    holder: str | None = ALICE
    blocked: set[str] = field(default_factory=set)
    held: bool = False
    lost: bool = False
    caught: bool = False
    sent: Counter[str] = field(default_factory=Counter)
    late: list[Callable[[], object]] = field(default_factory=list)
    calls: int = 0

    @property
    def capabilities(self) -> frozenset[Capability]:
        return CAN[self.script["mode"]]

    # questions

    def item(self, barcode: str) -> ItemRecord:
        self._meanwhile()
        return self._asked("item", self._item, ItemRecord(BOOK, ItemStatus.UNKNOWN))

    def loans(self, card: str) -> LoanList:
        return self._asked("loans", lambda: self._list(card), LoanList(card, ()))

    def patron(self, card: str) -> PatronRecord:
        record = PatronRecord(card, "card_blocked" if card in self.blocked else "")
        return self._asked("patron", lambda: record, PatronRecord(card))

    def _item(self) -> ItemRecord:
        where = ItemStatus.CHARGED if self.holder else ItemStatus.HOLD_SHELF if self.caught else ItemStatus.AVAILABLE
        return ItemRecord(BOOK, ItemStatus.LOST if self.lost else where, hold_count=int(self.held))

    def _list(self, card: str) -> LoanList:
        return LoanList(card, (self._loan(card),) if card == self.holder else ())

    def _loan(self, card: str) -> LoanRecord:
        return LoanRecord(card, BOOK, "", DUE)

    def _asked(self, verb: str, honest: Callable[[], Any], empty: Any) -> Any:
        match self._next(verb):
            case "dropped":
                raise Unavailable
            case "killed":
                raise Killed
            case "refused":
                raise Refused("other")
            case "empty":
                return empty
        return honest()

    # acts

    def check_in(self, barcode: str) -> CheckInRecord:
        return self._told("check_in", self._check_in, CheckInRecord(BOOK, ItemStatus.AVAILABLE, None))

    def check_out(self, card: str, barcode: str) -> LoanRecord:
        return self._told("check_out", lambda: self._check_out(card), self._loan(card))

    def transfer(self, barcode: str, from_card: str, to_card: str) -> LoanRecord:
        return self._told("transfer", lambda: self._move(from_card, to_card), self._loan(to_card))

    def _check_in(self) -> CheckInRecord:
        if self.holder is None:
            raise Refused("not_on_loan")
        giver, self.holder, self.caught = self.holder, None, self.held
        return CheckInRecord(BOOK, ItemStatus.HOLD_SHELF if self.caught else ItemStatus.AVAILABLE, giver)

    def _check_out(self, card: str) -> LoanRecord:
        if self.holder == card:
            raise Refused("already_on_card")
        if self.holder and Capability.CHECK_OUT_MOVES not in self.capabilities:
            raise Refused("on_loan_to_other")
        return self._charge(card)

    def _move(self, giver: str, taker: str) -> LoanRecord:
        if self.holder != giver:
            raise Refused("not_on_givers_card")
        return self._charge(taker)

    def _charge(self, card: str) -> LoanRecord:
        if card in self.blocked or self.held or self.lost:
            raise Refused("card_blocked" if card in self.blocked else "hold_by_other" if self.held else "item_lost")
        self.holder = card
        return self._loan(card)

    def _told(self, verb: str, honest: Callable[[], Any], lie: Any) -> Any:
        self._meanwhile()
        fault = self._next(verb)
        if fault == "never_sent":
            raise Unavailable(nothing_sent=True)
        if fault == "killed_before":
            raise Killed
        self.sent[verb] += 1
        match fault:
            case "dropped":
                raise Unavailable
            case "late":
                self.late.append(honest)
                raise Unavailable
            case "lie_ok":
                return lie
        answer = honest()
        match fault:
            case "silent":
                raise Unavailable
            case "garbled":
                raise ValueError
            case "killed_after":
                raise Killed
            case "lie_refused":
                raise Refused("card_blocked")
        return answer

    # what happens at the desk

    def _next(self, verb: str) -> str:
        waiting = self.script[verb]
        return waiting.pop(0) if waiting else "honest"

    def _meanwhile(self) -> None:
        """Before a round of questions and before an act: of what happens within a round nobody could know."""
        for event, at in self.script["events"]:
            if at == self.calls:
                self._happen(event)
        self.calls += 1

    def _happen(self, event: str) -> None:
        match event:
            case "taker_blocked":
                self.blocked.add(BOB)
            case "giver_blocked":
                self.blocked.add(ALICE)
            case "hold_placed":
                self.held = True
            case "returned" if self.holder:
                self.holder, self.caught = None, self.held
            case "grabbed":
                self.holder = CHARLIE
            case "taken_by_taker":
                self.holder = BOB
            case "lost":
                self.lost = True

    def carry_out_what_is_late(self) -> None:
        while self.late:
            try:
                self.late.pop(0)()
            except Refused:
                continue


class Steps(list[TransferStep]):
    def filter(self, *, kind__in: tuple[str, ...]) -> list[TransferStep]:
        return [step for step in self if step.kind in kind__in]


@dataclass
class Row:
    """As much of a Transfer as the saga reads."""

    barcode: str = BOOK
    pk: int = 1
    library: None = None
    giver: Any = field(default_factory=lambda: mock.Mock(card_number=ALICE))
    taker: Any = field(default_factory=lambda: mock.Mock(card_number=BOB))
    steps: Steps = field(default_factory=Steps)


@contextmanager
def in_memory(model: Model) -> Iterator[None]:
    def intend(row: Row, kind: str, *, because: str, now: datetime) -> TransferStep:
        for step in row.steps.filter(kind__in=(kind,)):
            step.started_at = now
            return step
        row.steps.append(TransferStep(kind=kind, started_at=now, detail={"because": because} if because else {}))
        return row.steps[-1]

    def answered(step: TransferStep, row: Row, answer: transfer_writes.Answer, *, now: datetime) -> None:
        step.status, step.detail = answer.status, {**step.detail, **answer.detail}

    with (
        mock.patch.object(transfers, "system_for", return_value=model),
        mock.patch.object(transfers, "_note"),
        mock.patch.object(transfer_writes, "_intend", intend),
        mock.patch.object(transfer_writes, "_answered", answered),
        mock.patch.object(transfer_writes.logger, "exception"),
    ):
        yield


def play(model: Model, row: Row) -> Finish:
    """What `advance` and the sweep make of it: after silence again in five minutes, after a crash when the lease is over."""
    at = NOW
    for _try in range(40):
        try:
            outcome, _facts = transfers._run(row, clock=lambda now=at: now)  # type: ignore[arg-type]
        except Unavailable:
            at += AGAIN_AFTER
        except Killed:
            at += LEASE
        else:
            if isinstance(outcome, Finish):
                return outcome
            at += AGAIN_AFTER
        model.carry_out_what_is_late()
    raise AssertionError("never quiet")


@settings(max_examples=1000)
@given(script=scripts)
def test_s4_x15_a_thousand_random_histories_end_well(script: dict[str, Any]) -> None:
    model, row = Model(script), Row()
    with in_memory(model):
        ended = play(model, row)
    at_end = {Transfer.Status.DONE: BOB, Transfer.Status.REFUSED: ALICE}
    if ended.status in at_end:
        assert model.holder == at_end[Transfer.Status(ended.status)]
    else:
        assert ended.status == Transfer.Status.NEEDS_LIBRARIAN
        assert ended.code
    kinds = Counter(step.kind for step in row.steps)
    assert model.sent["check_in"] <= 1
    assert model.sent["check_out"] + model.sent["transfer"] <= 1 + kinds["compensate"]


@pytest.mark.parametrize("mode", CAN)
def test_s4_x15_without_faults_it_is_done(mode: str) -> None:
    verbs = ("item", "loans", "patron", "check_in", "check_out", "transfer", "events")
    model, row = Model({"mode": mode, **{verb: [] for verb in verbs}}), Row()
    with in_memory(model):
        assert play(model, row).status == Transfer.Status.DONE
    assert model.holder == BOB
