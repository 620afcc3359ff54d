"""The world of sharing's tests: Alice has a copy and a library loan of one title, Bob wants it, Charlie looks on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from unittest import mock

import pytest

from library_bridge import loans
from library_bridge.models import LibraryLoan, Reader
from library_bridge.ports import ItemRecord, ItemStatus
from personal_catalog.models import Copy, Title
from tests import factories


@dataclass
class World:
    now: datetime
    alice: Reader
    bob: Reader
    charlie: Reader
    lin: Reader
    title: Title
    copy: Copy


@pytest.fixture
def world(db: None, now: datetime) -> World:
    plum = factories.area()
    alice, bob, charlie = (factories.reader(name, area=plum) for name in ("Alice", "Bob", "Charlie"))
    lin = factories.reader("Lin", is_staff=True, is_superuser=True)
    title = factories.title(isbn13="9787300113906")
    return World(now, alice, bob, charlie, lin, title, factories.copy(alice, title, now=now))


@pytest.fixture
def loan(world: World) -> LibraryLoan:
    """Alice's library loan of another title; Bob and Charlie have cards too."""
    for who in (world.bob, world.charlie):
        factories.patron(who)
    return factories.library_loan(factories.patron(world.alice), factories.title("运筹学"), now=world.now)


@pytest.fixture
def library_agrees() -> Iterator[mock.Mock]:
    """The library system has nothing against the transfer; what it says is tested with the bridge."""
    yes = loans.Verdict(True, "", ItemRecord("B1", ItemStatus.CHARGED), None)
    with mock.patch("library_bridge.loans.may_move", return_value=yes) as asked:
        yield asked
