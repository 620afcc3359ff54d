"""The library system is right, and asking again changes nothing (I7)."""

from datetime import datetime, timedelta

from library_bridge import due
from library_bridge.loans import refresh_loans
from library_bridge.models import EmbeddedPatron, LibraryLoan, Patron, Transfer
from library_bridge.reconcile import Difference, reconcile
from tests.library_bridge import doubles
from tests.library_bridge.doubles import Script
from tests.library_bridge.factories import Campus, charged, transfer


def test_differences_are_told_once(campus: Campus, now: datetime) -> None:
    gone, kept = charged(campus, campus.alice, now=now), charged(campus, campus.alice, now=now)
    refresh_loans(patron=campus.alice, now=now)
    campus.system(now).check_in(gone.barcode)
    campus.system(now).renew(campus.alice.card_number, kept.barcode)
    new = charged(campus, campus.bob, now=now)
    assert list(reconcile(library=campus.library, now=now)) == [
        Difference("gone", campus.alice.pk, gone.barcode),
        Difference("due_changed", campus.alice.pk, kept.barcode),
        Difference("appeared", campus.bob.pk, new.barcode),
    ]
    assert list(reconcile(library=campus.library, now=now)) == []


def test_i7_after_a_restored_backup_the_systems_truth_is_back(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.bob, now=now)
    fields = {"due_at": now, "checked_at": now, "title": "alt"}
    LibraryLoan.objects.create(library=campus.library, patron=campus.alice, barcode=made.barcode, **fields)
    list(reconcile(library=campus.library, now=now))
    assert LibraryLoan.objects.open().get().patron == campus.bob


def test_a_system_without_lists_does_not_stop_the_sweep(campus: Campus, script: Script, now: datetime) -> None:
    script.always["loans"] = doubles.has_no_such_function
    assert [found.what for found in reconcile(library=campus.library, now=now)] == ["not_supported"]


def test_where_loans_are_listed_no_more_what_was_listed_stands_until_it_is_due(
    campus: Campus, script: Script, now: datetime
) -> None:
    charged(campus, campus.alice, now=now)
    [loan] = refresh_loans(patron=campus.alice, now=now)
    script.always["loans"] = doubles.has_no_such_function
    assert [found.what for found in reconcile(library=campus.library, now=loan.due_at)] == ["not_supported"]
    assert [found.what for found in reconcile(library=campus.library, now=loan.due_at + timedelta(days=1))] == [
        "not_supported",
        "gone",
    ]
    assert not LibraryLoan.objects.open().exists()


def test_a_card_that_is_no_more_is_a_difference(campus: Campus, now: datetime) -> None:
    EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(card_number="9")
    assert list(reconcile(library=campus.library, now=now)) == [Difference("unknown_patron", campus.bob.pk)]


def test_a_system_that_is_down_is_not_asked_for_everybody(campus: Campus, script: Script, now: datetime) -> None:
    script.always["loans"] = doubles.drops_first
    assert [found.what for found in reconcile(library=campus.library, now=now)] == ["unavailable"]
    assert script.calls["loans"] == 1


def test_the_sweep_looks_at_each_card_once_a_day(campus: Campus, script: Script, now: datetime) -> None:
    Patron.objects.update(loans_checked_at=now)
    assert list(due.act(now=now + timedelta(hours=23))) == []
    assert script.calls["loans"] == 0
    list(due.act(now=now + timedelta(hours=24)))
    list(due.act(now=now + timedelta(hours=25)))
    assert script.calls["loans"] == 3


def test_after_a_sweep_ahead_of_the_clock_the_real_one_looks_and_tries_again(campus: Campus, now: datetime) -> None:
    moved, later = transfer(campus, now=now), now + timedelta(days=64)
    Transfer.objects.filter(pk=moved.pk).update(next_try_at=later)
    Patron.objects.update(loans_checked_at=later)
    due.come_back(now=now)
    moved.refresh_from_db()
    assert moved.next_try_at == now
    assert {patron.loans_checked_at for patron in Patron.objects.all()} == {now}
