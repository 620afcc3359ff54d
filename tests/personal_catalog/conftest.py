from datetime import datetime

import pytest
from django.test import Client

from library_bridge.models import Reader
from personal_catalog.models import Copy, Title
from tests import factories
from tests.personal_catalog import factories as own


@pytest.fixture
def alice(db: None) -> Reader:
    return factories.reader("Alice", area=factories.area())


@pytest.fixture
def bob(db: None) -> Reader:
    return factories.reader("Bob")


@pytest.fixture
def charlie(db: None) -> Reader:
    return factories.reader("Charlie")


@pytest.fixture
def lin(db: None) -> Reader:
    return own.curator()


@pytest.fixture
def copy(alice: Reader, now: datetime) -> Copy:
    return own.copy(alice, now=now)


@pytest.fixture
def alices(client: Client, alice: Reader) -> Client:
    """Alice's browser, in English."""
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def editions(now: datetime) -> list[Title]:
    """Three of one book."""
    numbers = (own.PROCRASTINATION, own.FORTRESS, "9787111407010")
    return [own.title(now=now, isbns=[number]) for number in numbers]
