"""Before the holder agrees nobody learns who the other is, by any operation (P1, P2). Names are markers to search for."""

from datetime import datetime, timedelta

import pytest

from library_bridge.models import Reader
from sharing import asks, requests
from sharing.models import Ask
from tests import factories
from tests.sharing.api.clients import Api

HOLDER, WISHER = "Marker-of-Alice", "Marker-of-Bob"


@pytest.fixture
def alice(db: None) -> Reader:
    return factories.reader(HOLDER, pseudonym=f"{HOLDER}-2", email=f"{HOLDER}@example.org", department=HOLDER)


@pytest.fixture
def bob(db: None) -> Reader:
    return factories.reader(WISHER, pseudonym=f"{WISHER}-2", email=f"{WISHER}@example.org", department=WISHER)


@pytest.fixture
def ask(alice: Reader, bob: Reader, now: datetime) -> Ask:
    """Alice holds a copy and a library loan of the title; Bob has asked."""
    title = factories.title(created_at=now, updated_at=now, isbn13="9787300113906")
    factories.library_loan(factories.patron(alice, card_number=f"{HOLDER}-card"), title, now=now)
    copy = factories.copy(alice, title, now=now)
    placed = requests.place_request(actor=bob, holding_key=f"copy-{copy.pk}", message="May I?", now=now)
    found: Ask = placed.asks.get()
    return found


def everything(reader: Reader, ask: Ask, *paths: str) -> str:
    api, title = Api(reader), ask.request.title
    api.post(f"/conversations/{ask.conversation.pk}/messages", {"text": "Hello"})
    asked = [api.get(path) for path in (*paths, "/me/notifications", "/titles?q=", f"/titles/{title.pk}")]
    asked += [api.get(f"/conversations/{ask.conversation.pk}/messages"), api.get("/availability?isbn=9787300113906")]
    assert {answer.status_code for answer in asked} == {200}
    return "".join(answer.content.decode() for answer in asked)


def test_the_requester_reads_nothing_of_the_holder(ask: Ask, alice: Reader, bob: Reader) -> None:
    Api(alice).post(f"/conversations/{ask.conversation.pk}/messages", {"text": "Who are you?"})
    text = everything(bob, ask, "/me/requests", f"/requests/{ask.request_id}")
    assert HOLDER not in text
    assert '"author": "holder"' in text


def test_the_holder_reads_nothing_of_the_requester(ask: Ask, alice: Reader, bob: Reader) -> None:
    Api(bob).post(f"/conversations/{ask.conversation.pk}/messages", {"text": "May I?"})
    text = everything(alice, ask, "/me/asks", f"/asks/{ask.pk}")
    assert WISHER not in text
    assert '"author": "reader"' in text


def test_after_consent_each_has_the_other_s_display_name_and_no_more(ask: Ask, alice: Reader, bob: Reader) -> None:
    Api(alice).post(f"/conversations/{ask.conversation.pk}/messages", {"text": "Here I am"})
    lending = asks.accept_ask(ask_id=ask.pk, actor=alice, now=ask.asked_at)
    text = everything(bob, ask, f"/lendings/{lending.pk}", "/me/lendings")
    assert f'"author": "{HOLDER}"' in text
    for private in ("@example.org", f"{HOLDER}-card", f"{HOLDER}-2", "department"):
        assert private not in text


def test_a_no_looks_like_silence(ask: Ask, alice: Reader, bob: Reader) -> None:
    before = Api(bob).get(f"/requests/{ask.request_id}").json()
    asks.decline_ask(ask_id=ask.pk, actor=alice, reason="away", now=ask.asked_at + timedelta(minutes=1))
    assert Api(bob).get(f"/requests/{ask.request_id}").json() == before


def test_a_title_s_holdings_never_tell_who(ask: Ask, charlie: Reader) -> None:
    """T-R20"""
    held = Api(charlie).get(f"/titles/{ask.request.title_id}").json()["holdings"]
    assert {one["kind"] for one in held} == {"personal_copy", "library_loan"}
    assert HOLDER not in str(held)


def test_each_side_gets_only_its_own_ids_in_notifications(ask: Ask, alice: Reader, bob: Reader) -> None:
    asks.accept_ask(ask_id=ask.pk, actor=alice, now=ask.asked_at)
    hers = Api(alice).get("/me/notifications").json()["items"]
    his = Api(bob).get("/me/notifications").json()["items"]
    assert {(one["ask_id"], one["request_id"]) for one in hers} == {(str(ask.pk), None)}
    assert {(one["ask_id"], one["request_id"]) for one in his} == {(None, str(ask.request_id))}
