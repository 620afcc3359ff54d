"""`manage.py probe_library`: reads only, unless it is given an item and two cards; then everything is as it was."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command

from library_bridge import probing, registry
from library_bridge.models import EmbeddedItem, EmbeddedLoan, EmbeddedPatron, Library
from library_bridge.ports import CheckInRecord, ItemStatus, Unavailable
from tests.library_bridge import adapter_double
from tests.library_bridge.doubles import (
    Do,
    Script,
    ScriptedSystem,
    drops_answer,
    drops_first,
    refuses,
    refuses_but_does,
    says,
)
from tests.library_bridge.factories import Campus, charged, hold, item

WRITES = ("check_out", "check_in", "renew", "transfer")


def probe(*arguments: str) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    ended = 0
    try:
        call_command("probe_library", "demo", *arguments, "--json", stdout=out)
    except SystemExit as exit:
        ended = int(str(exit.code))
    return ended, json.loads(out.getvalue())


@pytest.fixture
def barcode(campus: Campus) -> str:
    return item(campus).barcode


@pytest.fixture
def tried(campus: Campus, barcode: str) -> Callable[[], tuple[int, dict[str, Any]]]:
    cards = (campus.alice.card_number, campus.bob.card_number)
    return lambda: probe("--with-item", barcode, "--patrons", *cards)


@contextmanager
def described(**facts: str) -> Iterator[None]:
    with mock.patch.object(ScriptedSystem, "describe", create=True, return_value=facts):
        yield


def test_k15_without_item_and_patrons_nothing_is_written(campus: Campus, script: Script, barcode: str) -> None:
    alice, bob = campus.alice.card_number, campus.bob.card_number
    for arguments in ((), ("--with-item", barcode), ("--patrons", alice, bob)):
        ended, answer = probe(*arguments)
        assert (ended, answer["ok"]) == (0, True)
    assert sum(script.calls[verb] for verb in WRITES) == 0
    assert script.calls["item"] > 0


def test_what_a_system_can_do_is_told(campus: Campus, script: Script) -> None:
    with described(version="2.00", functions="checkout checkin"):
        answer = probe()[1]
    assert answer["capabilities"] == [
        "find_by_isbn",
        "find_by_record",
        "hold_count",
        "place_hold",
        "records",
        "renew",
        "set_due_date",
    ]
    assert answer["says"] == {"version": "2.00", "functions": "checkout checkin"}
    assert (answer["an_unknown_item_is"], answer["an_unknown_card_is"]) == ("unknown", "unknown_patron")
    assert {call["operation"] for call in answer["calls"]} == {"item", "patron", "describe"}


def test_a_system_that_says_nothing_of_itself_is_fine(campus: Campus) -> None:
    assert probe()[1]["says"] == {}


def test_k12_whose_the_cards_are_is_not_told(campus: Campus, barcode: str) -> None:
    EmbeddedPatron.objects.update(name="CANARY")
    answer = probe("--with-item", barcode, "--patrons", campus.alice.card_number, campus.bob.card_number)[1]
    assert answer["cards"][0] == {
        "blocked_reason": "", "tells_name": True, "tells_loan_limit": True, "loans": 0, "complete": True,
    }  # fmt: skip
    text = json.dumps(answer)
    assert not [secret for secret in ("CANARY", campus.alice.card_number, campus.bob.card_number) if secret in text]


def test_a_system_that_refuses_what_is_out(campus: Campus, script: Script, tried: Any, barcode: str) -> None:
    ended, answer = tried()
    found = answer["behaviour"]
    assert (ended, found["check_out"], found["listed_at_once"]) == (0, "ok", True)
    assert (found["check_out_while_out"], found["check_out_while_out_said"]) == ("refuses", "on_loan_to_other")
    assert (found["check_in"], found["check_in_puts_it"], found["check_in_names_the_card"]) == ("ok", "available", True)
    assert found["check_in_of_what_is_in"] == "not_on_loan"
    assert found["as_it_was"]
    assert answer["suggest"] == {}  # so it is configured already
    assert campus.holder(barcode) == ""
    assert (script.calls["check_out"], script.calls["check_in"]) == (2, 2)


def test_a_system_that_moves_what_is_out(campus: Campus, monkeypatch: pytest.MonkeyPatch, tried: Any) -> None:
    """The adapter is configured as one that refuses, and the system behind it moves."""
    real = registry.ADAPTERS["embedded"]

    def moving(library: Library, now: datetime) -> Any:
        library = Library.objects.get(pk=library.pk)
        library.settings = {"check_out_moves": True}
        return real(library, now)

    monkeypatch.setitem(registry.ADAPTERS, "embedded", moving)
    ended, answer = tried()
    assert (ended, answer["behaviour"]["check_out_while_out"]) == (0, "moves")
    assert answer["suggest"] == {"check_out_moves": "yes"}
    assert answer["command"] == "manage.py add_library demo --set check_out_moves=yes"
    assert answer["behaviour"]["as_it_was"]
    call_command("add_library", *answer["command"].split()[2:], stdout=io.StringIO())
    assert tried()[1]["suggest"] == {}


def test_settings_are_suggested_in_the_adapters_own_words(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter_double.put_in_place_of("sip2", monkeypatch)
    library = Library(code="x", adapter="sip2", settings={"host": "a"})
    with mock.patch.dict(
        "library_bridge.probing.SETTINGS", {("check_out_while_out", "moves"): {"when_out": "moves", "tls": "no"}}
    ):
        assert probing.suggested(library, {"check_out_while_out": "moves"}) == {"when_out": "moves"}


def test_a_check_in_that_is_always_ok_is_found_out(campus: Campus, script: Script, tried: Any, barcode: str) -> None:
    def honest(do: Do) -> Any:
        return do()

    script.on("check_in", honest, says(CheckInRecord(barcode, ItemStatus.AVAILABLE)))
    found = tried()[1]["behaviour"]
    assert (found["check_in_of_what_is_in"], found["check_in_of_what_is_in_names_the_card"]) == ("ok", False)
    assert found["as_it_was"]


def test_x9_a_refusal_that_moves_is_found_out_and_brought_back(campus: Campus, script: Script, tried: Any) -> None:
    script.on("check_out", lambda do: do(), refuses_but_does("on_loan_to_other"))
    Library.objects.update(settings={"check_out_moves": True})
    found = tried()[1]["behaviour"]
    assert found["check_out_while_out"] == "moves and says that it refuses"
    assert found["as_it_was"]


@pytest.mark.parametrize(
    ("state", "code"),
    [("charged", "on_loan_to_other"), ("lost", "item_lost"), ("hold", "hold_by_other"), ("unknown", "unknown_item"),
     ("blocked", "card_blocked"), ("same", "same_card"), ("stranger", "unknown_patron")],
)  # fmt: skip
def test_nothing_is_tried_with_what_is_somebodys(
    campus: Campus, script: Script, now: datetime, state: str, code: str
) -> None:
    made = charged(campus, campus.charlie, now=now) if state == "charged" else item(campus)
    if state == "lost":
        EmbeddedItem.objects.filter(pk=made.pk).update(status="lost")
    if state == "hold":
        hold(made, campus.card(campus.charlie), now=now)
    if state == "blocked":
        EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(blocked=True)
    second = {"same": campus.alice.card_number, "stranger": "999"}.get(state, campus.bob.card_number)
    barcode = "77" if state == "unknown" else made.barcode
    ended, answer = probe("--with-item", barcode, "--patrons", campus.alice.card_number, second)
    assert (ended, answer["code"]) == (3, code)
    assert answer["message"].startswith("Nothing was tried.")
    assert sum(script.calls[verb] for verb in WRITES) == 0


def test_a_refused_first_checkout_ends_the_trial(campus: Campus, script: Script, tried: Any) -> None:
    script.on("check_out", refuses("not_for_loan"))
    ended, answer = tried()
    assert (ended, answer["behaviour"]) == (0, {"check_out": "not_for_loan", "as_it_was": True})
    assert script.calls["check_in"] == 0


@pytest.mark.parametrize("verb", ["check_out", "loans"])
def test_x7_silence_in_the_middle_still_brings_it_back(campus: Campus, script: Script, tried: Any, verb: str) -> None:
    fault = drops_answer if verb == "check_out" else drops_first
    script.on(verb, *([lambda do: do()] * 2 if verb == "loans" else []), fault)
    ended, answer = tried()
    assert (ended, answer["behaviour"]["as_it_was"]) == (0, True)
    assert script.calls["check_in"] == 1
    assert not EmbeddedLoan.objects.filter(returned_at=None).exists()


def test_i2_a_check_in_without_answer_is_not_sent_again(campus: Campus, script: Script, tried: Any) -> None:
    script.on("check_in", drops_first)
    ended, answer = tried()
    assert (ended, answer["code"], answer["behaviour"]["as_it_was"]) == (6, "not_as_it_was", False)
    assert "at the desk" in answer["message"]
    assert script.calls["check_in"] == 1


def test_a_system_that_is_down(campus: Campus, script: Script) -> None:
    script.always["item"] = drops_first
    ended, answer = probe()
    assert (ended, answer["code"]) == (4, "unavailable")


def test_the_same_in_readable_lines(campus: Campus) -> None:
    out = io.StringIO()
    call_command("probe_library", "demo", stdout=out)
    assert (
        "capabilities: find_by_isbn, find_by_record, hold_count, place_hold, records, renew, set_due_date"
        in out.getvalue()
    )
    assert "  - operation: item  outcome: ok" in out.getvalue()


def test_a_description_that_fails_is_not_the_end(campus: Campus, script: Script) -> None:
    def fails(system: object) -> None:
        raise Unavailable("half a frame")

    with mock.patch.object(ScriptedSystem, "describe", fails, create=True):
        ended, answer = probe()
    assert (ended, answer["says"]) == (0, {"describe": "Unavailable"})
