"""How things stand today for the personas, and what waits for the librarians."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Count

from library_bridge.models import LibraryLoan, Reader
from personal_catalog.models import Copy, ReaderGroup, Title
from sharing import following, holdings, policies, requests, todo, transferable
from sharing.models import (
    Handover,
    Lending,
    LoanTitle,
    Notification,
    Request,
    TitleNote,
)
from tests.sharing.demo.looking import NOW, S, reader

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_alice_has_two_asks_to_answer_and_an_appointment() -> None:
    alice = reader(1)
    asks = todo.asks_to_answer(alice)
    assert {ask.kind for ask in asks} == {"personal_copy", "library_loan"}
    assert reader(2) not in {ask.request.requester for ask in asks}
    meeting = Lending.objects.get(giver=alice, status=S.AGREED).handovers.get()
    assert meeting.status == Handover.Status.AGREED
    assert NOW < meeting.starts_at < NOW + timedelta(days=2)


def test_alice_s_own_copies_are_everywhere() -> None:
    alice = reader(1)
    mine = Copy.objects.filter(owner=alice)
    assert set(mine.values_list("mode", flat=True)) == set(Copy.Mode.values)
    drifting = mine.filter(mode=Copy.Mode.DRIFT).exclude(holder=alice).annotate(hands=Count("custody"))
    assert [copy.hands for copy in drifting if copy.hands >= 3]
    out = list(Lending.objects.filter(giver=alice, status=S.ON_LOAN))
    assert [lending for lending in out if lending.is_overdue(NOW)]
    assert [lending for lending in out if lending.due_at and lending.due_at > NOW + timedelta(days=14)]
    assert todo.requests_waiting(alice).get().asks.waiting().exists()


def test_alice_has_enough_that_bob_can_ask_for() -> None:
    alice, bob = reader(1), reader(2)
    mine = [
        f"loan-{pk}"
        for pk in LoanTitle.objects.filter(library_loan__patron__reader=alice).values_list("library_loan", flat=True)
    ]
    mine += [f"copy-{pk}" for pk in Copy.objects.lendable().filter(owner=alice).values_list("pk", flat=True)]
    asked = set(Request.objects.live().values_list("title_id", flat=True))
    open_ones = set(LibraryLoan.objects.filter(closed_at=None).values_list("pk", flat=True))
    found = [
        holdings.get(key, reader=None, policy=policies.current(), now=NOW)
        for key in mine
        if key[:4] == "copy" or int(key[5:]) in open_ones
    ]
    free = [h for h in found if h.free and h.title_id not in asked]
    assert Counter(h.kind for h in free)["library_loan"] >= 3
    assert Counter(h.kind for h in free)["personal_copy"] >= 4
    for holding in free:
        if isinstance(holding, holdings.LoanHolding):
            assert transferable.library_says(holding.loan, taker=bob, now=NOW).ok


def test_bob_may_ask_alice_at_once() -> None:
    alice, bob = reader(1), reader(2)
    copy = (
        Copy.objects.lendable()
        .filter(owner=alice, holder=alice)
        .exclude(lendings__closed_at=None, lendings__isnull=False)
    )
    free = copy.exclude(asks__status="asked").latest("pk")
    placed = requests.place_request(actor=bob, holding_key=f"copy-{free.pk}", now=NOW)
    assert placed.asks.get().holder == alice


def test_the_book_that_readme_has_bob_ask_for_is_asked_of_alice() -> None:
    title = Title.objects.get(title="拖延心理学")
    placed = requests.place_request(actor=reader(2), title_id=title.pk, now=NOW)
    assert placed.asks.filter(holder=reader(1), library_loan__isnull=False, status="asked").exists()


def test_bob_waits_for_two_holders_has_a_book_due_soon_and_a_proposal_to_answer() -> None:
    bob = reader(2)
    request = todo.requests_waiting(bob).get()
    assert request.asks.waiting().count() == 2
    due = [lending.due_at for lending in todo.borrowed(bob)]
    assert [moment for moment in due if moment and moment.date() == (NOW + timedelta(days=3)).date()]
    proposed = todo.lendings_to_act_on(bob, NOW).get().handovers.get()
    assert proposed.status == Handover.Status.PROPOSED
    assert proposed.proposed_by != bob


def test_charlie_has_an_overdue_book_and_has_not_read_about_it() -> None:
    charlie = reader(3)
    assert [lending for lending in todo.borrowed(charlie) if lending.is_overdue(NOW)]
    assert Notification.objects.filter(reader=charlie, read_at=None, event__kind="lending.overdue").exists()


def test_others_are_busy_too() -> None:
    others = Reader.objects.filter(is_staff=False).exclude(pk__in=[reader(n).pk for n in (1, 2, 3)])
    assert Request.objects.filter(requester__in=others, status=Request.Status.OPEN).count() >= 3
    assert Lending.objects.filter(giver__in=others, taker__in=others, status=S.ON_LOAN).count() >= 4


def test_one_transfer_waits_for_a_librarian_because_of_a_hold() -> None:
    stuck = Lending.objects.get(status=S.NEEDS_LIBRARIAN)
    assert stuck.transfer is not None
    assert stuck.transfer.reason_code == "hold_by_other"


def test_readers_have_company() -> None:
    assert ReaderGroup.objects.filter(closed_at=None, memberships__reader=reader(1)).exists()
    assert ReaderGroup.objects.filter(memberships__reader=reader(2)).values("kind").distinct().count() == 1
    assert following.followers(reader(1)) >= 5
    assert following.followed_by(reader(1)).exists()
    notes = TitleNote.objects.standing()
    assert notes.filter(title__title="拖延心理学").count() == 2
    assert notes.filter(seen_at=None).exists()
    assert notes.filter(flags__decided_at=None, flags__isnull=False).count() == 1
