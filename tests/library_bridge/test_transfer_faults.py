"""The saga over a library system behind a bad line: silence, lies and kill -9 (protocols/testing.md, X7 to X10)."""

from datetime import datetime, timedelta

import pytest

from library_bridge import transfers
from library_bridge.models import Transfer
from library_bridge.transfer_claims import LEASE
from library_bridge.transfers import AGAIN_AFTER
from tests.library_bridge import doubles, factories
from tests.library_bridge.doubles import Fault, Killed, Script
from tests.library_bridge.factories import Campus
from tests.library_bridge.saga import Status, advance, block, ended, until_quiet, violations

DONE_BUT_SILENT = [doubles.drops_answer, doubles.garbled, doubles.of_another_item]


@pytest.mark.parametrize("verb", ["check_in", "check_out"])
@pytest.mark.parametrize("fault", [*DONE_BUT_SILENT, doubles.does_it_twice])
def test_x7_a_write_that_was_done_in_silence_is_found_by_reading(
    campus: Campus, script: Script, now: datetime, verb: str, fault: Fault
) -> None:
    script.on(verb, fault)
    transfer = until_quiet(factories.transfer(campus, now=now), now)
    assert transfer.status == Status.DONE
    assert (script.calls["check_in"], script.calls["check_out"]) == (1, 1)
    assert campus.holder(transfer.barcode) == campus.bob.card_number


def test_x7_a_checkin_that_was_lost_is_never_sent_again(campus: Campus, script: Script, now: datetime) -> None:
    script.on("check_in", doubles.drops_first)
    transfer = until_quiet(factories.transfer(campus, now=now), now)
    assert ended(transfer) == (Status.NEEDS_LIBRARIAN, "not_confirmed")
    assert script.calls["check_in"] == 1
    assert campus.holder(transfer.barcode) == campus.alice.card_number


def test_x7_a_checkout_that_was_lost_is_never_sent_again(campus: Campus, script: Script, now: datetime) -> None:
    script.on("check_out", doubles.drops_first)
    transfer = until_quiet(factories.transfer(campus, now=now), now)
    assert ended(transfer) == (Status.NEEDS_LIBRARIAN, "not_confirmed")
    assert script.calls["check_out"] == 1


def test_x7_a_write_that_comes_late_is_waited_for(campus: Campus, script: Script, now: datetime) -> None:
    script.on("check_in", doubles.drops_first)
    transfer = advance(factories.transfer(campus, now=now), now)
    assert (transfer.status, transfer.next_try_at) == (Status.PENDING, now + AGAIN_AFTER)
    campus.system(now).check_in(transfer.barcode)
    assert advance(transfer, now + AGAIN_AFTER).status == Status.DONE
    assert script.calls["check_in"] == 1


def test_x7_a_write_of_which_no_byte_went_out_is_sent_later(campus: Campus, script: Script, now: datetime) -> None:
    script.on("check_in", doubles.never_sent)
    transfer = advance(factories.transfer(campus, now=now), now)
    assert transfer.status == Status.PENDING
    assert advance(transfer, now + AGAIN_AFTER).status == Status.DONE
    assert script.done["check_in"] == 1


def test_x7_silence_on_the_way_back_is_read_too(campus: Campus, script: Script, now: datetime) -> None:
    script.on("check_out", doubles.refuses("card_blocked"), doubles.drops_answer)
    transfer = until_quiet(factories.transfer(campus, now=now), now)
    assert ended(transfer) == (Status.REFUSED, "card_blocked")
    assert campus.holder(transfer.barcode) == campus.alice.card_number


@pytest.mark.parametrize("verb", ["item", "loans", "patron"])
def test_x8_an_answer_for_something_else_is_not_believed(
    campus: Campus, script: Script, now: datetime, verb: str
) -> None:
    field = "barcode" if verb == "item" else "card_number"
    script.on(verb, doubles.alters(**{field: "999"}))
    transfer = advance(factories.transfer(campus, now=now), now)
    assert ended(transfer) == (Status.PENDING, "unavailable")
    assert script.calls["check_in"] == 0
    assert advance(transfer, now + AGAIN_AFTER).status == Status.DONE


def test_x9_says_ok_to_the_checkin_and_does_nothing(campus: Campus, script: Script, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    script.on("check_in", doubles.lies_about_check_in(transfer.barcode))
    assert ended(advance(transfer, now)) == (Status.NEEDS_LIBRARIAN, "not_confirmed")
    assert campus.holder(transfer.barcode) == campus.alice.card_number


def test_x9_says_ok_to_the_checkout_and_does_nothing(campus: Campus, script: Script, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    record = campus.system(now).loans(campus.alice.card_number).loans[0]
    script.on("check_out", doubles.says(doubles.replace(record, card_number=campus.bob.card_number)))
    assert ended(advance(transfer, now)) == (Status.NEEDS_LIBRARIAN, "not_confirmed")
    assert script.calls["check_out"] == 1


def test_x9_says_refused_to_the_checkout_and_has_done_it(campus: Campus, script: Script, now: datetime) -> None:
    script.on("check_out", doubles.refuses_but_does("card_blocked"))
    transfer = advance(factories.transfer(campus, now=now), now)
    assert transfer.status == Status.DONE
    assert campus.holder(transfer.barcode) == campus.bob.card_number


def test_x9_says_refused_to_the_checkin_and_has_done_it(campus: Campus, script: Script, now: datetime) -> None:
    script.on("check_in", doubles.refuses_but_does("not_on_loan"))
    transfer = advance(factories.transfer(campus, now=now), now)
    assert ended(transfer) == (Status.NEEDS_LIBRARIAN, "not_on_givers_card")
    assert script.calls["check_out"] == 0


def test_x9_both_cards_list_it(campus: Campus, script: Script, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    record = campus.system(now).loans(campus.alice.card_number).loans[0]
    both = doubles.alters(loans=(record,))
    script.on("loans", both, both)
    assert ended(advance(transfer, now)) == (Status.NEEDS_LIBRARIAN, "not_confirmed")
    assert script.calls["check_in"] == 0


def test_x9_a_question_that_is_refused_has_no_answer(campus: Campus, script: Script, now: datetime) -> None:
    script.on("item", doubles.refuses("other"))
    transfer = advance(factories.transfer(campus, now=now), now)
    assert ended(transfer) == (Status.PENDING, "unavailable")
    assert advance(transfer, now + AGAIN_AFTER).status == Status.DONE


def test_x9_a_list_that_is_refused_proves_no_absence(campus: Campus, script: Script, now: datetime) -> None:
    script.on("loans", doubles.refuses("card_blocked"))
    transfer = advance(factories.transfer(campus, now=now), now)
    assert ended(transfer) == (Status.NEEDS_LIBRARIAN, "list_incomplete")
    assert script.calls["check_in"] == 0


def test_x9_neither_lists_it_and_the_list_is_short(campus: Campus, script: Script, now: datetime) -> None:
    short = doubles.alters(loans=(), complete=False)
    script.on("loans", short)
    transfer = advance(factories.transfer(campus, now=now), now)
    assert ended(transfer) == (Status.NEEDS_LIBRARIAN, "list_incomplete")
    assert script.calls["check_in"] == 0


def test_k4_nothing_is_sent_while_a_list_is_short(campus: Campus, script: Script, now: datetime) -> None:
    script.on("loans", doubles.honest, doubles.alters(complete=False))
    transfer = advance(factories.transfer(campus, now=now), now)
    assert ended(transfer) == (Status.NEEDS_LIBRARIAN, "list_incomplete")
    assert campus.holder(transfer.barcode) == campus.alice.card_number
    assert script.calls["check_in"] == 0


def test_k4_a_reason_against_it_is_told_all_the_same(campus: Campus, script: Script, now: datetime) -> None:
    block(campus)
    script.on("loans", doubles.honest, doubles.alters(complete=False))
    assert ended(advance(factories.transfer(campus, now=now), now)) == (Status.REFUSED, "card_blocked")


def test_a_system_without_lists_is_left_to_a_librarian(campus: Campus, script: Script, now: datetime) -> None:
    script.always["loans"] = doubles.has_no_such_function
    assert ended(advance(factories.transfer(campus, now=now), now)) == (Status.NEEDS_LIBRARIAN, "list_incomplete")


def test_a_checkin_that_came_from_another_card_is_read_again(campus: Campus, script: Script, now: datetime) -> None:
    script.on("check_in", doubles.alters(card_number=campus.charlie.card_number))
    transfer = advance(factories.transfer(campus, now=now), now)
    assert transfer.status == Status.DONE
    assert transfer.steps.get(kind="check_in").status == "unknown"


@pytest.mark.parametrize("verb", ["item", "loans", "patron", "check_in", "check_out"])
@pytest.mark.parametrize("fault", [doubles.killed_before, doubles.killed_after])
def test_x10_after_kill_9_it_ends_as_without(
    campus: Campus, script: Script, now: datetime, verb: str, fault: Fault
) -> None:
    script.on(verb, fault)
    transfer = factories.transfer(campus, now=now)
    with pytest.raises(Killed):
        advance(transfer, now)
    assert advance(transfer, now + LEASE - timedelta(seconds=1)).status == Status.RUNNING
    assert advance(transfer, now + LEASE).status == Status.DONE
    assert (script.done["check_in"], script.done["check_out"]) == (1, 1)
    assert violations() == []


@pytest.mark.parametrize("fault", [doubles.killed_before, doubles.killed_after])
def test_x10_killed_on_the_way_back(campus: Campus, script: Script, now: datetime, fault: Fault) -> None:
    script.on("check_out", doubles.meanwhile(lambda: block(campus)), fault)
    transfer = factories.transfer(campus, now=now)
    with pytest.raises(Killed):
        advance(transfer, now)
    assert ended(advance(transfer, now + LEASE)) == (Status.REFUSED, "card_blocked")
    assert campus.holder(transfer.barcode) == campus.alice.card_number
    assert script.done["check_out"] == 1


def test_x10_killed_before_the_outcome_is_written(
    campus: Campus, script: Script, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = factories.transfer(campus, now=now)

    def killed(*args: object, **kwargs: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(transfers, "_settle", killed)
        with pytest.raises(Killed):
            advance(transfer, now)
    assert advance(transfer, now + LEASE).status == Status.DONE
    assert script.calls["check_out"] == 1


def test_a_worker_that_lost_its_claim_writes_no_end(campus: Campus, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    Transfer.objects.filter(pk=transfer.pk).update(status=Status.RUNNING, attempts=7)
    stale = transfers._transfer(transfer.pk)
    stale.attempts = 6
    transfers._settle(stale, transfers.librarian("not_confirmed"), None, now=now)
    transfer.refresh_from_db()
    assert transfer.status == Status.RUNNING
