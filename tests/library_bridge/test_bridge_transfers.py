"""`manage.py bridge transfer`: a loan moved by an operator, once and with its end told."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import IntegrityError

from library_bridge import invariants, transfers
from library_bridge.loans import refresh_loans
from library_bridge.models import EmbeddedItem, Library, LibraryLoan, Patron, Transfer
from library_bridge.ports import Capability
from tests.library_bridge.doubles import (
    Script,
    alters,
    drops_answer,
    drops_first,
    lies_about_check_in,
    never_sent,
    refuses,
)
from tests.library_bridge.factories import Campus, charged, embedded_patron, hold, item
from tests.library_bridge.test_bridge import bridge


@pytest.fixture
def barcode(campus: Campus, now: datetime) -> str:
    return charged(campus, campus.alice, now=now).barcode


def transfer(campus: Campus, barcode: str) -> tuple[int, dict[str, Any]]:
    return bridge("transfer", barcode, campus.alice.card_number, campus.bob.card_number)


def test_x1_a_transfer_is_completed(campus: Campus, script: Script, barcode: str) -> None:
    ended, answer = transfer(campus, barcode)
    assert (ended, answer["status"], answer["code"]) == (0, "completed", "ok")
    assert (answer["old_due_date"], answer["due_date"]) == ("2026-12-14", "2026-12-24")
    assert campus.holder(barcode) == campus.bob.card_number
    assert (script.calls["check_in"], script.calls["check_out"]) == (1, 1)
    assert LibraryLoan.objects.open().get(barcode=barcode).patron == campus.bob


def test_cards_that_were_never_here_get_their_rows_as_at_a_sign_in(campus: Campus, now: datetime) -> None:
    Patron.objects.all().delete()
    barcode = charged(campus, campus.alice, now=now).barcode
    assert transfer(campus, barcode)[1]["status"] == "completed"
    made = Patron.objects.get(card_number=campus.bob.card_number).reader
    assert made.username.startswith("r-")
    assert not made.has_usable_password()
    assert made.display_name.startswith("读者")  # nobody has chosen a language yet


def test_x5_asked_twice_it_writes_once(campus: Campus, script: Script, barcode: str) -> None:
    transfer(campus, barcode)
    ended, answer = transfer(campus, barcode)
    assert (ended, answer["status"]) == (0, "completed")
    assert (script.calls["check_in"], script.calls["check_out"], Transfer.objects.count()) == (1, 1, 1)


def test_x2_a_hold_refuses_before_any_write(campus: Campus, script: Script, barcode: str, now: datetime) -> None:
    hold(EmbeddedItem.objects.get(barcode=barcode), campus.card(campus.charlie), now=now)
    ended, answer = transfer(campus, barcode)
    assert (ended, answer["status"], answer["code"]) == (3, "refused", "hold_by_other")
    assert script.calls["check_in"] == 0


def test_x4_what_could_not_be_checked_out_goes_back(campus: Campus, script: Script, barcode: str) -> None:
    script.on("check_out", refuses("card_blocked"))
    ended, answer = transfer(campus, barcode)
    assert (ended, answer["status"], answer["code"]) == (3, "refused", "card_blocked")
    assert campus.holder(barcode) == campus.alice.card_number


def test_x6_what_lies_with_neither_is_refused(campus: Campus, script: Script) -> None:
    ended, answer = transfer(campus, item(campus).barcode)
    assert (ended, answer["status"], answer["code"]) == (3, "refused", "not_on_givers_card")
    assert not Transfer.objects.exists()


def test_k4_a_short_list_does_not_say_that_the_giver_has_it_not(campus: Campus, script: Script, barcode: str) -> None:
    script.on("loans", alters(loans=(), complete=False))
    ended, answer = transfer(campus, barcode)
    assert (ended, answer["status"], answer["code"]) == (3, "refused", "list_incomplete")
    assert script.calls["check_in"] == 0


def test_x11_who_begins_a_moment_later_is_refused(
    campus: Campus, barcode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfers, "begin", Mock(side_effect=IntegrityError))
    ended, answer = transfer(campus, barcode)
    assert (ended, answer["status"], answer["code"]) == (3, "refused", "transfer_under_way")


@pytest.mark.parametrize("cards", [("999", "{bob}"), ("{alice}", "999"), ("{alice}", "{alice}")])
def test_what_cannot_be_begun_is_refused(campus: Campus, barcode: str, cards: tuple[str, str]) -> None:
    known = {"alice": campus.alice.card_number, "bob": campus.bob.card_number}
    ended, answer = bridge("transfer", barcode, *(card.format(**known) for card in cards))
    assert (ended, answer["status"]) == (3, "refused")
    assert answer["code"] in {"unknown_patron", "same_card"}
    assert campus.holder(barcode) == campus.alice.card_number


def test_x7_a_lost_answer_is_read_after(campus: Campus, script: Script, barcode: str) -> None:
    script.on("check_in", drops_answer).on("check_out", drops_answer)
    assert transfer(campus, barcode)[1]["status"] == "completed"
    assert (script.calls["check_in"], script.calls["check_out"]) == (1, 1)


def test_x9_a_lie_needs_a_librarian(campus: Campus, script: Script, barcode: str) -> None:
    script.on("check_in", lies_about_check_in(barcode)).on("check_out", refuses("on_loan_to_other"))
    ended, answer = transfer(campus, barcode)
    assert (ended, answer["status"]) == (6, "needs_librarian")
    assert answer["code"] == "not_confirmed"


def test_x13_a_transfer_waits_for_the_system_and_is_done_once(
    campus: Campus, script: Script, barcode: str, now: datetime
) -> None:
    script.on("check_in", never_sent)
    ended, answer = transfer(campus, barcode)
    assert (ended, answer["status"], answer["code"]) == (7, "queued", "unavailable")
    assert answer["next_try_at"][:16] == "2026-11-24T10:05"
    assert answer["next_try_at"] in answer["message"]
    ended, again = transfer(campus, barcode)
    assert (ended, again["status"], again["reference"]) == (0, "completed", answer["reference"])


def test_x13_begun_from_what_was_known_while_the_system_is_down(campus: Campus, script: Script, barcode: str) -> None:
    bridge("loans", campus.alice.card_number)
    down = dict.fromkeys(("patron", "loans", "item"), drops_first)
    script.always.update(down)
    ended, answer = transfer(campus, barcode)
    assert (ended, answer["code"], answer["status"]) == (4, "unavailable", "refused")  # nothing is known: not begun
    script.always.clear()
    refresh_loans(patron=campus.alice, now=datetime.now().astimezone())
    script.always.update(down)
    assert transfer(campus, barcode)[1]["status"] == "queued"
    script.always.clear()
    [waiting] = Transfer.objects.all()
    done = transfers.advance(transfer_id=waiting.pk, now=waiting.next_try_at + timedelta(seconds=1))
    assert done.status == Transfer.Status.DONE


def test_x11_one_transfer_of_an_item_at_a_time(campus: Campus, script: Script, barcode: str) -> None:
    script.on("check_in", never_sent)
    transfer(campus, barcode)
    ended, answer = bridge("transfer", barcode, campus.alice.card_number, campus.charlie.card_number)
    assert (ended, answer["status"], answer["code"]) == (3, "refused", "transfer_under_way")


def test_where_one_checkout_moves_the_loan_there_is_one_write(campus: Campus, script: Script, barcode: str) -> None:
    script.capabilities = frozenset({Capability.CHECK_OUT_MOVES})
    Library.objects.filter(pk=campus.library.pk).update(settings={"check_out_moves": "yes"})
    assert transfer(campus, barcode)[1]["status"] == "completed"
    assert (script.calls["check_in"], script.calls["check_out"]) == (0, 1)


def test_c3_what_the_bridge_leaves_behind_is_sound(campus: Campus, barcode: str) -> None:
    transfer(campus, barcode)
    embedded_patron(campus.library, campus.category)
    assert [line for check in invariants.CHECKS for line in check.violations()] == []
