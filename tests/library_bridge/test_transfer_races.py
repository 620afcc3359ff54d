"""X11: two workers take the same transfer. With the claim one of them writes; without it both would."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError, Event, Thread
from time import sleep
from typing import Any

import pytest
from django.db import connection, transaction

from library_bridge import loans, transfer_claims, transfers
from library_bridge.models import Transfer
from library_bridge.ports import LoanList, Refused
from library_bridge.transfer_claims import LEASE
from tests.library_bridge import factories
from tests.library_bridge.doubles import Script

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(act: Callable[[], object], times: int = 2) -> None:
    barrier = Barrier(times)

    def run() -> None:
        barrier.wait(5)
        try:
            act()
        finally:
            connection.close()

    threads = [Thread(target=run) for _number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)


def slow(meeting: Barrier) -> Callable[[Callable[[], Any]], Any]:
    """Whoever is about to write waits a moment for the other."""

    def fault(do: Callable[[], Any]) -> Any:
        with suppress(BrokenBarrierError):
            meeting.wait(1)
        return do()

    return fault


def test_x11_two_workers_one_write(script: Script, now: datetime) -> None:
    campus = factories.campus()
    transfer = factories.transfer(campus, now=now)
    script.always["check_in"] = slow(Barrier(2))
    at_once(lambda: transfers.advance(transfer_id=transfer.pk, now=now))
    transfer.refresh_from_db()
    assert (transfer.status, transfer.attempts) == (Transfer.Status.DONE, 1)
    assert (script.calls["check_in"], script.calls["check_out"]) == (1, 1)


def test_control_without_the_claim_both_write(script: Script, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    campus = factories.campus()
    transfer = factories.transfer(campus, now=now)
    script.always["check_in"] = slow(Barrier(2))
    monkeypatch.setattr(transfer_claims, "take", lambda transfer, *, now: True)
    monkeypatch.setattr(transfer_claims, "renew_lease", lambda transfer, *, now: None)
    at_once(lambda: transfers.advance(transfer_id=transfer.pk, now=now))
    assert script.calls["check_in"] == 2


def woken_and_taken_over(script: Script, now: datetime) -> None:
    """One worker has slept between reading and writing till its lease was over; both go on at the same moment."""
    transfer = factories.transfer(factories.campus(), now=now)
    moments = [now, now + LEASE]
    first_reads, meeting = Event(), Barrier(2)

    def read(do: Callable[[], Any]) -> Any:
        first_reads.set()
        with suppress(BrokenBarrierError):
            meeting.wait(10)
        return do()

    def work() -> None:
        at = moments.pop(0)
        if at != now:
            first_reads.wait(10)
        transfers.advance(transfer_id=transfer.pk, now=at)

    script.on("patron", read, read)
    script.always["check_in"] = slow(Barrier(2))
    at_once(work)


def test_i3_a_worker_whose_claim_ran_out_and_its_successor_write_once(script: Script, now: datetime) -> None:
    woken_and_taken_over(script, now)
    assert (script.calls["check_in"], script.calls["check_out"]) == (1, 1)
    assert Transfer.objects.get().status == Transfer.Status.DONE


def test_control_without_the_fence_both_write(script: Script, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer_claims, "renew_lease", lambda transfer, *, now: None)
    woken_and_taken_over(script, now)
    assert script.calls["check_in"] == 2


def test_the_fence_and_a_takeover_at_once_leave_one_worker(now: datetime) -> None:
    transfer = factories.transfer(factories.campus(), now=now)
    transfer_claims.take(transfer, now=now)
    acts = [lambda: _kept(transfer, now + LEASE), lambda: transfer_claims.take(_read(transfer), now=now + LEASE)]
    won: list[bool] = []
    at_once(lambda: won.append(acts.pop()()))
    assert sorted(won) == [False, True]


def _read(transfer: Transfer) -> Transfer:
    return transfers._transfer(transfer.pk)


def _kept(transfer: Transfer, now: datetime) -> bool:
    try:
        with transaction.atomic():
            transfer_claims.renew_lease(transfer, now=now)
    except transfer_claims.ClaimLost:
        return False
    return True


def test_a_claim_that_ran_out_is_taken_by_one(script: Script, now: datetime) -> None:
    campus = factories.campus()
    transfer = factories.transfer(campus, now=now)
    Transfer.objects.filter(pk=transfer.pk).update(status=Transfer.Status.RUNNING, attempts=1)
    script.always["check_in"] = slow(Barrier(2))
    at_once(lambda: transfers.advance(transfer_id=transfer.pk, now=now + timedelta(minutes=2)), times=4)
    assert script.calls["check_in"] == 1


def test_two_checkouts_of_one_item_at_once_charge_it_once(now: datetime) -> None:
    campus = factories.campus()
    barcode = factories.item(campus).barcode
    cards = [campus.bob.card_number, campus.charlie.card_number]
    refused: list[str] = []

    def check_out() -> None:
        try:
            campus.system(now).check_out(cards.pop(), barcode)
        except Refused as refusal:
            refused.append(refusal.code)

    at_once(check_out)
    assert refused == ["on_loan_to_other"]
    assert campus.holder(barcode) in {campus.bob.card_number, campus.charlie.card_number}


def test_the_last_free_place_on_a_card_is_taken_once(now: datetime) -> None:
    campus = factories.campus()
    campus.category.loan_limit = 1
    campus.category.save()
    barcodes = [factories.item(campus).barcode, factories.item(campus).barcode]
    refused: list[str] = []

    def check_out() -> None:
        try:
            campus.system(now).check_out(campus.bob.card_number, barcodes.pop())
        except Refused as refusal:
            refused.append(refusal.code)

    at_once(check_out)
    assert refused == ["loan_limit"]


def test_the_lists_of_two_opposite_transfers_never_wait_in_a_ring(now: datetime) -> None:
    campus = factories.campus()
    pairs = [[campus.alice, campus.bob], [campus.bob, campus.alice]]
    done: list[int] = []

    def keep() -> None:
        with transaction.atomic():
            both = pairs.pop()
            loans.lock_lists(both)
            for patron in both:
                loans.record_loans(patron=patron, listed=LoanList(patron.card_number, ()), now=now)
                sleep(0.2)
        done.append(1)

    at_once(keep)
    assert len(done) == 2
