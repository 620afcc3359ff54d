"""Pass on now through the API."""

from datetime import datetime

import pytest

from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing.models import IdempotencyKey
from tests import factories
from tests.sharing.api.clients import Api


@pytest.fixture
def copy(alice: Reader, now: datetime) -> Copy:
    return factories.copy(alice, now=now)


@pytest.mark.parametrize("what", ["pin", "qr_payload"])
def test_one_shows_and_the_other_takes(copy: Copy, alice: Reader, bob: Reader, what: str) -> None:
    code = Api(alice).post(f"/holdings/{copy.key}/pass-on-code").json()
    taken = Api(bob).post("/pass-on", {what: code[what]}).json()
    lending = Api(bob).get(f"/lendings/{taken['lending_id']}").json()
    assert (lending["status"], lending["role"]) == ("on_loan", "taker")


def test_a_wrong_code_is_named(copy: Copy, alice: Reader, bob: Reader) -> None:
    Api(alice).post(f"/holdings/{copy.key}/pass-on-code")
    answer = Api(bob).post("/pass-on", {"qr_payload": "1." + "0" * 32})
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (
        422,
        "wrong_code",
        ["qr_payload"],
    )


def test_a_key_gives_the_same_code_and_keeps_none_of_it(copy: Copy, alice: Reader) -> None:
    path = f"/holdings/{copy.key}/pass-on-code"
    first, again = (Api(alice).post(path, key="k1").json() for _twice in range(2))
    assert first == again
    assert first["pin"] not in str(IdempotencyKey.objects.values().get())
