from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from incentives import due, invariants, ledger, rewards, vouchers
from incentives.errors import (
    KeyReused,
    NotEnoughPoints,
    NotForOneself,
    PriceChanged,
    RedeemingClosed,
    RewardEnded,
    RewardLimitReached,
    SoldOut,
    TooLateToReturn,
    VoucherClosed,
)
from incentives.models import Entry, IncentiveSettings, Voucher
from library_bridge.models import Reader
from sharing.errors import NotFound
from sharing.models import ReaderLimit
from tests.incentives.factories import a_reader, a_reward, given

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(now):
    alice = a_reader("Alice")
    given(alice, 100, now=now)
    return alice


@pytest.fixture
def lin():
    lin = a_reader("Lin", is_staff=True)
    lin.user_permissions.add(Permission.objects.get(codename="honour_voucher"))
    return Reader.objects.get(pk=lin.pk)


def redeem(reward, reader, now, key="k1", **facts):
    return rewards.redeem_reward(reward_id=reward.pk, actor=reader, key=key, now=now, **facts)


def sound():
    return [line for check in invariants.CHECKS for line in check.violations()] == []


def test_m5_redeeming_takes_points_and_stock_and_gives_a_voucher(alice, now):
    reward = a_reward(now=now)
    voucher = redeem(reward, alice, now)
    reward.refresh_from_db()
    assert (reward.stock, ledger.balance(alice, now=now).spendable, voucher.status) == (4, 64, "issued")
    assert set(voucher.code) <= set(vouchers.ALPHABET)
    assert not set(voucher.code) & set("0O1I")
    assert sound()


def test_s4_the_same_key_gives_the_same_voucher(alice, now):
    reward = a_reward(now=now)
    assert redeem(reward, alice, now) == redeem(reward, alice, now)
    assert Entry.objects.filter(kind="redemption").count() == 1
    with pytest.raises(KeyReused):
        redeem(a_reward(now=now, price=1), alice, now)


def test_m5_without_enough_points_nothing_happens(alice, now):
    reward = a_reward(now=now, price=101)
    with pytest.raises(NotEnoughPoints):
        redeem(reward, alice, now)
    reward.refresh_from_db()
    assert (reward.stock, Voucher.objects.count()) == (5, 0)


def test_m5_stock_never_goes_below_zero(alice, now):
    reward = a_reward(now=now, price=1, stock=1)
    redeem(reward, alice, now)
    with pytest.raises(SoldOut):
        redeem(reward, alice, now, key="k2")


def test_tp8_the_price_that_was_shown_is_the_price_that_is_taken(alice, now):
    with pytest.raises(PriceChanged):
        redeem(a_reward(now=now, price=40), alice, now, price=36)


def test_one_reader_has_a_reward_as_often_as_its_limit_says(alice, now):
    reward = a_reward(now=now, price=1, per_reader_limit=1)
    redeem(reward, alice, now)
    with pytest.raises(RewardLimitReached):
        redeem(reward, alice, now, key="k2")


@pytest.mark.parametrize(("facts", "refusal"), [({"starts_at": 1}, NotFound), ({"ends_at": 0}, RewardEnded)])
def test_only_what_is_on_offer_now_can_be_had(facts, refusal, alice, now):
    """Of what has not begun nobody knows; what has ended was seen a moment ago."""
    reward = a_reward(now=now)
    type(reward).objects.filter(pk=reward.pk).update(**{k: now + timedelta(days=v) for k, v in facts.items()})
    with pytest.raises(refusal):
        redeem(reward, alice, now)
    assert ledger.balance(alice, now=now).spendable == 100


def test_redeeming_can_be_switched_off(alice, now):
    IncentiveSettings.objects.update_or_create(pk=1, defaults={"redeeming": False})
    with pytest.raises(RedeemingClosed):
        redeem(a_reward(now=now), alice, now)


def test_tp8_a_voucher_returned_within_a_week_brings_points_and_stock_back_once(alice, now):
    reward = a_reward(now=now)
    voucher = redeem(reward, alice, now)
    vouchers.cancel_voucher(code=voucher.code, actor=alice, now=now + timedelta(days=6))
    reward.refresh_from_db()
    assert (reward.stock, ledger.balance(alice, now=now + timedelta(days=6)).spendable) == (5, 100)
    with pytest.raises(VoucherClosed):
        vouchers.cancel_voucher(code=voucher.code, actor=alice, now=now + timedelta(days=6))
    assert sound()


def test_after_a_week_a_voucher_stays(alice, now):
    voucher = redeem(a_reward(now=now), alice, now)
    with pytest.raises(TooLateToReturn):
        vouchers.cancel_voucher(code=voucher.code, actor=alice, now=now + timedelta(days=7))


def test_charlie_can_neither_see_nor_return_alices_voucher(alice, now):
    voucher, charlie = redeem(a_reward(now=now), alice, now), a_reader("Charlie")
    assert not vouchers.visible_to(charlie).exists()
    with pytest.raises(NotFound):
        vouchers.cancel_voucher(code=voucher.code, actor=charlie, now=now)


def test_a_voucher_is_honoured_at_the_desk_once(alice, lin, now):
    voucher = redeem(a_reward(now=now), alice, now)
    typed = f" {voucher.code[:4].lower()}-{voucher.code[4:]} "
    used = vouchers.honour_voucher(code=typed, actor=lin, now=now)
    assert (used.status, used.honoured_by) == ("used", lin)
    with pytest.raises(VoucherClosed):
        vouchers.honour_voucher(code=typed, actor=lin, now=now)
    with pytest.raises(VoucherClosed):
        vouchers.cancel_voucher(code=voucher.code, actor=alice, now=now)


def test_only_staff_with_the_right_honour_vouchers_and_not_their_own(alice, lin, now):
    voucher = redeem(a_reward(now=now), alice, now)
    with pytest.raises(NotFound):
        vouchers.honour_voucher(code=voucher.code, actor=alice, now=now)
    given(lin, 100, now=now)
    own = redeem(a_reward(now=now), lin, now)
    with pytest.raises(NotForOneself):
        vouchers.honour_voucher(code=own.code, actor=lin, now=now)


def test_an_expired_voucher_is_closed_by_the_sweep_and_not_honoured_before(alice, lin, now):
    voucher = redeem(a_reward(now=now, valid_days=10), alice, now)
    later = now + timedelta(days=10)
    with pytest.raises(VoucherClosed):
        vouchers.honour_voucher(code=voucher.code, actor=lin, now=later)
    assert {"did": "voucher.expired", "voucher": voucher.code} in list(due.act(now=later))
    voucher.refresh_from_db()
    assert voucher.status == "expired"
    assert sound()


def test_one_more_open_request_works_at_once(alice, now):
    voucher = redeem(a_reward(now=now, effect="open_request"), alice, now)
    assert voucher.status == "used"
    assert ReaderLimit.objects.get(reader=alice).open_requests == 6


def test_offers_say_what_is_missing(alice, now, django_assert_num_queries):
    for price in (36, 114):
        a_reward(now=now, price=price)
    with django_assert_num_queries(3):
        offers = rewards.available(alice, now=now)
    assert [(offer.missing, offer.can_redeem) for offer in offers] == [(0, True), (14, False)]


def test_no_reward_has_vouchers_that_are_over_at_once(now):
    reward = a_reward(now=now)
    reward.valid_days = 0
    with pytest.raises(ValidationError) as refused:
        reward.full_clean()
    assert "valid_days" in refused.value.message_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        reward.save()
