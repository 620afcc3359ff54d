"""Signing in with a card: what is kept, what is told, what is counted."""

import hashlib
import json
from datetime import datetime, timedelta

import pytest
from django.test import override_settings
from pytest_django import Settings

from library_bridge.models import Reader
from sharing.api import auth
from sharing.models import ApiToken, IdempotencyKey
from tests.library_bridge import factories
from tests.library_bridge.factories import PIN, Campus
from tests.sharing.api.clients import Api


@pytest.fixture
def campus(db: None) -> Campus:
    return factories.campus()


@pytest.fixture
def card(campus: Campus) -> dict[str, str]:
    return {"card_number": campus.alice.card_number, "pin": PIN}


def test_card_and_pin_become_a_token_that_opens_the_api(campus: Campus, card: dict[str, str]) -> None:
    answer = Api().post("/tokens", {"library": "demo", **card})
    assert answer.status_code == 201
    assert answer.json()["reader"] == {
        "id": str(campus.alice.reader_id),
        "display_name": "Alice",
        "language": "en",
    }
    assert Api(Authorization=f"Bearer {answer.json()['token']}").get("/me/requests").status_code == 200


def test_only_a_digest_of_the_token_is_kept(card: dict[str, str]) -> None:
    token = Api().post("/tokens", card).json()["token"]
    assert ApiToken.objects.get().digest == auth.digest(token)
    assert token not in str(list(ApiToken.objects.values()))


def test_a_wrong_pin_and_an_unknown_card_get_one_answer(card: dict[str, str]) -> None:
    """T-A1"""
    wrong = Api().post("/tokens", {**card, "pin": "000000"})
    unknown = Api().post("/tokens", {"card_number": "no such card", "pin": "000000"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.json()["code"] == "wrong_pin"


def test_after_five_wrong_pins_even_the_right_one_has_to_wait(card: dict[str, str]) -> None:
    """T-A2"""
    for _ in range(5):
        Api().post("/tokens", {**card, "pin": "000000"})
    answer = Api().post("/tokens", card)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    assert 0 < int(answer["Retry-After"]) <= 1800


def test_signing_out_ends_this_token_alone(alice: Reader) -> None:
    here, elsewhere = Api(alice), Api(alice)
    assert here.delete("/tokens/current").status_code == 204
    assert here.get("/me").status_code == 401
    assert elsewhere.get("/me").status_code == 200


def test_a_token_runs_out(alice: Reader, now: datetime) -> None:
    api = Api(alice)
    ApiToken.objects.update(expires_at=now)
    assert api.get("/me").status_code == 401
    assert auth.purge(now + timedelta(seconds=1)) == 1


def test_a_token_lives_so_many_days(card: dict[str, str], settings: Settings) -> None:
    settings.API_TOKEN_DAYS = 3
    Api().post("/tokens", card)
    token = ApiToken.objects.get()
    assert token.expires_at - token.created_at == timedelta(days=3)


def test_a_reader_who_was_switched_off_is_out_at_once(alice: Reader) -> None:
    """T-L9"""
    api = Api(alice)
    Reader.objects.update(is_active=False)
    assert api.get("/me").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer x y", "bearer \u00e9"])
def test_what_is_no_token_opens_nothing(header: str, db: None) -> None:
    assert Api(Authorization=header).get("/me").status_code == 401


def test_the_same_key_gives_the_same_token_though_none_is_kept(card: dict[str, str]) -> None:
    """S4"""
    first, again = (Api().post("/tokens", card, key="k1") for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert first.json()["token"] not in str(list(IdempotencyKey.objects.values()))


def test_repeating_a_sign_in_does_not_revive_a_token_that_was_signed_out(card: dict[str, str]) -> None:
    token = Api().post("/tokens", card, key="k1").json()["token"]
    Api(Authorization=f"Bearer {token}").delete("/tokens/current")
    again = [Api().post("/tokens", card, key="k1").json()["token"] for _ in range(2)]
    assert again[0] == again[1] != token
    assert Api(Authorization=f"Bearer {again[0]}").get("/me").status_code == 200
    assert Api(Authorization=f"Bearer {token}").get("/me").status_code == 401


def test_a_key_that_was_sent_with_another_card_or_pin_is_refused_before_a_try_is_counted(card: dict[str, str]) -> None:
    Api().post("/tokens", card, key="k1")
    for other in ({**card, "pin": "000000"}, {**card, "card_number": "2023000099"}):
        answer = Api().post("/tokens", other, key="k1")
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert "4 tries" in Api().post("/tokens", {**card, "pin": "000000"}).json()["detail"]


def test_after_a_wrong_pin_the_same_key_takes_the_right_one(card: dict[str, str]) -> None:
    assert Api().post("/tokens", {**card, "pin": "000000"}, key="k1").status_code == 401
    assert Api().post("/tokens", card, key="k1").status_code == 201


def test_neither_pin_nor_its_plain_digest_stands_in_the_keys_table(card: dict[str, str]) -> None:
    Api().post("/tokens", card, key="k1")
    kept = str(list(IdempotencyKey.objects.values()))
    assert card["pin"] not in kept
    assert hashlib.sha256(json.dumps(card, sort_keys=True).encode()).hexdigest() not in kept


@override_settings(API_CALLS_PER_MINUTE=3)
def test_calls_are_counted_by_account_however_many_tokens_it_has(alice: Reader) -> None:
    """T-R17"""
    for _ in range(3):
        assert Api(alice).get("/me/requests").status_code == 200
    answer = Api(alice).get("/me/requests")
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_reached")
    assert 0 < int(answer["Retry-After"]) <= 60


def test_a_reader_reads_errors_in_the_language_once_chosen(alice: Reader) -> None:
    alice.language = "zh-hans"
    alice.save()
    assert Api(alice, **{"Accept-Language": "en"}).get("/requests/1").headers["Content-Language"] == "zh-hans"
    assert Api(**{"Accept-Language": "en"}).get("/requests/1").headers["Content-Language"] == "en"
