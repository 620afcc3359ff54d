"""M8: what a ring earned waits on frozen accounts until a librarian has looked, or for thirty days."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from incentives import due, invariants, ledger, rules
from incentives.errors import NotForOneself
from incentives.farming import reviews
from incentives.models import Entry, HeldAward, RingReview
from library_bridge.models import Reader
from sharing.errors import IllegalTransition, NotFound
from tests import factories
from tests.incentives.factories import a_lending, a_reader, an_event

pytestmark = pytest.mark.django_db


def right_to_decide(name: str) -> Reader:
    reader = factories.reader(name, is_staff=True)
    codenames = ("change_ringreview", "view_ringreview", "access_admin")
    reader.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return Reader.objects.get(pk=reader.pk)


@pytest.fixture
def lin() -> Reader:
    return right_to_decide("Lin")


@pytest.fixture
def ring(now: datetime) -> list[Reader]:
    """Three who passed two books each round and round in the last eight days, each back after a day."""
    members = [a_reader(name) for name in ("Mallory", "Niaj", "Oscar")]
    books = {member.pk: factories.copy(member, now=now) for member in members}
    for n in range(8):
        giver, taker, at = members[n % 3], members[(n + 1) % 3], now - timedelta(days=8 - n)
        lending = a_lending(giver, taker, now=at, copy=books[giver.pk])
        rules.pay(an_event("lending.completed", lending, at=at))
    return members


def held_points(readers: list[Reader], now: datetime) -> int:
    return sum(ledger.balance(reader, now=now).held for reader in readers)


def test_what_a_ring_earned_and_has_not_spent_is_held(ring: list[Reader], now: datetime) -> None:
    earned = sum(ledger.balance(reader, now=now).total for reader in ring)
    (review,) = reviews.look_for_rings(now=now)
    assert set(review.members.all()) == set(ring)
    assert held_points(ring, now) == earned > 0
    assert [ledger.balance(reader, now=now).spendable for reader in ring] == [0, 0, 0]


def test_what_has_been_spent_is_not_held(ring: list[Reader], now: datetime) -> None:
    (spender, *_others), later = ring, now + timedelta(days=7)
    earned = ledger.balance(spender, now=later).spendable
    ledger.redeem(reader=spender, points=earned - 5, at=later, params={})
    reviews.look_for_rings(now=later)
    balance = ledger.balance(spender, now=later)
    assert (balance.spendable + balance.held, balance.owed) == (5, 0)


def test_looking_again_holds_nothing_twice(ring: list[Reader], now: datetime) -> None:
    reviews.look_for_rings(now=now)
    before = HeldAward.objects.count()
    assert reviews.look_for_rings(now=now) == []
    assert HeldAward.objects.count() == before
    assert RingReview.objects.count() == 1


def test_two_who_lend_to_each_other_often_keep_their_points(now: datetime) -> None:
    alice, bob = a_reader("Alice"), a_reader("Bob")
    for n in range(8):
        giver, taker = (alice, bob) if n % 2 else (bob, alice)
        at = now - timedelta(days=8 - n)
        rules.pay(an_event("lending.completed", a_lending(giver, taker, now=at), at=at))
    assert reviews.look_for_rings(now=now) == []
    assert held_points([alice, bob], now) == 0


def test_a_librarian_gives_the_points_free_from_the_date_they_had(
    ring: list[Reader], lin: Reader, now: datetime
) -> None:
    before = [ledger.balance(reader, now=now) for reader in ring]
    (review,) = reviews.look_for_rings(now=now)
    reviews.decide_review(review_id=review.pk, clear=True, why="room-mates", actor=lin, now=now)
    assert [ledger.balance(reader, now=now) for reader in ring] == before


def test_what_was_cleared_is_not_held_again(ring: list[Reader], lin: Reader, now: datetime) -> None:
    (review,) = reviews.look_for_rings(now=now)
    reviews.decide_review(review_id=review.pk, clear=True, why="room-mates", actor=lin, now=now)
    assert reviews.look_for_rings(now=now + timedelta(days=1)) == []


def test_a_librarian_takes_the_points_back_and_nobody_owes_anything(
    ring: list[Reader], lin: Reader, now: datetime
) -> None:
    (review,) = reviews.look_for_rings(now=now)
    reviews.decide_review(review_id=review.pk, clear=False, why="one person's three cards", actor=lin, now=now)
    balances = [ledger.balance(reader, now=now + timedelta(days=30)) for reader in ring]
    assert [(each.held, each.owed) for each in balances] == [(0, 0)] * 3
    assert [line for check in invariants.CHECKS for line in check.violations()] == []


def test_only_with_the_right_and_not_for_oneself(ring: list[Reader], lin: Reader, now: datetime) -> None:
    (review,) = reviews.look_for_rings(now=now)
    member = ring[0]
    with pytest.raises(NotFound):
        reviews.decide_review(review_id=review.pk, clear=True, why="!", actor=a_reader("Charlie"), now=now)
    member.user_permissions.add(Permission.objects.get(codename="change_ringreview"))
    with pytest.raises(NotForOneself):
        reviews.decide_review(review_id=review.pk, clear=True, why="!", actor=Reader.objects.get(pk=member.pk), now=now)


def test_a_review_is_decided_once(ring: list[Reader], lin: Reader, now: datetime) -> None:
    (review,) = reviews.look_for_rings(now=now)
    reviews.decide_review(review_id=review.pk, clear=True, why="fine", actor=lin, now=now)
    with pytest.raises(IllegalTransition):
        reviews.decide_review(review_id=review.pk, clear=False, why="not fine", actor=lin, now=now)


def test_after_thirty_days_without_a_decision_the_points_are_free(ring: list[Reader], now: datetime) -> None:
    reviews.look_for_rings(now=now)
    later = now + timedelta(days=30)
    assert {"did": "ring_review.cleared", "review": RingReview.objects.get().pk} in list(due.act(now=later))
    assert held_points(ring, later) == 0
    assert all(ledger.balance(reader, now=later).spendable for reader in ring)


def test_the_night_looks_for_rings(ring: list[Reader], now: datetime) -> None:
    assert "ring_review.held" in [done["did"] for done in due.act(now=now)]


def test_the_reader_reads_that_points_wait_for_a_check(ring: list[Reader], client: Client, now: datetime) -> None:
    reviews.look_for_rings(now=now)
    client.force_login(ring[0])
    page = client.get("/points/", headers={"accept-language": "en"}).content.decode()
    assert "wait for a check by the library" in page
    assert "Held for a check by the library: Book passed on" in page
    assert not any(other.display_name in page for other in ring[1:])


def test_lin_decides_in_the_admin(ring: list[Reader], lin: Reader, client: Client, now: datetime) -> None:
    (review,) = reviews.look_for_rings(now=now)
    client.force_login(lin)
    address = reverse("held-points:decide", args=[review.pk])
    page = client.get(address, headers={"accept-language": "en"})
    assert "everybody gives about as much as they take" in page.content.decode()
    client.post(address, {"answer": "take_back", "why": "cards of one person"})
    review.refresh_from_db()
    assert (review.status, review.decided_by) == ("taken_back", lin)
    assert Entry.objects.filter(kind="reversal", actor=lin).count() == review.held.count()
