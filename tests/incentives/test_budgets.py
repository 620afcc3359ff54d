"""A library's budget for rewards: drawn on with the voucher, never overdrawn, given back with what is returned or not used."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from incentives import budgets, due, entries, invariants, ledger, rewards, vouchers
from incentives.errors import BudgetUsedUp
from incentives.models import Reward, RewardBudget, Voucher
from tests import factories
from tests.incentives.factories import a_reader, a_reward, given
from tests.sharing.api.clients import Api

pytestmark = pytest.mark.django_db


def a_budget(points, *, now, days=30, **facts):
    today = timezone.localdate(now)
    defaults = {"library": factories.library(), "starts_date": today, "ends_date": today + timedelta(days=days)}
    return RewardBudget.objects.create(points=points, **{**defaults, **facts})


@pytest.fixture
def budget(now):
    """Enough for two."""
    return a_budget(80, now=now)


@pytest.fixture
def alice(now):
    alice = a_reader("Alice")
    factories.patron(alice)
    given(alice, 200, now=now)
    return alice


def redeem(reward, reader, now, key="k1"):
    return rewards.redeem_reward(reward_id=reward.pk, actor=reader, key=key, now=now)


def spent(budget):
    budget.refresh_from_db()
    return budget.spent


def sound():
    return [line for check in invariants.CHECKS for line in check.violations()] == []


def test_m5_a_voucher_draws_its_price_and_the_third_is_one_too_many(alice, budget, now):
    reward = a_reward(now=now)
    first = redeem(reward, alice, now)
    assert (first.budget, redeem(reward, alice, now).pk) == (budget, first.pk)
    redeem(reward, alice, now, key="k2")
    with pytest.raises(BudgetUsedUp, match="No points were taken"):
        redeem(reward, alice, now, key="k3")
    reward.refresh_from_db()
    assert (spent(budget), reward.stock, ledger.balance(alice, now=now).spendable) == (72, 3, 128)
    assert sound()


def test_what_is_returned_or_expires_unused_comes_back_and_what_was_given_does_not(alice, budget, now):
    lin = a_reader("Lin", is_staff=True, is_superuser=True)
    reward = a_reward(now=now, price=20, valid_days=10)
    returned, given_out, _kept = (redeem(reward, alice, now, key=str(n)) for n in range(3))
    vouchers.honour_voucher(code=given_out.code, actor=lin, now=now)
    vouchers.cancel_voucher(code=returned.code, actor=alice, now=now)
    assert spent(budget) == 40
    list(due.act(now=now + timedelta(days=10)))
    assert spent(budget) == 20
    assert sound()


def test_without_a_budget_on_that_day_nothing_is_limited(alice, now):
    a_budget(1, now=now - timedelta(days=40), days=30)
    assert redeem(a_reward(now=now), alice, now).budget is None


def test_what_the_service_does_by_itself_costs_the_library_nothing(alice, now):
    a_budget(0, now=now)
    assert redeem(a_reward(now=now, effect="longer_loan", days=14), alice, now).budget is None


def test_each_library_pays_for_its_own(alice, now):
    """A reward's own library, else that of the card; who has no card counts as the first library's."""
    home, other = a_budget(500, now=now), a_budget(500, now=now, library=factories.library("other"))
    given(charlie := a_reader("Charlie"), 100, now=now)
    assert redeem(a_reward(now=now), alice, now).budget == home
    assert redeem(a_reward(now=now, library=other.library), alice, now, key="k2").budget == other
    assert redeem(a_reward(now=now), charlie, now).budget == home


def test_the_database_refuses_to_overdraw(budget):
    with pytest.raises(IntegrityError), transaction.atomic():
        RewardBudget.objects.filter(pk=budget.pk).update(spent=81)


def test_readers_are_told_before_they_try(alice, now, client):
    a_budget(10, now=now, library=factories.library())
    a_reward(now=now)
    a_reward(now=now, effect="longer_loan", days=14, name_en="Two weeks longer")
    client.force_login(alice)
    page = client.get("/rewards/", headers={"accept-language": "en"}).content.decode()
    assert "is nearly used up: it is not enough for this." in page
    assert page.count(">Redeem</button>") == 1
    assert [row["why_not"] for row in Api(alice).get("/rewards").json()["items"]] == ["budget", ""]


def test_the_overview_tells_what_readers_could_still_ask_for(alice, budget, now):
    given(bob := a_reader("Bob"), 30, now=now)
    factories.patron(bob, at=factories.library("other"))
    ledger.redeem(reader=bob, points=30, at=now, params={})
    ledger.reverse(entry=entries.of(bob)[1], reason="test", at=now)  # Bob owes it now
    given(bob, 10, now=now)
    first, second = budgets.overview(now=now)
    assert (first.promised, first.waiting, first.budget, first.is_short) == (200, 0, budget, True)
    assert (second.promised, second.budget, second.is_short) == (0, None, False)


def form(budget, **changes):
    facts = {
        "library": budget.library_id,
        "starts_date": budget.starts_date,
        "ends_date": budget.ends_date,
        "points": 80,
    }
    return {**facts, **changes}


def test_a_librarian_sets_a_budget_and_cannot_take_away_what_is_spent(alice, budget, now, admin_client):
    redeem(a_reward(now=now), alice, now)
    address = reverse("reward-budgets:edit", args=[budget.pk])
    page = admin_client.post(address, form(budget, points=35), headers={"accept-language": "en"})
    assert "36 points have been spent already; it cannot be less." in page.content.decode()
    assert admin_client.post(address, form(budget, points=36)).status_code == 302
    assert (spent(budget), budget.points) == (36, 36)
    overview = admin_client.get(reverse("rewards:promised"), headers={"accept-language": "en"}).content.decode()
    assert "Readers can spend 164 points at once, but only 0 are left." in overview


def test_a_day_has_one_budget(budget, admin_client):
    first, last = budget.starts_date - timedelta(days=9), budget.starts_date
    add = reverse("reward-budgets:add")
    page = admin_client.post(add, form(budget, starts_date=first, ends_date=last), headers={"accept-language": "en"})
    assert "This library has a budget from" in page.content.decode()
    earlier = form(budget, starts_date=first, ends_date=last - timedelta(days=1))
    assert admin_client.post(add, earlier).status_code == 302
    assert RewardBudget.objects.count() == 2


def test_m5_days_shared_by_two_budgets_are_named_and_everybody_takes_the_later_one(alice, budget, now):
    later = budget.starts_date - timedelta(days=1)
    budget.delete()
    early = a_budget(500, now=now, starts_date=later - timedelta(days=9))
    late = a_budget(80, now=now, starts_date=later)
    seen = budgets.set_aside_for(alice, now=now).of(reward := a_reward(now=now))
    assert [seen, budgets.overview(now=now)[0].budget, redeem(reward, alice, now).budget] == [late] * 3
    (line,) = (line for check in invariants.CHECKS for line in check.violations())
    assert line.startswith(f"budget {early.pk} shares days")


def test_a_reward_keeps_its_effect_once_somebody_has_it(alice, now):
    reward = a_reward(now=now, effect="longer_loan", days=14)
    redeem(reward, alice, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reward.objects.filter(pk=reward.pk).update(days=None)
    reward.days = 3
    with pytest.raises(Exception, match="Make a new reward instead"):
        reward.clean()
    assert Voucher.objects.count() == 1
