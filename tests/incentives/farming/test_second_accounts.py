"""T-P2: what somebody earns with an account that looks like a second one of theirs waits for a librarian."""

from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from incentives import devices, due, invariants, ledger, rules
from incentives.farming import reviews, second_accounts
from incentives.models import IncentiveSettings, RingReview, SeenDevice
from library_bridge import entering, shared_computers
from library_bridge.models import Reader
from sharing.errors import IllegalTransition
from sharing.models import PushDevice
from sharing.pushing import encryption
from sharing.pushing.encryption import encoded
from tests import factories
from tests.incentives.factories import a_lending, a_reader, an_event
from tests.library_bridge.factories import PIN, campus

pytestmark = pytest.mark.django_db


def signed_in(reader: Reader, number: str, now: datetime) -> None:
    devices.remember(number, reader, now=now)


def same_card(alice: Reader, second: Reader, now: datetime) -> None:
    factories.patron(alice, card_number="2023abc")
    factories.patron(second, card_number="2023ABC", at=factories.library("medical"))


def same_mailbox(alice: Reader, second: Reader, now: datetime) -> None:
    for reader, address in ((alice, "a.lice@gmail.com"), (second, "Alice+books@googlemail.com")):
        reader.email = address
        reader.save()


def same_browser(alice: Reader, second: Reader, now: datetime) -> None:
    for reader in (alice, second):
        signed_in(reader, "0" * 32, now)


def nothing_in_common(alice: Reader, second: Reader, now: datetime) -> None:
    signed_in(alice, "0" * 32, now)
    signed_in(second, "1" * 32, now)


def passed_on(alice: Reader, second: Reader, now: datetime) -> None:
    rules.pay(an_event("lending.completed", a_lending(alice, second, now=now), at=now))


@pytest.fixture
def lin() -> Reader:
    lin = a_reader("Lin", is_staff=True)
    lin.user_permissions.add(Permission.objects.get(codename="change_ringreview"))
    return Reader.objects.get(pk=lin.pk)


@pytest.mark.parametrize("alike", [same_card, same_mailbox, same_browser])
def test_t_p2_what_is_earned_with_a_second_account_waits_for_staff(alike, now):
    alice, second = a_reader("Alice"), a_reader("Alice again")
    alike(alice, second, now)
    passed_on(alice, second, now)
    balance = ledger.balance(alice, now=now + timedelta(days=8))
    assert (balance.spendable, balance.held > 0) == (0, True)
    review = RingReview.objects.get()
    assert set(review.members.all()) == {alice, second}
    assert len(review.signs) == review.exchanges == 1
    passed_on(alice, second, now)
    assert RingReview.objects.count() == 1
    assert [line for check in invariants.CHECKS for line in check.violations()] == []


def test_t_p2_two_who_share_nothing_are_paid_as_ever(now):
    alice, bob = a_reader("Alice"), a_reader("Bob")
    nothing_in_common(alice, bob, now)
    passed_on(alice, bob, now)
    assert ledger.balance(alice, now=now).held == 0
    assert not RingReview.objects.exists()


def test_t_p2_whom_a_librarian_has_cleared_is_not_held_again(lin, now):
    alice, friend = a_reader("Alice"), a_reader("Friend")
    same_browser(alice, friend, now)
    passed_on(alice, friend, now)
    reviews.decide_review(review_id=RingReview.objects.get().pk, clear=True, why="Flatmates", actor=lin, now=now)
    passed_on(alice, friend, now + timedelta(days=1))
    assert ledger.balance(alice, now=now).held == 0
    with pytest.raises(IllegalTransition):
        reviews.decide_review(review_id=RingReview.objects.get().pk, clear=False, why="No", actor=lin, now=now)


def test_a_browser_that_many_use_says_nothing(now):
    readers = [a_reader() for _reader in range(devices.MOST_READERS + 1)]
    for reader in readers:
        signed_in(reader, "0" * 32, now)
    assert second_accounts.signs_of(readers[0], readers[1], now=now) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("bob@campus.example", "Bob+x@campus.example", True),
        ("b.ob@campus.example", "bob@campus.example", False),
        ("ｂｏｂ@campus.example", "bob@campus.example", True),
        ("bob@campus.example", "bob@other.example", False),
    ],
)
def test_ways_to_write_one_mailbox(one, other, same):
    assert (second_accounts.mailbox(one) == second_accounts.mailbox(other)) is same


def test_a_sign_in_marks_the_browser_and_a_shared_computer_stays_unmarked(rf, now):
    alice = a_reader("Alice")

    def answer(request):
        return entering.enter(request, alice, to="/", shared="shared" in request.GET)

    for address, marked in (("/?shared", False), ("/", True)):
        request = rf.get(address)
        request.session = Client().session
        response = devices.DeviceMiddleware(answer)(request)
        assert (devices.COOKIE in response.cookies) is marked
        assert (shared_computers.KEY in request.session) is not marked
    assert SeenDevice.objects.get().reader == alice


def test_t_p2_a_device_named_for_push_in_between_is_still_the_same_browser(client, settings):
    settings.PUSH_OWN_SERVICE = "http://127.0.0.1:9/"
    cast = campus()
    point = encryption.point_of(ec.generate_private_key(encryption.CURVE).public_key())
    device = {"endpoint": "http://127.0.0.1:9/a", "key": encoded(point), "secret": encoded(b"0123456789abcdef")}
    for patron in (cast.alice, cast.bob):
        client.post(reverse("sign-in"), {"card_number": patron.card_number, "pin": PIN})
        client.post(reverse("name-device"), device)
        assert PushDevice.objects.get().reader == patron.reader
        client.post(reverse("sign-out"))
        assert not PushDevice.objects.exists()  # T-R12
    assert devices.share_one(cast.alice.reader, cast.bob.reader, now=timezone.now())


def test_no_browser_is_marked_where_the_library_gives_no_points(rf):
    IncentiveSettings.objects.update_or_create(pk=1, defaults={"enabled": False})
    request = rf.get("/")
    request.session = Client().session
    answer = devices.DeviceMiddleware(lambda r: entering.enter(r, a_reader("Alice"), to="/", shared=False))(request)
    assert devices.COOKIE not in answer.cookies


def test_browsers_are_forgotten_after_ninety_days(now):
    signed_in(a_reader("Alice"), "0" * 32, now - devices.KEPT)
    assert {"did": "devices.forgotten", "count": 1} in list(due.act(now=now))
    assert not SeenDevice.objects.exists()
