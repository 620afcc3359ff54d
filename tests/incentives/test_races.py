"""T-P1, M2, M5: the same points spent at once. Only the lock of the account keeps them apart, as the control without it shows."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection

from incentives import invariants, ledger, rewards
from incentives.errors import NotEnoughPoints, SoldOut
from incentives.models import Account, Voucher
from tests.incentives.factories import a_reader, a_reward, given
from tests.races import without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT_ONCE = 8


@pytest.fixture
def _all_at_once(monkeypatch):
    """Everybody reads the balance before anyone writes, and everybody has written before anyone commits."""

    def meet_after(function):
        barrier = Barrier(AT_ONCE)

        def wait_for_the_others(*args, **kwargs):
            answer = function(*args, **kwargs)
            with suppress(BrokenBarrierError):  # where the lock holds the others back
                barrier.wait(timeout=2)
            return answer

        return wait_for_the_others

    monkeypatch.setattr(ledger, "balance", meet_after(ledger.balance))
    monkeypatch.setattr(ledger, "redeem", meet_after(ledger.redeem))


def redeem_at_once(now):
    alice = a_reader("Alice")
    given(alice, 36, now=now)
    reward = a_reward(now=now, stock=100)
    ledger.service_account(Account.Kind.REDEMPTION)

    def redeem(number):
        try:
            rewards.redeem_reward(reward_id=reward.pk, actor=alice, key=str(number), now=now)
        except NotEnoughPoints:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(redeem, range(AT_ONCE)))


def overdrawn():
    return list(invariants.CHECKS[1].violations())


@pytest.mark.usefixtures("_all_at_once")
def test_tp1_the_same_points_are_spent_once(now):
    assert redeem_at_once(now) == 1
    assert Voucher.objects.count() == 1
    assert overdrawn() == []


@pytest.mark.usefixtures("_all_at_once")
def test_control_without_the_lock_they_are_spent_more_than_once(now):
    with without_locks():
        assert redeem_at_once(now) == AT_ONCE
    assert overdrawn() != []


def take_the_last_at_once(now, monkeypatch):
    readers = [a_reader(f"R{number}") for number in range(AT_ONCE)]
    for reader in readers:
        given(reader, 36, now=now)
    reward = a_reward(now=now, stock=1)
    ledger.service_account(Account.Kind.REDEMPTION)
    barrier = Barrier(AT_ONCE)
    available = rewards._require_available

    def all_look_before_anyone_takes(*args, **kwargs):
        available(*args, **kwargs)
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=2)

    monkeypatch.setattr(rewards, "_require_available", all_look_before_anyone_takes)

    def redeem(reader):
        try:
            rewards.redeem_reward(reward_id=reward.pk, actor=reader, key="k", now=now)
        except SoldOut:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(redeem, readers))


def test_m5_the_last_one_goes_to_one_reader(now, monkeypatch):
    assert take_the_last_at_once(now, monkeypatch) == 1


def test_control_without_the_lock_the_last_one_goes_to_several(now, monkeypatch):
    with without_locks():
        assert take_the_last_at_once(now, monkeypatch) > 1
