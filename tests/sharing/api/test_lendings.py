"""A lending through the API: handover, code, confirmation, return; and what the state does not allow."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from library_bridge.models import Reader
from sharing.models import Lending
from tests.sharing import browsers
from tests.sharing.api.clients import Api
from tests.sharing.api.worlds import World, agreed


@pytest.fixture
def world(alice: Reader, bob: Reader, now: datetime) -> World:
    return agreed(alice, bob, now=now)


def on_loan(world: World, alice: Reader, bob: Reader) -> None:
    path = f"/handovers/{world.handover.pk}"
    assert Api(alice).post(f"{path}/agree").status_code == 200
    pin = Api(alice).post(f"{path}/code").json()["pin"]
    assert Api(bob).post(f"{path}/confirm", {"pin": pin}).json()["lending_status"] == "on_loan"


def test_each_side_reads_its_own_role_and_the_other_s_name(world: World, alice: Reader, bob: Reader) -> None:
    hers = Api(alice).get(f"/lendings/{world.lending.pk}").json()
    his = Api(bob).get(f"/lendings/{world.lending.pk}").json()
    assert (hers["role"], hers["other"], his["role"], his["other"]) == (
        "giver", {"display_name": "Bob"}, "taker", {"display_name": "Alice"},
    )  # fmt: skip
    assert hers["conversation_id"] == his["conversation_id"] == world.id_of("conversation")
    assert (his["kind"], his["mode"], his["status"], his["due_date"]) == ("personal_copy", "lend", "agreed", None)


def test_the_timeline_tells_who_without_a_name_and_what_without_a_word(world: World, bob: Reader) -> None:
    events = Api(bob).get(f"/lendings/{world.lending.pk}").json()["events"]
    assert [(one["kind"], one["actor"]) for one in events] == [
        ("ask.accepted", "other"), ("lending.agreed", "other"), ("handover.proposed", "me"),
    ]  # fmt: skip
    assert {key for one in events for key in one} == {"at", "kind", "actor", "status"}


def test_a_proposal_answers_with_direction_and_status(world: World, alice: Reader, tomorrow: str) -> None:
    answer = (
        Api(alice)
        .post(
            f"/lendings/{world.lending.pk}/handover",
            {"method": "in_person", "place": "Library gate", "starts_at": tomorrow},
        )
        .json()
    )
    assert (answer["direction"], answer["status"], answer["next"]) == ("out", "proposed", [])
    assert answer["handover_id"] == answer["id"] != str(world.handover.pk)


def test_what_one_can_do_next_is_told(world: World, alice: Reader, bob: Reader) -> None:
    path = f"/handovers/{world.handover.pk}/agree"
    assert Api(bob).get(f"/lendings/{world.lending.pk}").json()["handovers"][0]["next"] == []
    assert Api(alice).post(path).json()["next"] == ["code"]
    assert Api(bob).get(f"/lendings/{world.lending.pk}").json()["handovers"][0]["next"] == ["confirm"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"starts_at": "2026-11-24T18:30:00"}, "starts_at"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"method": "pigeon"}, "method"),
        ({"place": ""}, "place"),
        ({"place": "   "}, "place"),
        ({"starts_at": "2020-12-01T10:00:00Z"}, "starts_at"),
        ({"starts_at": "2099-12-01T10:00:00Z"}, "starts_at"),
    ],
)
def test_a_meeting_that_makes_no_sense_is_named(
    world: World, alice: Reader, tomorrow: str, changed: dict[str, str], field: str
) -> None:
    meeting = {"method": "in_person", "place": "Gate", "starts_at": tomorrow, **changed}
    answer = Api(alice).post(f"/lendings/{world.lending.pk}/handover", meeting)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_the_one_who_proposed_cannot_agree_as_well(world: World, bob: Reader) -> None:
    answer = Api(bob).post(f"/handovers/{world.handover.pk}/agree")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")


def test_only_the_giver_gets_the_code(world: World, alice: Reader, bob: Reader) -> None:
    path = f"/handovers/{world.handover.pk}"
    assert Api(alice).post(f"{path}/code").status_code == 409
    Api(alice).post(f"{path}/agree")
    code = Api(alice).post(f"{path}/code").json()
    assert set(code) == {"pin", "qr_payload", "expires_at"}
    assert len(code["pin"]) == 6
    assert Api(bob).post(f"{path}/code").status_code == 409


def test_a_wrong_pin_is_counted_once_even_if_it_is_sent_again(world: World, alice: Reader, bob: Reader) -> None:
    """T-C1, S4"""
    path = f"/handovers/{world.handover.pk}"
    Api(alice).post(f"{path}/agree")
    pin = Api(alice).post(f"{path}/code").json()["pin"]
    wrong = {"pin": f"{(int(pin) + 1) % 1_000_000:06d}"}
    answers = [Api(bob).post(f"{path}/confirm", wrong, key="k1") for _ in range(3)]
    assert {(one.status_code, one.json()["code"], *one.json()["errors"]) for one in answers} == {
        (422, "wrong_code", "pin")
    }
    world.handover.refresh_from_db()
    assert world.handover.wrong_tries == 1


def test_the_qr_code_confirms_as_well(world: World, alice: Reader, bob: Reader) -> None:
    path = f"/handovers/{world.handover.pk}"
    Api(alice).post(f"{path}/agree")
    payload = Api(alice).post(f"{path}/code").json()["qr_payload"]
    confirmed = Api(bob).post(f"{path}/confirm", {"qr_payload": payload}).json()
    assert (confirmed["status"], confirmed["lending_status"]) == ("confirmed", "on_loan")


def test_a_confirmation_needs_pin_or_payload(world: World, bob: Reader) -> None:
    answer = Api(bob).post(f"/handovers/{world.handover.pk}/confirm", {})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["pin"])


@pytest.mark.parametrize("step", ["extend", "return", "dispute"])
def test_steps_that_come_later_are_a_conflict(world: World, bob: Reader, step: str) -> None:
    """T-R5"""
    answer = Api(bob).post(f"/lendings/{world.lending.pk}/{step}", {"reason": "lost"})
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")


def test_the_other_side_reads_why_a_lending_was_cancelled(world: World, alice: Reader, bob: Reader) -> None:
    Api(alice).post(f"/lendings/{world.lending.pk}/cancel", {"reason": "I need it for an exam"})
    seen = Api(bob).get(f"/lendings/{world.lending.pk}").json()
    assert (seen["status"], seen["close_reason"]) == ("cancelled", "I need it for an exam")


def test_what_both_confirmed_nobody_cancels(world: World, alice: Reader, bob: Reader) -> None:
    """C7"""
    on_loan(world, alice, bob)
    for reader in (alice, bob):
        assert Api(reader).post(f"/lendings/{world.lending.pk}/cancel").status_code == 409


def test_the_return_opens_its_handover_at_the_first_place(world: World, alice: Reader, bob: Reader) -> None:
    on_loan(world, alice, bob)
    lending = Api(bob).post(f"/lendings/{world.lending.pk}/return").json()
    out, back = lending["handovers"]
    assert (lending["status"], back["direction"], back["status"]) == ("returning", "back", "agreed")
    assert back["place"] == out["place"] == "Plum Court gate"
    pin = Api(bob).post(f"/handovers/{back['id']}/code").json()["pin"]
    assert Api(alice).post(f"/handovers/{back['id']}/confirm", {"pin": pin}).json()["lending_status"] == "completed"


def test_a_loan_is_extended_once(world: World, alice: Reader, bob: Reader) -> None:
    on_loan(world, alice, bob)
    api, path = Api(bob), f"/lendings/{world.lending.pk}"
    before = api.get(path).json()["due_date"]
    assert api.post(f"{path}/extend").json()["due_date"] > before
    assert api.post(f"{path}/extend").status_code == 200  # a second click
    with browsers.at(timezone.now() + timedelta(hours=1)):
        again = api.post(f"{path}/extend")
    assert (again.status_code, again.json()["code"]) == (409, "extended_already")


def test_a_dispute_needs_a_reason(world: World, alice: Reader, bob: Reader) -> None:
    on_loan(world, alice, bob)
    api, path = Api(alice), f"/lendings/{world.lending.pk}/dispute"
    assert api.post(path, {}).status_code == 422
    assert api.post(path, {"reason": "damaged"}).json()["status"] == "disputed"


def test_the_place_is_gone_a_day_after_the_end(world: World, alice: Reader, bob: Reader, now: datetime) -> None:
    """P4"""
    Api(alice).post(f"/lendings/{world.lending.pk}/cancel")
    assert Api(bob).get(f"/lendings/{world.lending.pk}").json()["handovers"][0]["place"] == "Plum Court gate"
    Lending.objects.update(closed_at=now - timedelta(hours=25))
    assert Api(bob).get(f"/lendings/{world.lending.pk}").json()["handovers"][0]["place"] is None


def test_my_lendings_by_role_and_by_whether_they_go_on(world: World, alice: Reader, bob: Reader) -> None:
    def count(reader: Reader, query: str) -> int:
        found: int = Api(reader).get(f"/me/lendings?{query}").json()["count"]
        return found

    assert (count(alice, "role=giver"), count(alice, "role=taker"), count(bob, "role=taker")) == (1, 0, 1)
    assert (count(alice, "live=true"), count(alice, "live=false")) == (1, 0)
