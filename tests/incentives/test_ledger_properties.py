"""M1, M2, M4, M6 over random histories, with a plain model beside the real ledger."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from incentives import invariants, ledger, subtotals
from incentives.errors import AlreadyReversed, NotEnoughPoints
from incentives.models import Entry, Posting
from tests.incentives.factories import a_reader, awarded, something_happened

pytestmark = pytest.mark.django_db

CHECKS = [check for check in invariants.CHECKS if check.id in ("M1", "M2", "M3", "M4")]
COMMANDS = st.lists(
    st.one_of(
        st.tuples(st.just("award"), st.integers(0, 5), st.integers(0, 1)),
        st.tuples(st.just("redeem"), st.integers(1, 25), st.integers(0, 1)),
        st.tuples(st.just("reverse"), st.integers(0, 10), st.integers(0, 1)),
        st.tuples(st.just("wait"), st.integers(1, 9), st.just(0)),
        st.tuples(st.just("roll_up"), st.integers(1, 4), st.just(0)),
    ),
    max_size=20,
)


@dataclass
class Model:
    """Points of one reader as a child would keep them: (amount, counts from)."""

    rows: list[tuple[int, datetime]] = field(default_factory=list)

    def net(self, now: datetime) -> int:
        return sum(amount for amount, counts_from in self.rows if counts_from <= now)

    def waiting(self, now: datetime) -> int:
        return sum(amount for amount, counts_from in self.rows if counts_from > now)


class History:
    def __init__(self, now: datetime) -> None:
        self.now = now
        self.readers = [a_reader("Alice"), a_reader("Bob")]
        self.models = [Model(), Model()]
        self.entries: list[tuple[int, Entry]] = []
        self.events = [something_happened(now=now).pk for _event in range(6)]
        self.paid: set[tuple[int, int]] = set()

    def award(self, event: int, who: int) -> None:
        entry = awarded(self.readers[who], self.events[event], at=self.now)
        assert (entry is None) == ((event, who) in self.paid)
        if entry is not None:
            self.paid.add((event, who))
            self.models[who].rows.append((10, self.now + timedelta(days=7)))
            self.entries.append((who, entry))

    def redeem(self, points: int, who: int) -> None:
        enough = self.models[who].net(self.now) >= points
        try:
            entry = ledger.redeem(reader=self.readers[who], points=points, at=self.now, params={})
        except NotEnoughPoints:
            assert not enough
            return
        assert enough
        self.models[who].rows.append((-points, self.now))
        self.entries.append((who, entry))

    def reverse(self, index: int, _unused: int) -> None:
        if not self.entries:
            return
        who, entry = self.entries[index % len(self.entries)]
        done = Entry.objects.filter(reverses=entry).exists()
        try:
            ledger.reverse(entry=entry, reason="test", at=self.now)
        except AlreadyReversed:
            assert done
            return
        assert not done
        amount = 10 if entry.kind == Entry.Kind.AWARD else -entry.postings.get(amount__gt=0).amount
        waits = entry.available_at is not None and entry.available_at > self.now
        self.models[who].rows.append((-amount, entry.available_at if waits else self.now))

    def wait(self, days: int, _unused: int) -> None:
        self.now += timedelta(days=days)

    def roll_up(self, fewest: int, _unused: int) -> None:
        subtotals.roll_up(now=self.now, fewest=fewest)

    def check(self) -> None:
        for reader, model in zip(self.readers, self.models, strict=True):
            balance = ledger.balance(reader, now=self.now)
            net = model.net(self.now)
            assert (balance.spendable, balance.owed) == (max(net, 0), max(-net, 0))
            assert balance.waiting == model.waiting(self.now)


@given(commands=COMMANDS)
@settings(max_examples=40)
def test_whatever_happens_the_ledger_adds_up_and_nobody_goes_below_zero(commands, now):
    with transaction.atomic():
        history = History(now)
        for name, first, second in commands:
            getattr(history, name)(first, second)
            history.check()
        assert (Posting.objects.aggregate(total=Sum("amount"))["total"] or 0) == 0
        assert [line for check in CHECKS for line in check.violations()] == []
        connection.check_constraints()
        transaction.set_rollback(True)
