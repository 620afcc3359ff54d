"""M5: what is left of a budget, asked for by many at once, each for another reward, so that no reward's row keeps them apart. Only
the lock of the budget does, as the control without it shows."""

from contextlib import nullcontext, suppress
from datetime import timedelta
from functools import partial
from threading import Barrier, BrokenBarrierError

import pytest
from django.utils import timezone

from incentives import budgets, invariants, rewards
from incentives.models import RewardBudget, Voucher
from tests import factories, races
from tests.incentives.factories import a_reader, a_reward, given

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT_ONCE = 6


@pytest.fixture
def redeem_at_once(now, monkeypatch):
    """How many got a voucher; everybody has looked at what is left before anyone draws, unless the lock holds them back."""
    barrier = Barrier(AT_ONCE)
    left = RewardBudget.left.fget

    def all_look_first(budget):
        found = left(budget)
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=2)
        return found

    monkeypatch.setattr(RewardBudget, "left", property(all_look_first))
    library = factories.library()
    day = now.date()
    RewardBudget.objects.create(library=library, points=36, starts_date=day, ends_date=day)
    acts = []
    for number in range(AT_ONCE):
        given(reader := a_reader(f"R{number}"), 36, now=now)
        reward = a_reward(now=now)
        acts.append(partial(rewards.redeem_reward, reward_id=reward.pk, actor=reader, key="k", now=now))
    return lambda: sum(isinstance(outcome, Voucher) for outcome in races.together(*acts))


def apart():
    return [line for check in invariants.CHECKS if "budget" in check.says for line in check.violations()]


def test_m5_a_budget_is_not_overdrawn(redeem_at_once):
    assert redeem_at_once() == 1
    assert RewardBudget.objects.get().spent == 36
    assert apart() == []


def test_control_without_the_lock_it_is(redeem_at_once):
    with races.without_locks():
        assert redeem_at_once() > 1
    assert apart() != []


def test_a_budget_lowered_meanwhile_keeps_what_was_drawn(now, admin_client):
    """The form writes its own columns only, and looks at what is spent under the lock."""
    library, day = factories.library(), now.date()
    budget = RewardBudget.objects.create(library=library, points=500, starts_date=day, ends_date=day)
    given(alice := a_reader("Alice"), 100, now=now)
    reward = a_reward(now=now)
    said = {"library": library.pk, "starts_date": day, "ends_date": day, "points": 40}
    address = f"/admin/reward-budgets/edit/{budget.pk}/"
    redeem = partial(rewards.redeem_reward, reward_id=reward.pk, actor=alice, key="k", now=now)
    races.together(redeem, partial(admin_client.post, address, said))
    assert budgets.overview(now=now)[0].budget.spent == 36
    assert RewardBudget.objects.get().points == 40


@pytest.mark.parametrize(("locks", "made"), [(nullcontext, 1), (races.without_locks, 2)], ids=["locked", "control"])
def test_two_librarians_at_once_do_not_set_two_budgets_for_one_day(locks, made, now, admin_client, monkeypatch):
    """Both have looked whose days are free before either writes, unless the library's row holds one of them back."""
    library, day, barrier = factories.library(), timezone.localdate(now), Barrier(2)
    look = RewardBudget._require_free_days

    def both_look_first(budget):
        look(budget)
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=1)

    monkeypatch.setattr(RewardBudget, "_require_free_days", both_look_first)
    said = {"library": library.pk, "ends_date": day, "points": 40}
    add = [
        partial(admin_client.post, "/admin/reward-budgets/new/", {**said, "starts_date": day - timedelta(days=n)})
        for n in range(2)
    ]
    with locks():
        races.together(*add)
    assert (RewardBudget.objects.count(), len(apart())) == (made, made - 1)
