"""X10: kill -9 at each named point. One process moves a loan over a socket and dies there; a second one takes over when the
lease has run out and comes to the same end. Both have a database file of their own making, as two workers would."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from shutil import copy
from threading import Lock

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper
from pytest_django import DjangoDbBlocker

from library_bridge import transfer_writes, transfers
from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.invariants import CHECKS
from library_bridge.models import EmbeddedPatron, Library, Transfer
from library_bridge.testing.house import House
from library_bridge.transfer_claims import LEASE
from tests.library_bridge import factories, servers
from tests.library_bridge.factories import Campus

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "sqlite",
        reason="kill -9 has a SQLite file of its own; it runs where the tests run on SQLite",
    ),
]

Status = Transfer.Status
ENDS = {"check_in": Status.DONE, "check_out": Status.DONE, "compensate": Status.REFUSED}
HERE = ["intent committed", "answer read", "outcome committed"]  # the process kills itself
THERE = ["bytes sent", "work done"]  # the server kills it
KILLS = [
    (servers.IN_TWO_STEPS[number % 2], kind, point)
    for number, (kind, point) in enumerate(product(ENDS, [*HERE, *THERE]))
]
FINISHED = 0


@dataclass(frozen=True)
class File:
    path: Path

    def connect(self) -> DatabaseWrapper:
        return DatabaseWrapper({**connection.settings_dict, "NAME": str(self.path)}, "default")

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """By this thread, in place of the tests' own database."""
        before, mine = connections["default"], self.connect()
        connections["default"] = mine
        try:
            yield
        finally:
            mine.close()
            connections["default"] = before


class KillingHouse(House):
    """Kills the process that asks, as it comes in or when its work is done, at one call of one operation."""

    def aim(self, point: str, operation: str, nth: int) -> None:
        self.point, self.operation, self.nth = point, operation, nth
        self.victim, self.busy = 0, Lock()

    @contextmanager
    def open(self) -> Iterator[EmbeddedSystem]:
        aimed = self.script.calls[self.operation] == self.nth and self.victim > 0
        with self.busy, super().open() as system:
            if aimed and self.point == "bytes sent":
                self._kill()
            yield system
            if aimed and self.point == "work done":
                self._kill()

    def _kill(self) -> None:
        os.kill(self.victim, signal.SIGKILL)
        self.victim = 0


@pytest.fixture(scope="module")
def tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those of the tests' own database, on disk; made before a test has a transaction open on it."""
    path = tmp_path_factory.mktemp("kills") / "tables.sqlite3"
    with django_db_blocker.unblock(), closing(sqlite3.connect(path)) as disk:
        connection.ensure_connection()
        connection.connection.backup(disk)
    return path


@pytest.fixture
def file(tables: Path, tmp_path: Path) -> File:
    return File(Path(copy(tables, tmp_path / "bookrelay.sqlite3")))


@pytest.mark.parametrize(("server", "kind", "point"), KILLS)
def test_s4_x10_killed_and_taken_over_it_ends_as_without(
    file: File, now: datetime, server: str, kind: str, point: str
) -> None:
    with file.in_use():
        campus = factories.campus()
        transfer = factories.transfer(campus, now=now)
        house = KillingHouse(Library.objects.get(), clock=lambda: now, around=file.in_use)
    house.aim(point, "check_in" if kind == "check_in" else "check_out", 2 if kind == "compensate" else 1)
    served = servers.KINDS[server].server(house)
    served.start()
    try:
        with file.in_use():
            settings = servers.KINDS[server].settings(served, 5.0)
            Library.objects.update(adapter=server, settings=settings)
        first = fork(lambda: die_at(file, transfer, campus, kind, point, now))
        house.victim = first if point in THERE else 0
        assert os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]) == -signal.SIGKILL
        with house.busy:
            pass
        second = fork(lambda: take_over(file, transfer, now + LEASE))
        assert os.waitstatus_to_exitcode(os.waitpid(second, 0)[1]) == FINISHED
    finally:
        served.stop()
    with file.in_use():
        look(campus, transfer, house, kind)


def fork(act: Callable[[], None]) -> int:
    """A process of its own, warm already. It begins when it is told to, so that the house knows whom to kill."""
    child = os.fork()
    if child:
        return child
    try:
        act()
        os._exit(FINISHED)
    finally:
        os._exit(1)


def die_at(file: File, transfer: Transfer, campus: Campus, kind: str, point: str, now: datetime) -> None:
    use(file.connect())
    act, answered = transfer_writes._act, transfer_writes._answered

    def acting(system: object, row: Transfer, sent: str) -> transfer_writes.Answer:
        if sent == "check_out" and kind == "compensate":
            EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(blocked=True)
        if (point, sent) == ("intent committed", kind):
            os.kill(os.getpid(), signal.SIGKILL)
        return act(system, row, sent)  # type: ignore[arg-type]

    def noting(
        step: transfer_writes.TransferStep, row: Transfer, answer: transfer_writes.Answer, *, now: datetime
    ) -> None:
        if (point, step.kind) == ("answer read", kind):
            os.kill(os.getpid(), signal.SIGKILL)
        answered(step, row, answer, now=now)
        if (point, step.kind) == ("outcome committed", kind):
            os.kill(os.getpid(), signal.SIGKILL)

    transfer_writes._act, transfer_writes._answered = acting, noting  # type: ignore[assignment]
    transfers.advance(transfer_id=transfer.pk, now=now)


def take_over(file: File, transfer: Transfer, at: datetime) -> None:
    use(file.connect())
    for minute in range(0, 60, 5):
        found = transfers.advance(transfer_id=transfer.pk, now=at + timedelta(minutes=minute))
        if found.status not in Transfer.OPEN:
            return
    raise AssertionError("never quiet")


def use(other: BaseDatabaseWrapper) -> None:
    connections["default"] = other


def look(campus: Campus, transfer: Transfer, house: House, kind: str) -> None:
    transfer.refresh_from_db()
    assert transfer.status == ENDS[kind]
    holder = campus.bob if transfer.status == Status.DONE else campus.alice
    assert campus.holder(transfer.barcode) == holder.card_number
    assert house.script.calls["check_in"] == 1
    assert house.script.calls["check_out"] == (2 if kind == "compensate" else 1)
    Library.objects.update(adapter=Library.Adapter.EMBEDDED)
    assert [line for check in CHECKS for line in check.violations()] == []
