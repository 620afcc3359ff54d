"""A librarian ends what the saga could not: with a right, a reason, and the library system's word."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from library_bridge import transfers
from library_bridge.invariants import CHECKS
from library_bridge.models import LibraryLoan, Reader, Transfer
from library_bridge.ports import Unavailable
from library_bridge.transfers import GIVE_UP_AFTER, Seen
from tests.library_bridge import doubles, factories
from tests.library_bridge.doubles import Script
from tests.library_bridge.factories import Campus


@pytest.fixture
def lin(db: None) -> Reader:
    return Reader.objects.create(username="lin", display_name="Lin", is_staff=True, is_superuser=True)


@pytest.fixture
def stuck(campus: Campus, now: datetime) -> Transfer:
    """Returned at the desk before it could move."""
    transfer = factories.transfer(campus, now=now)
    campus.system(now).check_in(transfer.barcode)
    stuck = transfers.advance(transfer_id=transfer.pk, now=now)
    assert stuck.status == Transfer.Status.NEEDS_LIBRARIAN
    return stuck


def test_what_the_librarian_moved_is_done(campus: Campus, stuck: Transfer, lin: Reader, now: datetime) -> None:
    record = campus.system(now).check_out(campus.bob.card_number, stuck.barcode)
    settled = transfers.finish_by_staff(transfer_id=stuck.pk, actor=lin, reason="charged by hand", now=now)
    assert (settled.status, settled.new_due_at, settled.settled_by) == (Transfer.Status.DONE, record.due_at, lin)
    assert settled.settled_because == "charged by hand"
    assert LibraryLoan.objects.open().get(barcode=stuck.barcode).patron == campus.bob


def test_what_went_back_to_the_shelf_ends_as_refused(stuck: Transfer, lin: Reader, now: datetime) -> None:
    settled = transfers.finish_by_staff(transfer_id=stuck.pk, actor=lin, reason="book is back", now=now)
    assert (settled.status, settled.reason_code, settled.finished_at) == (Transfer.Status.REFUSED, "settled", now)
    assert [line for check in CHECKS for line in check.violations()] == []


def test_settling_writes_nothing_to_the_library_system(
    stuck: Transfer, lin: Reader, script: Script, now: datetime
) -> None:
    transfers.finish_by_staff(transfer_id=stuck.pk, actor=lin, reason="book is back", now=now)
    assert script.calls["check_in"] == script.calls["check_out"] == 0


def test_charlie_settles_nothing(campus: Campus, stuck: Transfer, now: datetime) -> None:
    with pytest.raises(PermissionDenied):
        transfers.finish_by_staff(transfer_id=stuck.pk, actor=campus.charlie.reader, reason="mine", now=now)


def test_without_a_reason_nothing_is_settled(stuck: Transfer, lin: Reader, now: datetime) -> None:
    with pytest.raises(ValueError, match="reason"):
        transfers.finish_by_staff(transfer_id=stuck.pk, actor=lin, reason="  ", now=now)


def test_a_transfer_that_is_under_way_is_not_for_staff(campus: Campus, lin: Reader, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    with pytest.raises(transfers.NotForStaff):
        transfers.finish_by_staff(transfer_id=transfer.pk, actor=lin, reason="hurry", now=now)


def test_while_the_system_is_down_it_stays_open(stuck: Transfer, lin: Reader, script: Script, now: datetime) -> None:
    script.on("item", doubles.drops_first)
    with pytest.raises(Unavailable):
        transfers.finish_by_staff(transfer_id=stuck.pk, actor=lin, reason="book is back", now=now)
    stuck.refresh_from_db()
    assert stuck.status == Transfer.Status.NEEDS_LIBRARIAN


@pytest.fixture
def hidden(campus: Campus, stuck: Transfer, script: Script, now: datetime) -> Transfer:
    """Charged to the taker by hand, on a card whose list the system does not tell."""
    campus.system(now).check_out(campus.bob.card_number, stuck.barcode)
    script.on("loans", doubles.honest, doubles.refuses("card_blocked"))
    return stuck


def test_where_the_list_proves_no_absence_it_stays_open(hidden: Transfer, lin: Reader, now: datetime) -> None:
    with pytest.raises(transfers.ListIncomplete):
        transfers.finish_by_staff(transfer_id=hidden.pk, actor=lin, reason="book is back", now=now)
    hidden.refresh_from_db()
    assert hidden.status == Transfer.Status.NEEDS_LIBRARIAN


def test_a_list_that_is_cut_short_proves_none_either(
    campus: Campus, stuck: Transfer, script: Script, lin: Reader, now: datetime
) -> None:
    script.on("loans", doubles.alters(complete=False))
    with pytest.raises(transfers.ListIncomplete):
        transfers.finish_by_staff(transfer_id=stuck.pk, actor=lin, reason="book is back", now=now)


def test_what_a_short_list_shows_on_the_takers_card_is_done(
    campus: Campus, stuck: Transfer, script: Script, lin: Reader, now: datetime
) -> None:
    campus.system(now).check_out(campus.bob.card_number, stuck.barcode)
    script.on("loans", doubles.honest, doubles.alters(complete=False))
    settled = transfers.finish_by_staff(transfer_id=stuck.pk, actor=lin, reason="charged by hand", now=now)
    assert settled.status == Transfer.Status.DONE


@pytest.fixture
def listed_short(campus: Campus, script: Script, now: datetime) -> Transfer:
    """Still on the giver's card, in a system whose lists are never whole."""
    script.always["loans"] = doubles.alters(complete=False)
    transfer = transfers.advance(transfer_id=factories.transfer(campus, now=now).pk, now=now)
    assert transfer.status == Transfer.Status.NEEDS_LIBRARIAN
    return transfer


@pytest.mark.parametrize("seen", [None, Seen.TAKER])
def test_s2_what_a_short_list_shows_on_the_givers_card_ends_whatever_was_seen(
    listed_short: Transfer, campus: Campus, lin: Reader, now: datetime, seen: Seen | None
) -> None:
    settled = transfers.finish_by_staff(transfer_id=listed_short.pk, actor=lin, reason="It stays", seen=seen, now=now)
    assert (settled.status, settled.reason_code) == (Transfer.Status.REFUSED, "settled")
    assert LibraryLoan.objects.open().get(barcode=settled.barcode).patron == campus.alice


@pytest.fixture
def untold(campus: Campus, stuck: Transfer, script: Script) -> Transfer:
    """Both cards are refused for good."""
    script.always["loans"] = doubles.refuses("card_blocked")
    return stuck


@pytest.mark.parametrize(("seen", "status", "open_loans"), [(Seen.TAKER, "done", 0), (Seen.ELSEWHERE, "refused", 1)])
def test_s2_where_no_list_tells_it_is_as_the_librarian_has_seen(
    untold: Transfer, lin: Reader, now: datetime, seen: Seen, status: str, open_loans: int
) -> None:
    LibraryLoan.objects.filter(pk=untold.loan_id).update(closed_at=None)
    settled = transfers.finish_by_staff(
        transfer_id=untold.pk, actor=lin, reason="Looked at the desk", seen=seen, now=now
    )
    assert (settled.status, settled.reason_code, settled.new_due_at) == (status, Transfer.SEEN, None)
    assert LibraryLoan.objects.open().filter(pk=settled.loan_id).count() == open_loans
    assert [line for check in CHECKS for line in check.violations()] == []


@pytest.fixture
def gone(stuck: Transfer, script: Script) -> Transfer:
    """The library system never answers again."""
    script.always |= dict.fromkeys(("item", "loans", "patron"), doubles.drops_first)
    return stuck


@pytest.mark.parametrize(("seen", "status", "open_loans"), [(Seen.TAKER, "done", 0), (Seen.ELSEWHERE, "refused", 1)])
def test_where_the_library_has_not_answered_for_days_it_is_as_the_librarian_has_seen(
    gone: Transfer, lin: Reader, now: datetime, seen: Seen, status: str, open_loans: int
) -> None:
    LibraryLoan.objects.filter(pk=gone.loan_id).update(closed_at=None)
    later = gone.created_at + GIVE_UP_AFTER + timedelta(minutes=1)
    settled = transfers.finish_by_staff(transfer_id=gone.pk, actor=lin, reason="It lies here", seen=seen, now=later)
    assert (settled.status, settled.reason_code, settled.new_due_at) == (status, Transfer.SEEN, None)
    assert LibraryLoan.objects.open().filter(pk=settled.loan_id).count() == open_loans
    assert [line for check in CHECKS for line in check.violations()] == []


@pytest.mark.parametrize(("seen", "days"), [(Seen.TAKER, 2), (None, 4)])
def test_a_silence_of_a_day_or_a_word_that_was_not_said_settles_nothing(
    gone: Transfer, lin: Reader, seen: Seen | None, days: int
) -> None:
    later = gone.created_at + timedelta(days=days)
    with pytest.raises(Unavailable):
        transfers.finish_by_staff(transfer_id=gone.pk, actor=lin, reason="It lies here", seen=seen, now=later)


def test_what_a_list_shows_outweighs_what_was_seen(
    campus: Campus, stuck: Transfer, script: Script, lin: Reader, now: datetime
) -> None:
    campus.system(now).check_out(campus.bob.card_number, stuck.barcode)
    script.on("loans", doubles.refuses("card_blocked"))
    settled = transfers.finish_by_staff(
        transfer_id=stuck.pk, actor=lin, reason="Not there", seen=Seen.ELSEWHERE, now=now
    )
    assert (settled.status, settled.reason_code) == (Transfer.Status.DONE, "settled")


def test_where_both_lists_are_whole_nothing_that_was_seen_counts(stuck: Transfer, lin: Reader, now: datetime) -> None:
    settled = transfers.finish_by_staff(transfer_id=stuck.pk, actor=lin, reason="I think so", seen=Seen.TAKER, now=now)
    assert settled.status == Transfer.Status.REFUSED


def test_the_admin_takes_what_was_seen_and_puts_it_on_record(client: Client, untold: Transfer, lin: Reader) -> None:
    client.force_login(lin)
    url, said = reverse("transfers:settle", args=[untold.pk]), {"reason": "Looked at the desk"}
    assert "say below what you have seen" in client.post(url, said, headers={"accept-language": "en"}).content.decode()
    assert client.post(url, {**said, "seen": "elsewhere"}).status_code == 302
    assert ModelLogEntry.objects.get(action="library_bridge.settle_transfer").data["code"] == Transfer.SEEN


def test_the_admin_says_why_it_stays_open(client: Client, hidden: Transfer, lin: Reader) -> None:
    client.force_login(lin)
    url = reverse("transfers:settle", args=[hidden.pk])
    answer = client.post(url, {"reason": "book is back"}, headers={"accept-language": "en"})
    assert "does not list all loans" in answer.content.decode()
    hidden.refresh_from_db()
    assert hidden.status == Transfer.Status.NEEDS_LIBRARIAN


def test_the_admin_shows_the_steps_and_the_way_to_settle(client: Client, stuck: Transfer, lin: Reader) -> None:
    client.force_login(lin)
    page = client.get(reverse("transfers:inspect", args=[stuck.pk]), headers={"accept-language": "en"}).content.decode()
    assert reverse("transfers:settle", args=[stuck.pk]) in page
    assert "not on the holder’s card" in page


def test_the_admin_settles_with_a_reason(client: Client, stuck: Transfer, lin: Reader) -> None:
    client.force_login(lin)
    url = reverse("transfers:settle", args=[stuck.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 200
    assert client.post(url, {"reason": "book is back"}).status_code == 302
    stuck.refresh_from_db()
    assert (stuck.status, stuck.settled_by) == (Transfer.Status.REFUSED, lin)
    assert client.get(url).status_code == 404


def test_nobody_ends_a_transfer_of_their_own(campus: Campus, stuck: Transfer, client: Client, now: datetime) -> None:
    own = campus.bob.reader
    Reader.objects.filter(pk=own.pk).update(is_staff=True, is_superuser=True)
    own.refresh_from_db()
    with pytest.raises(PermissionDenied):
        transfers.finish_by_staff(transfer_id=stuck.pk, actor=own, reason="mine", now=now)
    client.force_login(own)
    client.post(reverse("transfers:settle", args=[stuck.pk]), {"reason": "mine"})
    stuck.refresh_from_db()
    assert stuck.status == Transfer.Status.NEEDS_LIBRARIAN


def test_what_a_librarian_settled_stands_in_the_log(stuck: Transfer, lin: Reader, client: Client) -> None:
    client.force_login(lin)
    client.post(reverse("transfers:settle", args=[stuck.pk]), {"reason": "book is back"})
    entry = ModelLogEntry.objects.get(action="library_bridge.settle_transfer")
    assert (entry.user, entry.data["reason"]) == (lin, "book is back")
