"""Each check of check_invariants finds the fault it is there for."""

from datetime import datetime

from library_bridge import invariants, transfers
from library_bridge.models import EmbeddedLoan, Transfer
from tests.library_bridge import factories
from tests.library_bridge.factories import Campus


def finished(campus: Campus, now: datetime) -> Transfer:
    return transfers.advance(transfer_id=factories.transfer(campus, now=now).pk, now=now)


def test_c3_a_finished_transfer_whose_item_is_with_nobody(campus: Campus, now: datetime) -> None:
    transfer = finished(campus, now)
    assert list(invariants.transfers_charged_to_one()) == []
    EmbeddedLoan.objects.filter(patron=campus.card(campus.bob)).delete()
    [line] = invariants.transfers_charged_to_one()
    assert str(transfer.pk) in line


def test_c3_what_the_taker_does_later_is_no_fault(campus: Campus, now: datetime) -> None:
    transfer = finished(campus, now)
    campus.system(now).check_in(transfer.barcode)
    campus.system(now).check_out(campus.charlie.card_number, transfer.barcode)
    assert list(invariants.transfers_charged_to_one()) == []


def test_c3_a_refused_transfer_whose_item_left_the_giver(campus: Campus, now: datetime) -> None:
    transfer = finished(campus, now)
    Transfer.objects.filter(pk=transfer.pk).update(status=Transfer.Status.REFUSED, finished_at=now.replace(hour=12))
    assert len(list(invariants.transfers_charged_to_one())) == 1


def test_c5_a_transfer_to_the_same_reader(campus: Campus, now: datetime) -> None:
    finished(campus, now)
    assert list(invariants.transfers_to_oneself()) == []
    campus.bob.reader = campus.alice.reader
    campus.bob.library = factories.Library.objects.create(code="other", name_zh="乙", name_en="B")
    campus.bob.save()
    assert len(list(invariants.transfers_to_oneself())) == 1
