"""Rewards that the service carries out by itself: chosen when they are used, given back when they were not."""

from datetime import timedelta

import pytest
from django.urls import reverse

from incentives import due, entries, invariants, ledger, reasons, receivers, rewards, vouchers
from incentives.errors import NotForTheDesk, NothingGained, VoucherClosed
from incentives.models import Voucher
from sharing import purchases
from sharing.errors import Denied, NotFound
from sharing.models import CirculationPolicy, DomainEvent
from tests.incentives.factories import a_lending, a_reader, a_reward, given
from tests.sharing.api.clients import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(now):
    bob = a_reader("Bob")
    given(bob, 100, now=now)
    return bob


@pytest.fixture
def lending(bob, now):
    """Alice's book, with Bob for 30 days more."""
    return a_lending(a_reader("Alice"), bob, now=now, status="on_loan", closed_at=None)


def had(reader, now, **facts):
    reward = a_reward(now=now, stock=None, valid_days=60, **facts)
    return rewards.redeem_reward(reward_id=reward.pk, actor=reader, key=str(reward.pk), now=now)


def longer(bob, now):
    return had(bob, now, effect="longer_loan", days=14)


def use(voucher, target, who, now):
    return vouchers.use_voucher(code=voucher.code, target=target, actor=who, now=now)


def sound():
    return [line for check in invariants.CHECKS for line in check.violations()] == []


def test_a_voucher_makes_the_lending_longer_that_its_reader_chose(bob, lending, now):
    voucher = longer(bob, now)
    assert voucher.status == "issued"
    used = use(voucher, lending.pk, bob, now)
    before = lending.due_at
    lending.refresh_from_db()
    assert (used.status, (lending.due_at.date() - before.date()).days) == ("used", 14)
    assert use(voucher, lending.pk, bob, now + timedelta(seconds=1)) == voucher  # a second click
    lending.refresh_from_db()
    assert lending.longer_days == 14
    assert sound()


def test_a_second_use_for_another_book_is_no_second_click(bob, lending, now):
    """Even one that another voucher has made longer already."""
    first, second = longer(bob, now), longer(bob, now)
    other = a_lending(a_reader("Charlie"), bob, now=now, status="on_loan", closed_at=None)
    use(first, lending.pk, bob, now)
    with pytest.raises(VoucherClosed):
        use(first, other.pk, bob, now)
    other.refresh_from_db()
    assert other.longer_days == 0
    later = now + timedelta(seconds=1)
    use(second, other.pk, bob, later)
    with pytest.raises(VoucherClosed):
        use(first, other.pk, bob, later)


def test_what_sharing_refuses_leaves_the_voucher_unused(bob, lending, now):
    voucher, late = longer(bob, now), now + timedelta(days=31)
    with pytest.raises(Denied):
        use(voucher, lending.pk, bob, late)
    with pytest.raises(NotFound):
        use(voucher, 0, bob, now)
    voucher.refresh_from_db()
    assert voucher.status == "issued"


def test_charlie_cannot_use_bobs_voucher_nor_bob_one_for_the_desk(bob, lending, now):
    with pytest.raises(NotFound):
        use(longer(bob, now), lending.pk, a_reader("Charlie"), now)
    with pytest.raises(NotFound):
        use(had(bob, now), lending.pk, bob, now)


def test_what_fits_nothing_the_reader_has_says_so_before_points_are_spent(client, bob, now):
    a_reward(now=now, price=40, effect="longer_loan", days=14)
    a_reward(now=now, price=40, effect="purchase_first")
    client.force_login(bob)
    no_book, no_suggestion = "You have no book it works for now", "No suggestion of yours waits behind others now"
    page = client.get("/rewards/", headers={"accept-language": "en"}).content.decode()
    assert (no_book in page, no_suggestion in page) == (True, True)
    a_lending(a_reader("Alice"), bob, now=now, status="on_loan", closed_at=None)
    purchases.suggest_purchase(actor=bob, title="预测控制", now=now)
    page = client.get("/rewards/", headers={"accept-language": "en"}).content.decode()
    assert (no_book in page, no_suggestion in page) == (False, False)


def test_the_desk_hands_nothing_over_for_what_the_service_does(bob, now):
    lin = a_reader("Lin", is_staff=True, is_superuser=True)
    with pytest.raises(NotForTheDesk):
        vouchers.honour_voucher(code=longer(bob, now).code, actor=lin, now=now)


def test_a_purchase_suggestion_is_put_first(bob, now):
    suggestion = purchases.suggest_purchase(actor=bob, title="预测控制", now=now)
    voucher = had(bob, now, effect="purchase_first")
    use(voucher, suggestion.pk, bob, now)
    suggestion.refresh_from_db()
    assert suggestion.is_first
    assert use(voucher, suggestion.pk, bob, now) == voucher
    with pytest.raises(VoucherClosed):
        use(voucher, suggestion.pk + 1, bob, now)


def test_what_the_librarians_never_decided_comes_back_once(bob, now):
    suggestion = purchases.suggest_purchase(actor=bob, title="预测控制", now=now)
    voucher = use(had(bob, now, effect="purchase_first"), suggestion.pk, bob, now)
    for _deadline in range(2):
        suggestion.refresh_from_db()
        purchases.pass_deadline(suggestion_id=suggestion.pk, now=suggestion.answer_by)
    lapsed = DomainEvent.objects.get(kind="purchase.lapsed")
    for _delivery in range(2):
        receivers.on_event(DomainEvent, event=lapsed)
    voucher.refresh_from_db()
    assert (voucher.status, ledger.balance(bob, now=lapsed.at).spendable) == ("cancelled", 100)
    assert sound()


def test_what_was_never_used_comes_back_by_itself(bob, lending, now):
    voucher, last = longer(bob, now), now + timedelta(days=60)
    assert ledger.balance(bob, now=last).spendable == 64
    with pytest.raises(VoucherClosed):
        use(voucher, lending.pk, bob, last)
    assert {"did": "voucher.expired", "voucher": voucher.code} in list(due.act(now=last))
    voucher.refresh_from_db()
    assert (voucher.status, ledger.balance(bob, now=last).spendable) == ("cancelled", 100)
    assert reasons.lines(entries.of(bob)[:1], now=last)[0].words.startswith("Returned")
    assert list(vouchers.expire(now=last)) == []
    assert sound()


def test_it_may_be_given_back_until_its_last_day(bob, now):
    voucher, late = longer(bob, now), now + timedelta(days=59)
    vouchers.cancel_voucher(code=voucher.code, actor=bob, now=late)
    assert ledger.balance(bob, now=late).spendable == 100


@pytest.mark.parametrize("usual", [10, 1], ids=["the most", "fewer than the fewest"])
def test_one_more_request_is_not_sold_to_whom_it_would_give_none(usual, bob, now):
    """With 1 for everybody two may be open all the same, with one bought as without."""
    CirculationPolicy.objects.update_or_create(pk=1, defaults={"open_requests": usual})
    with pytest.raises(NothingGained, match="would not give you one more"):
        had(bob, now, effect="open_request")
    assert (Voucher.objects.count(), ledger.balance(bob, now=now).spendable) == (0, 100)


def test_the_voucher_page_offers_what_it_can_be_used_for_and_the_lending_points_to_it(client, bob, lending, now):
    voucher = longer(bob, now)
    client.force_login(bob)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = client.get(voucher.get_absolute_url()).content.decode()
    assert "Which book shall stay 14 days longer?" in page
    assert lending.request.title.title in page
    assert voucher.spoken_code not in page
    piece = reverse("ready-voucher", args=["longer_loan"])
    assert piece in client.get(lending.get_absolute_url()).content.decode()
    assert voucher.get_absolute_url() in client.get(piece).content.decode()
    address = reverse("use-voucher", args=[voucher.code])
    assert client.post(address, {"target": "x"}).status_code == 404
    assert client.post(address, {"target": lending.pk}).status_code == 302
    assert client.get(piece).content.strip() == b""


def test_programs_use_a_voucher_too(bob, lending, now):
    voucher = longer(bob, now)
    api = Api(bob)
    assert api.post(f"/vouchers/{voucher.code}/use", {"target": str(lending.pk)}).json()["status"] == "used"
    (row,) = (row for row in api.get("/rewards").json()["items"] if row["id"] == str(voucher.reward_id))
    assert (row["why_not"], row["picture"]) == ("", None)
