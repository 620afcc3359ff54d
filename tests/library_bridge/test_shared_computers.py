"""Ten minutes without anybody doing something, and the session is over."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.library_bridge.factories import PIN, Campus


@pytest.fixture
def shared(client: Client, campus: Campus, now: datetime) -> Client:
    with time_machine.travel(now, tick=False):
        client.post(reverse("sign-in"), {"card_number": campus.alice.card_number, "pin": PIN, "shared": "on"})
    return client


def still_in(client: Client, at: datetime, **headers: str) -> bool:
    with time_machine.travel(at, tick=False):
        client.get(reverse("sign-in"), headers=headers)
        return "_auth_user_id" in client.session


def test_after_ten_idle_minutes_nobody_is_signed_in(shared: Client, now: datetime) -> None:
    assert not still_in(shared, now + timedelta(minutes=10, seconds=1))


def test_each_page_gives_ten_minutes_more(shared: Client, now: datetime) -> None:
    assert all(still_in(shared, now + timedelta(minutes=9 * turn)) for turn in range(1, 5))


def test_a_page_that_refreshes_itself_is_nobody(shared: Client, now: datetime) -> None:
    assert still_in(shared, now + timedelta(minutes=9), **{"sec-fetch-mode": "cors"})
    assert not still_in(shared, now + timedelta(minutes=11))


def test_ones_own_computer_waits_longer(client: Client, campus: Campus, now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        client.post(reverse("sign-in"), {"card_number": campus.alice.card_number, "pin": PIN})
    assert still_in(client, now + timedelta(days=29))
