"""Photos in a conversation through the API: the two of them, and nobody else (T-U3, T-U4)."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from library_bridge.models import Reader
from sharing.models import Block, Message
from tests.personal_catalog.sent_pictures import MARKS, jpeg
from tests.sharing.api.clients import ROOT, Api
from tests.sharing.api.worlds import agreed


@pytest.fixture
def path(alice: Reader, bob: Reader, now: datetime) -> str:
    return f"/conversations/{agreed(alice, bob, now=now).id_of('conversation')}"


def send(reader: Reader, path: str, photo: bytes | None = None, *, key: str = "") -> Any:
    api = Api(reader)
    sent = {} if photo is None else {"photo": SimpleUploadedFile("mine.jpg", photo)}
    once = {"Idempotency-Key": key} if key else {}
    return api.client.post(f"{ROOT}{path}/photos", sent, headers={**api.headers, **once})


def at(message: dict[str, Any]) -> str:
    return urlsplit(message["photo_url"]).path.removeprefix(ROOT)


def test_it_is_the_next_message_made_anew_and_seen_by_both(path: str, alice: Reader, bob: Reader) -> None:
    made = send(bob, path, jpeg())
    assert (made.status_code, made.json()["seq"], made.json()["has_photo"]) == (201, 1, True)
    (theirs,) = Api(alice).get(f"{path}/messages").json()["items"]
    for who in (alice, bob):
        answer = Api(who).get(at(theirs))
        content = b"".join(answer.streaming_content)
        assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "image/webp", "no-store")
        assert content[8:12] == b"WEBP"
        assert not any(mark in content for mark in MARKS)


def test_t_r1_a_stranger_gets_the_same_as_for_none(path: str, bob: Reader, charlie: Reader) -> None:
    photo = at(send(bob, path, jpeg()).json())
    foreign, absent = Api(charlie).get(photo), Api(charlie).get("/chat-photos/" + "0" * 32)
    assert (foreign.status_code, foreign.json()) == (404, absent.json())
    assert (send(charlie, path, jpeg()).status_code, send(charlie, path).status_code) == (404, 404)
    assert Message.objects.count() == 1


def test_t_r22_taken_from_view_by_a_moderator_it_is_gone(path: str, bob: Reader, now: datetime) -> None:
    photo = at(send(bob, path, jpeg()).json())
    Message.objects.update(hidden_at=now)
    assert Api(bob).get(photo).status_code == 404
    assert Api(bob).get(f"{path}/messages").json()["items"][0]["photo_url"] is None


def test_s4_the_same_key_sends_it_once(path: str, bob: Reader) -> None:
    photo = jpeg()
    first, again = (send(bob, path, photo, key="k") for _twice in range(2))
    assert (first.json(), Message.objects.count()) == (again.json(), 1)


@pytest.mark.parametrize("photo", [None, b"", b"<svg/>"])
def test_t_u2_what_is_no_picture_is_named(path: str, bob: Reader, photo: bytes | None) -> None:
    answer = send(bob, path, photo)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["photo"])


def test_t_c8_what_somebody_blocked_sends_before_consent_is_not_seen(alice: Reader, bob: Reader, now: datetime) -> None:
    world = agreed(alice, bob, now=now)
    path = f"/conversations/{world.id_of('conversation')}"
    photo = at(send(bob, path, jpeg()).json())
    Block.objects.create(blocker=alice, blocked=bob, side="requester", since=now)
    type(world.ask).objects.update(status="asked")
    assert (Api(alice).get(photo).status_code, Api(bob).get(photo).status_code) == (404, 200)
