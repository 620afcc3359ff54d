"""A repeated POST changes nothing and gives the first answer (S4)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import override_settings

from library_bridge.models import Reader
from library_bridge.ports import Unavailable
from personal_catalog.models import Copy, ImportJob
from sharing.api import idempotency
from sharing.models import IdempotencyKey, Message
from tests import factories
from tests.sharing.api.clients import ROOT, Api
from tests.sharing.api.worlds import World, agreed

BOOK = {"title": {"title": "Typed by hand"}}


def test_the_same_key_and_body_give_the_first_answer(alice: Reader) -> None:
    api = Api(alice)
    first, again = (api.post("/copies", BOOK, key="k1") for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Copy.objects.count() == 1


def test_the_order_of_names_makes_no_other_body(alice: Reader) -> None:
    api = Api(alice)
    api.post("/copies", '{"mode": "gift", "title": {"title": "x"}}', key="k1")
    assert api.post("/copies", '{"title":{"title":"x"},"mode":"gift"}', key="k1").status_code == 201
    assert Copy.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(alice: Reader) -> None:
    api = Api(alice)
    api.post("/copies", BOOK, key="k1")
    answer = api.post("/copies", {"title": {"title": "Another"}}, key="k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert Copy.objects.count() == 1


def test_the_same_key_for_another_command_is_refused(alice: Reader) -> None:
    api = Api(alice)
    api.post("/me/notifications/read", key="k1")
    assert api.post("/requests", key="k1").json()["code"] == "key_reused"


@pytest.mark.parametrize("command", ["leave", "flag"])
def test_an_answer_without_a_body_is_one_too(alice: Reader, bob: Reader, command: str) -> None:
    if command == "leave":
        group = Api(alice).post("/groups", {"name": "Third floor", "kind": "floor", "my_name": "Ali"}).json()["id"]
        token = Api(alice).post(f"/groups/{group}/link", {}).json()["token"]
        Api(bob).post("/groups/join", {"token": token, "name": "Bo"})
        path, body = f"/groups/{group}/leave", None
    else:
        title = factories.title()
        note = Api(alice).call("PUT", f"/titles/{title.pk}/notes/mine", {"text": "Good"}).json()["id"]
        path, body = f"/title-notes/{note}/flag", {"kind": "other"}
    first, again = (Api(bob).post(path, body, key="k1") for _ in range(2))
    assert (first.status_code, again.status_code) == (204, 204), (first.content, again.content)
    assert (first.content, again.content, again["Idempotency-Replayed"]) == (b"", b"", "true")


def test_a_refusal_is_an_answer_too(alice: Reader) -> None:
    api = Api(alice)
    first, again = (api.post("/requests", {"title_id": "99"}, key="k1") for _ in range(2))
    assert first.status_code == again.status_code == 404
    assert again["Content-Type"] == "application/problem+json"
    assert first.json() == again.json()


def test_keys_of_two_readers_are_two_keys(alice: Reader, bob: Reader) -> None:
    assert (
        Api(alice).post("/copies", BOOK, key="k1").json()["id"] != Api(bob).post("/copies", BOOK, key="k1").json()["id"]
    )


def test_an_answer_that_was_only_for_now_frees_the_key(alice: Reader) -> None:
    with mock.patch("sharing.library_loans.loans.renew_loan", side_effect=Unavailable()):
        assert Api(alice).post("/me/library-loans/1/renew", key="k1").status_code == 503
    assert Api(alice).post("/me/library-loans/1/renew", key="k1").status_code == 404


def test_what_others_do_meanwhile_changes_no_first_answer(world: World, bob: Reader) -> None:
    path = f"/lendings/{world.lending.pk}/cancel"
    first = Api(bob).post(path, {"reason": "too late"}, key="k1").json()
    Reader.objects.filter(pk=bob.pk).update(display_name="Robert")
    assert Api(bob).post(path, {"reason": "too late"}, key="k1").json() == first


def test_no_pin_stands_in_the_keys_table(world: World, alice: Reader) -> None:
    """The handover's code is derived, never stored; the first answer is derived again."""
    path = f"/handovers/{world.handover.pk}"
    Api(alice).post(f"{path}/agree")
    first = Api(alice).post(f"{path}/code", key="k1").json()
    assert Api(alice).post(f"{path}/code", key="k1").json() == first
    kept = str(list(IdempotencyKey.objects.values()))
    assert first["pin"] not in kept
    assert first["qr_payload"] not in kept


def test_a_file_sent_twice_is_one_import_whatever_its_boundary(alice: Reader) -> None:
    answers = [upload(alice, boundary) for boundary in ("aaaa", "bbbb")]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert ImportJob.objects.count() == 1


def test_a_key_may_be_long_but_not_endless(alice: Reader) -> None:
    assert Api(alice).post("/copies", BOOK, key="k" * 200).status_code == 201
    assert "Idempotency-Key" in Api(alice).post("/copies", BOOK, key="k" * 201).json()["errors"]


def test_a_command_that_is_being_carried_out_is_not_carried_out_twice(alice: Reader, now: datetime) -> None:
    started(alice, now)
    with mock.patch.object(idempotency, "PATIENCE", 0):
        answer = Api(alice).post("/copies", BOOK, key="k1")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_progress")
    assert answer["Retry-After"] == "1"
    assert not Copy.objects.exists()


def test_a_command_cut_off_by_a_crash_can_be_repeated_after_a_minute(alice: Reader, now: datetime) -> None:
    started(alice, now - timedelta(minutes=2))
    assert Api(alice).post("/copies", BOOK, key="k1").status_code == 201


def test_keys_are_forgotten_after_their_time(alice: Reader, now: datetime) -> None:
    Api(alice).post("/copies", BOOK, key="k1")
    with override_settings(IDEMPOTENCY_HOURS=24):
        assert idempotency.purge(now + timedelta(hours=23)) == 0
        assert idempotency.purge(now + timedelta(hours=25)) == 1


def test_a_key_that_has_run_out_is_new_even_before_the_sweep(alice: Reader) -> None:
    Api(alice).post("/copies", BOOK, key="k1")
    IdempotencyKey.objects.update(created_at=datetime.fromisoformat("2020-01-01T00:00:00+08:00"))
    assert Api(alice).post("/copies", {"title": {"title": "Another"}}, key="k1").status_code == 201


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_with_one_key_one_is_carried_out(world: World, bob: Reader) -> None:
    """CC; everybody gets the first answer, or is told that it is on its way."""
    answers = at_once(20, lambda n: Api(bob), talk(world), lambda n: "k1")
    assert Message.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_the_guard_the_same_key_is_carried_out_again_and_again(world: World, bob: Reader) -> None:
    with mock.patch.object(idempotency, "claim", return_value=(mock.Mock(), True)):
        answers = at_once(20, lambda n: Api(bob), talk(world), lambda n: "k1")
    assert [answer.status_code for answer in answers] == [201] * 20
    assert sorted(Message.objects.values_list("seq", flat=True)) == list(range(1, 21))


@pytest.fixture
def world(alice: Reader, bob: Reader, now: datetime) -> World:
    return agreed(alice, bob, now=now)


def talk(world: World) -> str:
    return f"/conversations/{world.id_of('conversation')}/messages"


def started(reader: Reader, at: datetime) -> None:
    """The row that a command leaves which has not come to its end."""
    with mock.patch.object(idempotency, "finish"):
        Api(reader).post("/copies", BOOK, key="k1")
    IdempotencyKey.objects.update(created_at=at)
    Copy.objects.get().custody.all().delete()
    Copy.objects.all().delete()


def upload(reader: Reader, boundary: str) -> Any:
    lines = [f"--{boundary}", 'Content-Disposition: form-data; name="file"; filename="mine.txt"', "", "9787506365437"]
    lines += [f"--{boundary}", 'Content-Disposition: form-data; name="commit"', "", "false", f"--{boundary}--", ""]
    api = Api(reader)
    return api.client.generic(
        "POST", f"{ROOT}/imports", "\r\n".join(lines), content_type=f"multipart/form-data; boundary={boundary}",
        headers={**api.headers, "Idempotency-Key": "k1"},
    )  # fmt: skip


def at_once(many: int, client: Callable[[int], Api], path: str, key: Callable[[int], str]) -> list[Any]:
    barrier = Barrier(many)
    clients = [client(n) for n in range(many)]

    def send(n: int) -> Any:
        barrier.wait()
        try:
            return clients[n].post(path, {"text": "Tomorrow?"}, key=key(n))
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(send, range(many)))
