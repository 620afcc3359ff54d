from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from library_bridge.models import Reader
from tests import factories
from tests.sharing.api.clients import Api


@pytest.fixture
def alice(db: None) -> Reader:
    return factories.reader("Alice")


@pytest.fixture
def bob(db: None) -> Reader:
    return factories.reader("Bob")


@pytest.fixture
def charlie(db: None) -> Reader:
    return factories.reader("Charlie")


@pytest.fixture
def api() -> Callable[[Reader | None], Api]:
    return Api


@pytest.fixture
def tomorrow(now: datetime) -> str:
    return (now + timedelta(days=1)).isoformat()
