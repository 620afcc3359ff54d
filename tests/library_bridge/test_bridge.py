"""`manage.py bridge`: what an operator asks a library system, one JSON object and one exit code for each answer."""

import io
import json
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command

from library_bridge.models import EmbeddedPatron, Library
from library_bridge.ports import LoanList
from tests.library_bridge import adapter_double
from tests.library_bridge.doubles import (
    Script,
    alters,
    drops_first,
    has_no_such_function,
    says,
)
from tests.library_bridge.factories import PIN, Campus, charged, hold, item


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("bridge", *arguments, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


def bridge(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Exactly one JSON object comes out."""
    ended, said = run("demo", *arguments, "--json")
    answer = json.loads(said)
    assert answer["ok"] is (ended == 0)
    assert set(answer) >= {"ok", "code", "message"}
    return ended, answer


# questions


def test_k1_the_right_pin(campus: Campus) -> None:
    EmbeddedPatron.objects.filter(card_number=campus.alice.card_number).update(name="Alice")
    ended, answer = bridge("authenticate", campus.alice.card_number, PIN)
    assert (ended, answer["code"], answer["patron"]["name"], answer["patron"]["blocked"]) == (0, "ok", "Alice", False)


@pytest.mark.parametrize("pin", ["000000", "", "246810|", "2468\r10", "9" * 200])
def test_k1_any_other_pin_is_refused_alike(campus: Campus, script: Script, pin: str) -> None:
    ended, answer = bridge("authenticate", campus.alice.card_number, pin)
    assert (ended, answer["code"]) == (3, "wrong_pin")
    assert "patron" not in answer
    assert script.calls["authenticate"] == (pin == "000000")  # the others were not sent (T-I1)


def test_k1_an_unknown_card_is_answered_as_a_wrong_pin(campus: Campus) -> None:
    known = bridge("authenticate", campus.alice.card_number, "1")
    assert bridge("authenticate", "999", "1") == known


def test_a_pin_may_come_from_standard_input(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PIN}\n"))
    assert bridge("authenticate", campus.alice.card_number, "-")[0] == 0


def test_t_i9_guesses_end_before_the_librarys_own_lock(campus: Campus, script: Script) -> None:
    for _try in range(7):
        ended, answer = bridge("authenticate", campus.alice.card_number, "1")
    assert (ended, answer["code"]) == (3, "too_many_tries")
    assert script.calls["authenticate"] == 5


def test_k12_name_and_pin_stand_in_no_log(campus: Campus, caplog: pytest.LogCaptureFixture) -> None:
    EmbeddedPatron.objects.filter(card_number=campus.alice.card_number).update(name="CANARY-NAME")
    bridge("authenticate", campus.alice.card_number, "CANARY-PIN")
    record = campus.system(datetime.now().astimezone()).patron(campus.alice.card_number)
    assert record.name == "CANARY-NAME"
    assert "CANARY" not in caplog.text + repr(record)


def test_k3_a_blocked_card_is_told_with_its_reason(campus: Campus) -> None:
    EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(blocked=True)
    ended, answer = bridge("patron", campus.bob.card_number)
    assert (ended, answer["patron"]["blocked"], answer["patron"]["blocked_reason"]) == (0, True, "card_blocked")
    assert answer["patron"]["loan_limit"] == 5


@pytest.mark.parametrize("card", ["999", "21|00", "21\r00", " ", "9" * 41])
def test_k3_an_unknown_card(campus: Campus, card: str) -> None:
    for operation in ("patron", "loans"):
        ended, answer = bridge(operation, card)
        assert (ended, answer["code"]) == (3, "unknown_patron")


def test_k4_loans_with_their_days_in_the_librarys_zone(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now, due_at=datetime.fromisoformat("2026-12-07T16:30:00+00:00"))
    ended, answer = bridge("loans", campus.alice.card_number)
    [loan] = answer["loans"]
    assert (ended, answer["complete"]) == (0, True)
    assert (loan["barcode"], loan["title"], loan["due_date"]) == (made.barcode, "拖延心理学", "2026-12-08")


def test_k4_a_list_cut_short_says_so(campus: Campus, script: Script) -> None:
    script.on("loans", says(LoanList(campus.alice.card_number, (), complete=False)))
    assert bridge("loans", campus.alice.card_number)[1]["complete"] is False


def test_k5_an_item(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    hold(made, campus.card(campus.charlie), now=now)
    told = bridge("item", made.barcode)[1]["item"]
    assert (told["barcode"], told["title"], told["status"]) == (made.barcode, "拖延心理学", "charged")
    assert (told["due_date"], told["holds"]) == ("2026-12-14", 1)


@pytest.mark.parametrize("barcode", ["77", "7|7", "7\n7"])
def test_k5_an_unknown_item(campus: Campus, barcode: str) -> None:
    ended, answer = bridge("item", barcode)
    assert (ended, answer["code"]) == (3, "unknown_item")


@pytest.mark.parametrize(
    ("operation", "verb", "field"),
    [("patron", "patron", "card_number"), ("loans", "loans", "card_number"), ("item", "item", "barcode"),
     ("check-in", "check_in", "barcode")],
)  # fmt: skip
def test_i4_an_answer_for_another_is_not_believed(
    campus: Campus, script: Script, now: datetime, operation: str, verb: str, field: str
) -> None:
    made = charged(campus, campus.alice, now=now)
    script.on(verb, alters(**{field: "99999999"}))
    ended, answer = bridge(operation, made.barcode if field == "barcode" else campus.alice.card_number)
    assert (ended, answer["code"]) == (4, "unavailable")


# acts


def test_k6_check_out_and_back(campus: Campus) -> None:
    barcode = item(campus).barcode
    ended, answer = bridge("check-out", campus.bob.card_number, barcode)
    assert (ended, answer["loan"]["due_date"]) == (0, "2026-12-24")
    ended, answer = bridge("check-in", barcode)
    assert (ended, answer["item"]["status"], answer["card_number"]) == (0, "available", campus.bob.card_number)
    assert bridge("check-in", barcode)[1]["code"] == "not_on_loan"


def test_k8_renew(campus: Campus, now: datetime) -> None:
    barcode = charged(campus, campus.alice, now=now).barcode
    assert bridge("renew", campus.bob.card_number, barcode)[1]["code"] == "on_loan_to_other"
    assert bridge("renew", campus.alice.card_number, barcode)[1]["loan"]["due_date"] == "2027-01-13"
    assert bridge("renew", campus.alice.card_number, barcode)[0] == 3


def test_what_a_system_cannot_do_has_its_own_exit_code(campus: Campus, script: Script, now: datetime) -> None:
    script.on("renew", has_no_such_function)
    ended, answer = bridge("renew", campus.alice.card_number, charged(campus, campus.alice, now=now).barcode)
    assert (ended, answer["code"]) == (5, "not_supported")


def test_a_system_that_is_down_has_its_own_exit_code(campus: Campus, script: Script) -> None:
    script.on("item", drops_first)
    ended, answer = bridge("item", "77")
    assert (ended, answer["code"], answer["because"]) == (4, "unavailable", "connection reset")


# what is asked wrongly


def test_an_unknown_library_is_an_answer_too(campus: Campus) -> None:
    ended, said = run("nowhere", "item", "77", "--json")
    assert (ended, json.loads(said)["code"]) == (2, "unknown_library")


def test_wrong_arguments_are_an_answer_too(campus: Campus) -> None:
    ended, answer = bridge("transfer", "77")
    assert (ended, answer["code"]) == (2, "usage")
    assert "BARCODE FROM_CARD TO_CARD" in answer["message"]


def test_an_unknown_operation_is_an_answer_too(campus: Campus) -> None:
    ended, answer = bridge("lend", "77")
    assert (ended, answer["code"]) == (2, "usage")
    assert "check-out" in answer["message"]


def test_a_misconfigured_library_says_what_is_wrong(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter_double.put_in_place_of("sip2", monkeypatch)
    Library.objects.filter(pk=campus.library.pk).update(adapter="sip2")
    ended, answer = bridge("item", "77")
    assert (ended, answer["code"], answer["message"]) == (2, "misconfigured", "host: must be set")


def test_the_same_in_readable_lines(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    made.record.title = "红\x1b[2J楼"
    made.record.save()
    ended, said = run("demo", "loans", campus.alice.card_number)
    assert ended == 0
    assert f"  - barcode: {made.barcode}  title: 红�[2J楼  due_date: 2026-12-14" in said
    assert "complete: yes" in said


# the whole saga
