"""The saga on a good line: how it begins, what refuses it, and how it ends (protocols/testing.md, X1 to X6, X12, X13)."""

from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.db import IntegrityError, transaction

from library_bridge import due, transfers
from library_bridge.models import EmbeddedItem, EmbeddedLoan, LibraryLoan, Transfer, TransferStep
from library_bridge.ports import Capability
from library_bridge.transfer_claims import LEASE
from library_bridge.transfers import AGAIN_AFTER, GIVE_UP_AFTER, PATIENCE
from tests.library_bridge import doubles, factories
from tests.library_bridge.doubles import Script
from tests.library_bridge.factories import Campus, charged, hold
from tests.library_bridge.saga import Status, advance, block, ended, until_quiet, violations


def test_begin_writes_rows_and_asks_nobody(campus: Campus, script: Script, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    assert (transfer.status, transfer.next_try_at) == (Status.PENDING, now)
    assert not script.calls


def test_the_same_reference_is_the_same_transfer(campus: Campus, now: datetime) -> None:
    first = factories.transfer(campus, now=now)
    again = transfers.begin(reference=first.reference, loan=first.loan, taker=campus.bob, now=now)
    assert again.pk == first.pk
    with pytest.raises(ValueError, match="another transfer"):
        transfers.begin(reference=first.reference, loan=first.loan, taker=campus.charlie, now=now)


def test_an_item_is_in_one_open_transfer(campus: Campus, now: datetime) -> None:
    first = factories.transfer(campus, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        transfers.begin(reference="other", loan=first.loan, taker=campus.charlie, now=now)


def test_x1_a_plain_transfer_ends_on_the_takers_card(campus: Campus, script: Script, now: datetime) -> None:
    transfer = advance(factories.transfer(campus, now=now), now)
    assert transfer.status == Status.DONE
    assert campus.holder(transfer.barcode) == campus.bob.card_number
    assert (script.calls["check_in"], script.calls["check_out"]) == (1, 1)
    assert transfer.new_due_at == EmbeddedLoan.objects.get(returned_at__isnull=True).due_at
    assert violations() == []


def test_x1_both_snapshots_follow_in_the_same_commit(campus: Campus, now: datetime) -> None:
    transfer = advance(factories.transfer(campus, now=now), now)
    transfer.loan.refresh_from_db()
    assert transfer.loan.closed_at == now
    [loan] = LibraryLoan.objects.open().filter(barcode=transfer.barcode)
    assert (loan.patron, loan.due_at) == (campus.bob, transfer.new_due_at)


def test_x1_the_steps_tell_the_story_without_a_name(campus: Campus, now: datetime) -> None:
    transfer = advance(factories.transfer(campus, now=now), now)
    steps = transfer.steps.all()
    assert [step.kind for step in steps] == ["read", "check_in", "check_out", "verify"]
    assert {step.status for step in steps} == {"ok"}
    assert not any(campus.bob.card_number in str(step.detail) for step in steps)


def test_x5_a_repeated_job_finds_it_done_and_writes_nothing(campus: Campus, script: Script, now: datetime) -> None:
    transfer = advance(factories.transfer(campus, now=now), now)
    calls = script.calls.copy()
    assert advance(transfer, now + timedelta(hours=1)).status == Status.DONE
    assert script.calls == calls


def test_x5_the_taker_has_it_already(campus: Campus, script: Script, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    system = campus.system(now)
    system.check_in(transfer.barcode)
    system.check_out(campus.bob.card_number, transfer.barcode)
    assert advance(transfer, now).status == Status.DONE
    assert script.calls["check_in"] == script.calls["check_out"] == 0


def test_x2_a_hold_refuses_before_any_write(campus: Campus, script: Script, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    hold(made, campus.card(campus.charlie), now=now)
    transfer = advance(factories.transfer(campus, now=now, of=made), now)
    assert ended(transfer) == (Status.REFUSED, "hold_by_other")
    assert campus.holder(made.barcode) == campus.alice.card_number
    assert script.calls["check_in"] == 0


def test_x2_a_recalled_item_refuses_before_any_write(campus: Campus, script: Script, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now, recalled_at=now)
    assert ended(advance(factories.transfer(campus, now=now, of=made), now)) == (Status.REFUSED, "recalled")
    assert script.calls["check_in"] == 0


def test_x2_a_blocked_taker_refuses_before_any_write(campus: Campus, script: Script, now: datetime) -> None:
    block(campus)
    assert ended(advance(factories.transfer(campus, now=now), now)) == (Status.REFUSED, "card_blocked")
    assert script.calls["check_in"] == 0
    assert violations() == []


@pytest.mark.parametrize("moment", ["before the check-in", "after the check-in"])
def test_x3_a_hold_that_appears_in_between_needs_a_librarian(
    campus: Campus, script: Script, now: datetime, moment: str
) -> None:
    made = charged(campus, campus.alice, now=now)
    act = doubles.meanwhile(lambda: hold(made, campus.card(campus.charlie), now=now))
    script.on("check_in" if moment == "before the check-in" else "check_out", act)
    transfer = advance(factories.transfer(campus, now=now, of=made), now)
    assert ended(transfer) == (Status.NEEDS_LIBRARIAN, "hold_by_other")
    again = advance(transfer, now + timedelta(days=1))
    assert again.status == Status.NEEDS_LIBRARIAN
    assert script.calls["check_in"] == 1
    assert script.calls["check_out"] <= 1


def test_x4_a_taker_blocked_in_between_sends_it_back_to_the_giver(
    campus: Campus, script: Script, now: datetime
) -> None:
    script.on("check_out", doubles.meanwhile(lambda: block(campus)))
    transfer = advance(factories.transfer(campus, now=now), now)
    assert ended(transfer) == (Status.REFUSED, "card_blocked")
    assert campus.holder(transfer.barcode) == campus.alice.card_number
    assert TransferStep.objects.get(kind="compensate").status == "ok"
    assert violations() == []


def test_x4_the_givers_loan_keeps_its_id_and_its_old_date(campus: Campus, script: Script, now: datetime) -> None:
    script.on("check_out", doubles.refuses("card_blocked"))
    transfer = advance(factories.transfer(campus, now=now), now)
    transfer.loan.refresh_from_db()
    assert transfer.loan.closed_at is None
    assert transfer.loan.due_at == transfer.old_due_at == EmbeddedLoan.objects.get(returned_at__isnull=True).due_at
    assert transfer.new_due_at is None


def test_x4_the_old_date_comes_back_after_a_lost_answer_too(campus: Campus, script: Script, now: datetime) -> None:
    script.on("check_out", doubles.refuses("card_blocked"), doubles.drops_answer)
    transfer = until_quiet(factories.transfer(campus, now=now), now)
    assert EmbeddedLoan.objects.get(returned_at__isnull=True).due_at == transfer.old_due_at


@pytest.mark.parametrize("why", ["no such function", "refused", "silent"])
def test_x4_where_no_date_can_be_set_the_new_one_is_told(
    campus: Campus, script: Script, now: datetime, why: str
) -> None:
    script.on("check_out", doubles.refuses("card_blocked"))
    script.on("set_due_date", doubles.refuses("other") if why == "refused" else doubles.drops_first)
    if why == "no such function":
        script.capabilities = campus.system(now).capabilities - {Capability.SET_DUE_DATE}
    transfer = advance(factories.transfer(campus, now=now), now)
    transfer.loan.refresh_from_db()
    assert ended(transfer) == (Status.REFUSED, "card_blocked")
    assert transfer.loan.due_at == transfer.new_due_at == EmbeddedLoan.objects.get(returned_at__isnull=True).due_at


def test_x4_if_the_way_back_is_refused_too_a_librarian_is_needed(campus: Campus, script: Script, now: datetime) -> None:
    script.on("check_out", doubles.refuses("card_blocked"), doubles.refuses("loan_limit"))
    transfer = until_quiet(factories.transfer(campus, now=now), now)
    assert ended(transfer) == (Status.NEEDS_LIBRARIAN, "card_blocked")
    assert campus.holder(transfer.barcode) == ""
    assert script.calls["check_out"] == 2


def test_x6_returned_at_the_desk_meanwhile(campus: Campus, script: Script, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    campus.system(now).check_in(transfer.barcode)
    assert ended(advance(transfer, now)) == (Status.NEEDS_LIBRARIAN, "not_on_givers_card")
    assert script.calls["check_out"] == 0


def test_x6_a_third_persons_loan_is_not_touched(campus: Campus, script: Script, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    campus.system(now).check_in(transfer.barcode)
    campus.system(now).check_out(campus.charlie.card_number, transfer.barcode)
    assert ended(advance(transfer, now)) == (Status.NEEDS_LIBRARIAN, "on_loan_to_other")
    assert campus.holder(transfer.barcode) == campus.charlie.card_number
    assert script.calls["check_in"] == 0


def test_x6_a_third_person_takes_it_from_the_desk(campus: Campus, script: Script, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    grab = lambda: campus.system(now).check_out(campus.charlie.card_number, transfer.barcode)  # noqa: E731
    script.on("check_out", doubles.meanwhile(grab))
    assert ended(advance(transfer, now)) == (Status.NEEDS_LIBRARIAN, "on_loan_to_other")
    assert campus.holder(transfer.barcode) == campus.charlie.card_number


def test_x6_a_lost_item_stays_on_the_givers_card(campus: Campus, script: Script, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    EmbeddedItem.objects.update(status=EmbeddedItem.Status.LOST)
    assert ended(advance(transfer, now)) == (Status.REFUSED, "item_lost")
    assert script.calls["check_in"] == 0


def test_x6_a_barcode_that_is_no_more(campus: Campus, script: Script, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    EmbeddedItem.objects.update(barcode="99")
    assert ended(advance(transfer, now)) == (Status.NEEDS_LIBRARIAN, "unknown_item")
    assert script.calls["check_in"] == 0


def test_x12_an_overdue_loan_is_refused_before_a_fine_could_arise(
    campus: Campus, script: Script, now: datetime
) -> None:
    made = charged(campus, campus.alice, now=now, due_at=now - timedelta(hours=1))
    transfer = advance(factories.transfer(campus, now=now, of=made), now)
    assert ended(transfer) == (Status.REFUSED, "overdue")
    assert script.calls["check_in"] == 0
    assert campus.card(campus.alice).fines == 0


def test_x12_a_loan_in_time_costs_the_giver_nothing(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now, due_at=now + timedelta(hours=1))
    assert advance(factories.transfer(campus, now=now, of=made), now).status == Status.DONE
    assert campus.card(campus.alice).fines == 0


def test_x13_while_the_system_is_down_it_waits_and_then_moves_once(
    campus: Campus, script: Script, now: datetime
) -> None:
    script.always["item"] = doubles.drops_first
    transfer = factories.transfer(campus, now=now)
    for minute in range(60):
        assert advance(transfer, now + timedelta(minutes=minute)).status == Status.PENDING
    assert script.calls["item"] == 12
    script.always.clear()
    transfer = advance(transfer, now + timedelta(minutes=60))
    assert ended(transfer) == (Status.DONE, "")
    assert (script.calls["check_in"], script.calls["check_out"]) == (1, 1)


def test_nothing_waits_for_ever(campus: Campus, script: Script, now: datetime) -> None:
    script.always["item"] = doubles.drops_first
    transfer = advance(factories.transfer(campus, now=now), now)
    late = now + GIVE_UP_AFTER + timedelta(minutes=1)
    assert ended(advance(transfer, late)) == (Status.NEEDS_LIBRARIAN, "unavailable")


def test_where_a_checkout_moves_there_is_no_gap(campus: Campus, script: Script, now: datetime) -> None:
    campus.library.settings = {"check_out_moves": True}
    campus.library.save()
    transfer = advance(factories.transfer(campus, now=now), now)
    assert transfer.status == Status.DONE
    assert (script.calls["check_in"], script.calls["check_out"]) == (0, 1)


def test_where_a_direct_checkout_is_refused_nothing_else_is_tried(
    campus: Campus, script: Script, now: datetime
) -> None:
    script.capabilities = frozenset({Capability.CHECK_OUT_MOVES})
    transfer = advance(factories.transfer(campus, now=now), now)
    assert ended(transfer) == (Status.REFUSED, "on_loan_to_other")
    assert script.calls["check_in"] == 0


def test_where_the_system_transfers_it_is_asked_to(campus: Campus, script: Script, now: datetime) -> None:
    script.capabilities = frozenset({Capability.TRANSFER})
    transfer = advance(factories.transfer(campus, now=now), now)
    assert transfer.status == Status.DONE
    assert (script.calls["transfer"], script.calls["check_in"], script.calls["check_out"]) == (1, 0, 0)


def test_the_sweep_finds_what_is_due_and_says_what_it_did(campus: Campus, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    [deed] = due.act(now=now)
    assert deed == {"did": "transfer.done", "transfer": transfer.pk, "code": ""}
    assert list(due.act(now=now)) == []


def test_one_transfers_fault_does_not_stop_the_others(campus: Campus, now: datetime) -> None:
    broken, sound = factories.transfer(campus, now=now), factories.transfer(campus, now=now)
    real = transfers.advance

    def advanced(*, transfer_id: int, now: datetime) -> Transfer:
        if transfer_id == broken.pk:
            raise RuntimeError
        return real(transfer_id=transfer_id, now=now)

    with mock.patch("library_bridge.transfers.advance", advanced):
        assert [deed["did"] for deed in due.act(now=now)] == ["transfer.failed", "transfer.done"]
    assert {broken.pk, sound.pk} == set(Transfer.objects.values_list("pk", flat=True))


def test_patience_is_longer_than_a_round(campus: Campus) -> None:
    assert LEASE < AGAIN_AFTER < PATIENCE < GIVE_UP_AFTER


def test_the_database_refuses_an_open_transfer_without_a_deadline(campus: Campus, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.filter(pk=transfer.pk).update(next_try_at=None)


def test_the_database_refuses_a_second_write_of_a_kind(campus: Campus, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    TransferStep.objects.create(transfer=transfer, kind="check_out", started_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        TransferStep.objects.create(transfer=transfer, kind="check_out", started_at=now)


def test_a_librarian_does_not_wait_for_the_next_try(campus: Campus, script: Script, now: datetime) -> None:
    script.on("item", doubles.drops_first)
    transfer = advance(factories.transfer(campus, now=now), now)
    soon = now + timedelta(minutes=1)
    assert advance(transfer, soon).status == Status.PENDING
    transfers.hasten(transfer_id=transfer.pk, now=soon)
    assert advance(transfer, soon).status == Status.DONE
