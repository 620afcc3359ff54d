"""Messages and notifications through the API."""

from datetime import datetime

import pytest

from library_bridge.models import Reader
from sharing import handovers
from sharing.models import Conversation, Message
from tests.sharing.api.clients import Api
from tests.sharing.api.worlds import World, agreed


@pytest.fixture
def world(alice: Reader, bob: Reader, now: datetime) -> World:
    return agreed(alice, bob, now=now)


@pytest.fixture
def path(world: World) -> str:
    return f"/conversations/{world.id_of('conversation')}/messages"


def test_a_message_gets_the_next_number(path: str, alice: Reader, bob: Reader) -> None:
    made = [Api(reader).post(path, {"text": f"Hello {n}"}) for n, reader in enumerate((alice, bob, alice))]
    assert [(one.status_code, one.json()["seq"]) for one in made] == [(201, 1), (201, 2), (201, 3)]


def test_a_client_that_was_away_catches_up_by_number(path: str, alice: Reader, bob: Reader) -> None:
    """N5"""
    for n in range(3):
        Api(alice).post(path, {"text": f"Hello {n}"})
    missed = Api(bob).get(f"{path}?after=1").json()
    assert [one["seq"] for one in missed["items"]] == [2, 3]
    assert (missed["count"], missed["last_seq"], missed["closed"]) == (2, 3, False)


@pytest.mark.parametrize("after", ["-5", "0", "99999999999999999999"])
def test_any_number_may_be_caught_up_from(path: str, alice: Reader, after: str) -> None:
    assert Api(alice).get(f"{path}?after={after}").status_code == 200


def test_after_consent_the_author_has_a_name(path: str, alice: Reader, bob: Reader) -> None:
    Api(alice).post(path, {"text": "At the gate"})
    (hers,), (his,) = (Api(reader).get(path).json()["items"] for reader in (alice, bob))
    assert (hers["author"], hers["mine"], his["author"], his["mine"]) == ("me", True, "Alice", False)


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001, None, 3])
def test_what_is_no_message_is_not_sent(path: str, alice: Reader, text: object) -> None:
    answer = Api(alice).post(path, {"text": text})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["text"])
    assert not Message.objects.exists()


def test_t_c6_the_sender_is_told_why_a_code_was_left_out(world: World, path: str, alice: Reader) -> None:
    handovers.agree_handover(handover_id=world.handover.pk, actor=alice, now=world.handover.proposed_at)
    sent = Api(alice).post(path, {"text": "It is 123456"}).json()
    assert sent["text"] == "It is ••••••"
    assert "left out" in sent["notice"]
    assert Api(alice).post(path, {"text": "See you"}).json()["notice"] is None


def test_a_conversation_that_has_ended_can_only_be_read(path: str, alice: Reader, now: datetime) -> None:
    Conversation.objects.update(closed_at=now)
    assert Api(alice).post(path, {"text": "One more thing"}).status_code == 409
    assert Api(alice).get(path).json()["closed"] is True


def test_notifications_tell_what_happened_and_are_marked_read(world: World, alice: Reader) -> None:
    api = Api(alice)
    told = api.get("/me/notifications?unread=true").json()["items"]
    assert [one["kind"] for one in told] == ["handover.proposed", "ask.sent"]
    assert all(one["text"] and one["title"]["id"] for one in told)
    assert api.post("/me/notifications/read", {"ids": [told[0]["id"], "nonsense"]}).json() == {"marked": 1, "unread": 1}
    assert api.post("/me/notifications/read").json() == {"marked": 1, "unread": 0}


def test_nobody_marks_another_s_notifications(world: World, alice: Reader, charlie: Reader) -> None:
    ids = [one["id"] for one in Api(alice).get("/me/notifications").json()["items"]]
    assert Api(charlie).post("/me/notifications/read", {"ids": ids}).json()["marked"] == 0
    assert Api(alice).get("/me/notifications?unread=true").json()["count"] == len(ids)
