from datetime import datetime

import pytest

from library_bridge import registry
from tests.library_bridge import factories
from tests.library_bridge.doubles import Script, ScriptedSystem
from tests.library_bridge.factories import Campus


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
