"""Every step of the saga × every fault of a server on a real socket (protocols/testing.md, X): in the end the item is
charged to exactly one of the two, or a librarian knows; and nothing was sent twice because of silence."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from library_bridge import registry, transfers
from library_bridge.invariants import CHECKS
from library_bridge.models import EmbeddedLoan, Library, Transfer
from library_bridge.ports import LibrarySystem
from library_bridge.testing.faults import Fault
from library_bridge.testing.house import House
from tests.library_bridge import factories, servers
from tests.library_bridge.factories import Campus
from tests.library_bridge.saga import block

Status = Transfer.Status
SECONDS = 0.25  # how long the adapter waits for an answer here
LONGER = 0.3

READS = {"item": ("item", 0), "giver": ("loans", 0), "taker": ("loans", 1), "patron": ("patron", 0)}
LOANS_A_ROUND = {"item": 1, "loans": 2, "patron": 1}
LIES = {Fault.LIE_OK, Fault.LIE_REFUSED}


@dataclass(frozen=True)
class Step:
    """The `nth` call of an operation in a story that goes as `plot` says."""

    plot: str
    name: str
    operation: str
    nth: int

    @property
    def is_read(self) -> bool:
        return self.operation in LOANS_A_ROUND


def reads(plot: str, round_: int) -> list[Step]:
    return [
        Step(plot, f"read {name} {round_}", operation, nth + round_ * LOANS_A_ROUND[operation])
        for name, (operation, nth) in READS.items()
    ]


STEPS = [
    *reads("moves in two", 0),
    Step("moves in two", "check-in", "check_in", 0),
    Step("moves in two", "checkout", "check_out", 0),
    *reads("moves in two", 1),
    Step("goes back", "compensation", "check_out", 1),
    *reads("goes back", 2)[:2],
    Step("moves at once", "direct checkout", "check_out", 0),
]
PLAYED_ON = servers.IN_TWO_STEPS
"""Each script on one of them in turn, on both where SOAK is set."""
SCRIPTS = [
    (server, step, fault)
    for number, (step, fault) in enumerate(product(STEPS, Fault))
    for server in (PLAYED_ON if "SOAK" in os.environ else (PLAYED_ON[number % 2],))
]
AS_WITHOUT = {"moves in two": Status.DONE, "moves at once": Status.DONE, "goes back": Status.REFUSED}


@dataclass
class Scene:
    campus: Campus
    house: House
    busy: servers.Busy
    transfer: Transfer
    now: datetime
    before: dict[str, Callable[[], object]]

    def play(self) -> Transfer:
        """What the sweep does: again whenever the next try has come."""
        found, at = self.transfer, self.now
        for _try in range(60):
            found = transfers.advance(transfer_id=found.pk, now=at)
            if found.next_try_at is None:
                return found
            at = max(found.next_try_at, at + timedelta(seconds=1))
        raise AssertionError("never quiet")


class Watched:
    """The adapter; the story's turns come right before one of its calls."""

    def __init__(self, system: LibrarySystem, scene: Scene) -> None:
        self._system, self._scene = system, scene
        self.capabilities = system.capabilities

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            self._scene.before.pop(name, lambda: None)()
            try:
                return getattr(self._system, name)(*args)
            finally:
                self._scene.busy.wait()

        return call


@pytest.fixture
def scene(
    request: pytest.FixtureRequest, campus: Campus, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """Of (server, plot)."""
    server, plot = request.param
    with servers.serving(server, campus, now, seconds=SECONDS, moves=plot == "moves at once") as (house, busy):
        house.script.late_by = LONGER
        made = Scene(campus, house, busy, factories.transfer(campus, now=now), now, {})
        if plot == "goes back":
            made.before["check_out"] = lambda: block(campus)
        adapter = registry.ADAPTERS[server]
        monkeypatch.setitem(registry.ADAPTERS, server, lambda library, at: Watched(adapter(library, at), made))
        yield made


@pytest.mark.parametrize(
    ("scene", "step", "fault"),
    [
        pytest.param((server, step.plot), step, fault, id=f"{server}-{step.plot}-{step.name}-{fault}")
        for server, step, fault in SCRIPTS
    ],
    indirect=["scene"],
)
def test_s4_x7_x9_every_step_and_every_fault(scene: Scene, step: Step, fault: Fault) -> None:
    scene.house.script.will(step.operation, *[None] * step.nth, fault)  # type: ignore[list-item]
    ended = scene.play()
    look(scene, ended)
    if fault not in LIES and (step.is_read or fault != Fault.DROP_FIRST):
        assert ended.status == AS_WITHOUT[step.plot]


def look(scene: Scene, ended: Transfer) -> None:
    """The library system's own tables, what reached it, and our invariants."""
    holder = scene.campus.holder(ended.barcode)
    if ended.status != Status.NEEDS_LIBRARIAN:
        expected = scene.campus.bob if ended.status == Status.DONE else scene.campus.alice
        assert holder == expected.card_number
    assert "," not in holder
    calls, back = scene.house.script.calls, ended.steps.filter(kind="compensate").count()
    assert calls["check_in"] <= 1
    assert calls["check_out"] <= 1 + back
    Library.objects.update(adapter=Library.Adapter.EMBEDDED)  # so that the checks look into its tables
    assert [line for check in CHECKS for line in check.violations()] == []


@pytest.mark.parametrize("server", servers.KINDS)
@pytest.mark.parametrize("days", [-1, 1])
def test_s4_x14_the_due_date_is_the_systems_whatever_its_clock(
    campus: Campus, now: datetime, server: str, days: int
) -> None:
    with servers.serving(server, campus, now + timedelta(days=days)):
        transfer = factories.transfer(campus, now=now)
        ended = transfers.advance(transfer_id=transfer.pk, now=now)
    assert ended.status == Status.DONE
    assert ended.new_due_at == EmbeddedLoan.objects.get(returned_at=None).due_at
    assert ended.new_due_at.date() == (now + timedelta(days=30 + days)).date()


def test_the_matrix_is_large_enough() -> None:
    assert len(SCRIPTS) >= 130
    assert {server for server, _step, _fault in SCRIPTS} == set(PLAYED_ON)
