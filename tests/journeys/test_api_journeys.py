"""A book changes hands through the API alone, by clients that know its contract and nothing else."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from library_bridge.adapters.embedded.models import EmbeddedPatron
from tests.incentives.flushing import _flush_takes_the_ledger_along  # noqa: F401  (a fixture)
from tests.library_bridge import factories

PIN = "246810"
ALICE, BOB, CHARLIE = "2023000001", "2023000002", "2023000003"
SignIn = Callable[[str], "Reader"]


class Reader:
    """One person with one phone: signs in with a card, then calls operations by path."""

    def __init__(self, client: httpx.Client, card_number: str) -> None:
        self.client = client
        answer = client.post("tokens", json={"library": "demo", "card_number": card_number, "pin": PIN})
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: object = None, *, status: int = 200) -> Any:
        key = f"{path} {self.client.headers['Authorization'][-6:]} {datetime.now().isoformat()}"  # noqa: DTZ005
        answers = [self.client.post(path, json=body, headers={"Idempotency-Key": key}) for _twice in range(2)]
        assert [one.status_code for one in answers] == [status] * 2, answers[0].text
        assert answers[0].json() == answers[1].json()
        return answers[0].json()


@pytest.fixture
def sign_in(live_server: LiveServer, transactional_db: None) -> Iterator[SignIn]:
    campus = factories.campus()
    for number in (ALICE, BOB, CHARLIE):
        card = EmbeddedPatron(library=campus.library, category=campus.category, card_number=number)
        card.set_pin(PIN)
        card.save()
    with ExitStack() as stack:

        def opened(card_number: str) -> Reader:
            client = httpx.Client(base_url=f"{live_server.url}/api/v1/", timeout=20, trust_env=False)
            return Reader(stack.enter_context(client), card_number)

        yield opened


@pytest.fixture
def borrowed(sign_in: SignIn) -> str:
    """The library has charged a book to Alice's card."""
    card = EmbeddedPatron.objects.get(card_number=ALICE)
    campus = factories.Campus(card.library, card.category, card.library.item_types.get(), *[None] * 4)  # type: ignore[arg-type]
    item = factories.item(campus, title="大数据时代", isbn13="9787213052545")
    now = timezone.now()
    item.loans.create(patron=card, checked_out_at=now, due_at=now + timedelta(days=20))
    return str(item.barcode)


def test_a_reader_s_own_copy_goes_out_and_comes_back(sign_in: SignIn) -> None:
    alice, bob = sign_in(ALICE), sign_in(BOB)
    copy = alice.post("copies", {"title": {"title": "校园手册", "creators": ["学生会"]}, "mode": "lend"}, status=201)
    (found,) = bob.get("titles?q=校园手册")["items"]
    (holding,) = bob.get(f"titles/{found['id']}")["holdings"]
    assert (holding["kind"], holding["status"], found["holdings"]["available"]) == ("personal_copy", "available", 1)

    lending_id = agree(alice, bob, holding["id"])
    out = arrange(bob, alice, lending_id)
    assert hand_over(alice, bob, out)["lending_status"] == "on_loan"
    assert alice.get(f"copies/{copy['id']}")["away"] is True

    returning = bob.post(f"lendings/{lending_id}/return")
    back = next(one for one in returning["handovers"] if one["direction"] == "back")
    assert (returning["status"], back["status"]) == ("returning", "agreed")
    assert hand_over(bob, alice, back["handover_id"])["lending_status"] == "completed"

    assert alice.get(f"copies/{copy['id']}")["away"] is False
    kinds = [one["kind"] for one in alice.get(f"lendings/{lending_id}")["events"]]
    assert kinds[0] == "ask.accepted"
    assert kinds[-1] == "lending.completed"
    assert bob.get("me/requests")["items"][0]["status"] == "fulfilled"


def test_a_library_loan_moves_to_the_other_card(sign_in: SignIn, borrowed: str) -> None:
    alice, bob = sign_in(ALICE), sign_in(BOB)
    (loan,) = alice.get("me/library-loans")["items"]
    assert (loan["barcode"], loan["transferable"]) == (borrowed, True)
    (found,) = bob.get("titles?q=大数据时代&kind=library")["items"]
    held = next(one for one in bob.get(f"titles/{found['id']}")["holdings"] if one["kind"] == "library_loan")
    assert held["status"] == "available"

    lending_id = agree(alice, bob, held["id"])
    out = arrange(alice, bob, lending_id)
    assert hand_over(alice, bob, out)["lending_status"] in ("transferring", "completed")
    assert settled(bob, lending_id)["status"] == "completed"

    assert alice.get("me/library-loans")["items"] == []
    (moved,) = bob.get("me/library-loans")["items"]
    assert (moved["barcode"], moved["due_date"]) == (borrowed, bob.get(f"lendings/{lending_id}")["due_date"])


def test_somebody_else_is_nowhere_in_it(sign_in: SignIn) -> None:
    """MTX: Charlie walks every id of the lending and finds nothing."""
    alice, bob, charlie = sign_in(ALICE), sign_in(BOB), sign_in(CHARLIE)
    copy = alice.post("copies", {"title": {"title": "校园手册"}}, status=201)
    lending_id = agree(alice, bob, copy["holding_id"])
    lending = bob.get(f"lendings/{lending_id}")
    ids = (
        f"lendings/{lending_id}",
        f"requests/{lending['request_id']}",
        f"conversations/{lending['conversation_id']}/messages",
    )
    for path in (*ids, f"copies/{copy['id']}"):
        assert charlie.client.get(path).status_code == 404
    assert charlie.get("me/lendings")["count"] == charlie.get("me/notifications")["count"] == 0


def agree(holder: Reader, wisher: Reader, holding_id: str) -> str:
    """Asked, talked about blindly, agreed."""
    request = wisher.post("requests", {"holding_id": holding_id, "message": "May I read it after you?"}, status=201)
    (ask,) = (one for one in holder.get("me/asks")["items"] if one["status"] == "asked")
    assert ask["request_id"] == request["id"]
    talk = f"conversations/{ask['conversation_id']}/messages"
    wisher.post(talk, {"text": "No hurry."}, status=201)
    assert [one["author"] for one in holder.get(talk)["items"]] == ["reader"]
    lending_id = holder.post(f"asks/{ask['id']}/accept")["lending_id"]
    assert wisher.get(f"lendings/{lending_id}")["role"] == "taker"
    return str(lending_id)


def arrange(one: Reader, other: Reader, lending_id: str) -> str:
    at = (timezone.now() + timedelta(hours=2)).isoformat()
    proposal = {"method": "in_person", "place": "Library gate", "starts_at": at}
    made = one.post(f"lendings/{lending_id}/handover", proposal)
    assert (made["direction"], made["status"]) == ("out", "proposed")
    assert other.post(f"handovers/{made['handover_id']}/agree")["status"] == "agreed"
    return str(made["handover_id"])


def hand_over(giver: Reader, taker: Reader, handover_id: str) -> Any:
    code = giver.post(f"handovers/{handover_id}/code")
    assert datetime.fromisoformat(code["expires_at"]) > timezone.now()
    return taker.post(f"handovers/{handover_id}/confirm", {"pin": code["pin"]})


def settled(reader: Reader, lending_id: str) -> Any:
    """Polls as a client does; the scheduler acts in between."""
    for _round in range(5):
        lending = reader.get(f"lendings/{lending_id}")
        if lending["status"] != "transferring":
            return lending
        call_command("run_due")
    return lending
