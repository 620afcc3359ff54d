from collections.abc import Iterator
from datetime import datetime

import pytest

from library_bridge import clocks, registry
from library_bridge.adapters.sip2 import pool
from tests.library_bridge import factories
from tests.library_bridge.doubles import Script, ScriptedSystem
from tests.library_bridge.factories import Campus
from tests.library_bridge.playing_sip2 import Player


class Elapsed:
    """The seconds that a sweep has taken: none, unless the test lets some pass."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def elapsed(monkeypatch: pytest.MonkeyPatch) -> Elapsed:
    """A busy machine moves no deadline."""
    elapsed = Elapsed()
    monkeypatch.setattr(clocks, "monotonic", elapsed)
    return elapsed


@pytest.fixture
def campus(db: None) -> Campus:
    return factories.campus()


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """Puts the bad line between us and the embedded system."""
    script = Script()

    def made(library: object, now: datetime) -> ScriptedSystem:
        return ScriptedSystem(library, now, script)  # type: ignore[arg-type]

    monkeypatch.setitem(registry.ADAPTERS, "embedded", made)
    return script


@pytest.fixture
def player() -> Iterator[Player]:
    """A SIP2 server that says what the test writes down; login and status are answered by themselves."""
    with Player() as playing:
        yield playing
    pool.close_all()
