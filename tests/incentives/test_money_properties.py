"""M1 to M6 over whatever happens to readers, in any order: events, redemptions, returns, reversals, a desk, each of them twice
or broken off at any point inside its transaction."""

from collections import Counter
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial, wraps

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from incentives import budgets, invariants, ledger, rewards, rules, subtotals, vouchers
from incentives.models import Entry, Posting, Reward, RewardBudget, Seal, Voucher
from sharing.errors import SharingError
from tests import factories
from tests.incentives.factories import a_lending, a_reader, a_reward, an_event, awarded, something_happened

pytestmark = pytest.mark.django_db
STOCK = 2
SET_ASIDE = 25
"""Points in the library's budget: enough for two at the price of ten, of which there are more in stock than that at times."""
POINTS_OF_NO_RETURN = {
    "the entry is written": (ledger, "_postings"),
    "the postings are written": (Seal.objects, "create"),
    "the ledger has posted": (ledger, "_post"),
    "the stock is taken": (rewards, "_take_one"),
    "the budget is drawn on": (budgets, "draw"),
    "the budget has it back": (budgets, "give_back"),
    "the voucher is written": (Voucher.objects, "create"),
    "the voucher is closed": (vouchers, "_close"),
}
COMMANDS = st.lists(
    st.tuples(
        st.sampled_from(["happen", "redeem", "give_back", "honour", "reverse", "wait", "earn", "roll_up"]),
        st.integers(0, 5),
        st.integers(0, 1),
        st.sampled_from(["once", "twice", *POINTS_OF_NO_RETURN]),
    ),
    max_size=24,
)


class CrashError(Exception):
    pass


@contextmanager
def crash_after(point):
    owner, name = POINTS_OF_NO_RETURN[point]

    def crashing(function):
        @wraps(function)
        def crash(*args, **kwargs):
            function(*args, **kwargs)
            raise CrashError

        return crash

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, crashing(getattr(owner, name)))
        yield


class History:
    def __init__(self, now):
        self.now = now
        self.readers = [a_reader("Alice"), a_reader("Bob")]
        self.desk = a_reader("Lin", is_staff=True, is_superuser=True)
        self.reward = a_reward(now=now, price=10, stock=STOCK, ends_at=None, valid_days=9)
        days = {"starts_date": now.date(), "ends_date": now.date() + timedelta(days=400)}
        self.budget = RewardBudget.objects.create(library=factories.library(), points=SET_ASIDE, **days)
        copies = [factories.copy(self.readers[0], now=now) for _copy in range(2)]
        lendings = [a_lending(*self.readers, now=now, copy=copies[number % 2]) for number in range(6)]
        self.events = [an_event("lending.completed", lending, at=now) for lending in lendings]
        self.gifts = [something_happened(now=now).pk for _gift in range(6)]

    def happen(self, which, _who):
        rules.pay(self.events[which])

    def earn(self, which, who):
        """Spendable at once."""
        awarded(self.readers[who], self.gifts[which], at=self.now - timedelta(days=8))

    def redeem(self, key, who):
        rewards.redeem_reward(reward_id=self.reward.pk, actor=self.readers[who], key=str(key), now=self.now)

    def give_back(self, which, who):
        if (code := self._code(which)) is not None:
            vouchers.cancel_voucher(code=code, actor=self.readers[who], now=self.now)

    def honour(self, which, _who):
        if (code := self._code(which)) is not None:
            vouchers.honour_voucher(code=code, actor=self.desk, now=self.now)

    def reverse(self, which, _who):
        awards = list(Entry.objects.filter(kind=Entry.Kind.AWARD).order_by("at", "pk"))
        if awards:
            ledger.reverse(entry=awards[which % len(awards)], reason="test", at=self.now)

    def wait(self, days, _who):
        self.now += timedelta(days=days)
        vouchers.expire(now=self.now)

    def roll_up(self, which, _who):
        subtotals.roll_up(now=self.now, fewest=which + 1)

    def _code(self, which):
        codes = list(Voucher.objects.order_by("pk").values_list("code", flat=True))
        return codes[which % len(codes)] if codes else None

    def rows(self):
        self.reward.refresh_from_db()
        statuses = Counter(Voucher.objects.values_list("status", flat=True))
        self.budget.refresh_from_db()
        money = self.reward.stock, self.budget.spent
        return Entry.objects.count(), Posting.objects.count(), Seal.objects.count(), statuses, money

    def do(self, name, which, who, how):
        act = partial(getattr(self, name), which, who)
        if how not in POINTS_OF_NO_RETURN:
            for _time in range(1 + (how == "twice")):
                with suppress(SharingError):
                    act()
            return
        before = self.rows()
        with crash_after(how), suppress(SharingError):
            try:
                act()
            except CrashError:
                assert self.rows() == before

    def check(self):
        assert (Posting.objects.aggregate(total=Sum("amount"))["total"] or 0) == 0
        assert [line for check in invariants.CHECKS for line in check.violations()] == []
        awards = Counter(Entry.objects.filter(kind="award").values_list("event_id", "account_id", "rule_id"))
        assert set(awards.values()) <= {1}
        given_out = Voucher.objects.exclude(status=Voucher.Status.CANCELLED).count()
        assert Reward.objects.get(pk=self.reward.pk).stock == STOCK - given_out >= 0
        self.budget.refresh_from_db()
        kept = Voucher.objects.filter(status__in=(Voucher.Status.ISSUED, Voucher.Status.USED)).count()
        assert self.budget.spent == 10 * kept <= SET_ASIDE
        for reader in self.readers:
            assert ledger.balance(reader, now=self.now).spendable >= 0


@given(commands=COMMANDS)
@settings(max_examples=20)
def test_m1_to_m6_hold_whatever_happens_twice_or_is_broken_off(commands, now):
    begun = transaction.savepoint()
    history = History(now)
    for command in commands:
        history.do(*command)
    history.check()
    connection.check_constraints()
    transaction.savepoint_rollback(begun)
