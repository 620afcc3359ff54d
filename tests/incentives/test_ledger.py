from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from incentives import entries, ledger, reasons
from incentives.errors import AlreadyReversed, NotEnoughPoints
from incentives.models import Account, Entry, Posting
from tests.incentives.factories import a_reader, a_rule, awarded, given, something_happened

pytestmark = pytest.mark.django_db


@pytest.fixture
def event_id(now):
    return something_happened(now=now).pk


def test_an_award_waits_seven_days_and_then_counts(event_id, now):
    alice = a_reader("Alice")
    awarded(alice, event_id, at=now)
    assert ledger.balance(alice, now=now) == ledger.Balance(spendable=0, waiting=10, owed=0)
    assert ledger.balance(alice, now=now + timedelta(days=7)) == ledger.Balance(spendable=10, waiting=0, owed=0)


def test_m4_one_event_pays_one_account_once_per_rule(event_id, now):
    alice, bob = a_reader("Alice"), a_reader("Bob")
    assert awarded(alice, event_id, at=now)
    assert awarded(alice, event_id, at=now) is None
    assert awarded(bob, event_id, at=now)
    assert ledger.balance(alice, now=now).waiting == 10


def test_m4_the_database_refuses_a_second_award_by_itself(event_id, now):
    alice = a_reader("Alice")
    entry = awarded(alice, event_id, at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger._post(
            {entry.account: 10, ledger.service_account(Account.Kind.ISSUING): -10},
            kind="award", account=entry.account, rule=entry.rule, event_id=event_id, reason="again", at=now,
        )  # fmt: skip


def test_a_once_only_rule_pays_a_reader_once_whatever_the_event(event_id, now):
    alice, first = a_reader("Alice"), a_rule("first_lending")
    first.once = True
    assert awarded(alice, event_id, at=now, rule=first)
    assert awarded(alice, something_happened(now=now).pk, at=now, rule=first) is None


@pytest.mark.django_db(transaction=True)
def test_a_lock_without_a_transaction_is_refused():
    alice = a_reader("Alice")
    with pytest.raises(transaction.TransactionManagementError):
        ledger.lock(alice)


def test_an_award_is_five_statements(event_id, now, django_assert_num_queries):
    """One that locks, one that looks, three that write."""
    alice, rule = a_reader("Alice"), a_rule()
    awarded(alice, event_id, at=now, rule=rule)
    other = something_happened(now=now).pk
    with django_assert_num_queries(7):  # with the savepoint of the test
        awarded(alice, other, at=now, rule=rule)


def test_m2_nobody_spends_what_still_waits(event_id, now):
    alice = a_reader("Alice")
    awarded(alice, event_id, at=now)
    with pytest.raises(NotEnoughPoints) as refused:
        ledger.redeem(reader=alice, points=4, at=now, params={})
    assert refused.value.missing == 4
    assert not Entry.objects.filter(kind="redemption").exists()


def test_m1_every_entry_adds_up_to_zero(now):
    alice = a_reader("Alice")
    entry = given(alice, 10, now=now)
    ledger.redeem(reader=alice, points=6, at=now, params={})
    ledger.reverse(entry=entry, reason="test", at=now)
    assert [sum(p.amount for p in e.postings.all()) for e in Entry.objects.all()] == [0, 0, 0]


def test_m3_an_entry_is_reversed_at_most_once(now):
    entry = given(a_reader("Alice"), 10, now=now)
    reversal = ledger.reverse(entry=entry, reason="test", at=now)
    for again in (entry, reversal):
        with pytest.raises(AlreadyReversed):
            ledger.reverse(entry=again, reason="test", at=now)


def test_a_waiting_award_can_be_reversed_without_debt(event_id, now):
    alice = a_reader("Alice")
    given(alice, 4, now=now)
    entry = awarded(alice, event_id, at=now)
    ledger.reverse(entry=entry, reason="test", at=now)
    later = now + timedelta(days=8)
    assert ledger.balance(alice, now=now) == ledger.Balance(spendable=4, waiting=0, owed=0)
    assert ledger.balance(alice, now=later) == ledger.Balance(spendable=4, waiting=0, owed=0)


def test_m6_what_was_spent_before_a_reversal_becomes_a_debt_that_blocks_redeeming(now):
    alice = a_reader("Alice")
    entry = given(alice, 10, now=now)
    ledger.redeem(reader=alice, points=6, at=now, params={})
    ledger.reverse(entry=entry, reason="test", at=now)
    assert ledger.balance(alice, now=now) == ledger.Balance(spendable=0, waiting=0, owed=6)
    given(alice, 8, now=now)
    assert ledger.balance(alice, now=now) == ledger.Balance(spendable=2, waiting=0, owed=0)
    with pytest.raises(NotEnoughPoints):
        ledger.redeem(reader=alice, points=3, at=now, params={})


def test_a_refund_gives_back_what_was_redeemed_at_once(now):
    alice = a_reader("Alice")
    given(alice, 10, now=now)
    entry = ledger.redeem(reader=alice, points=6, at=now, params={})
    ledger.reverse(entry=entry, reason="voucher_returned", at=now)
    assert ledger.balance(alice, now=now).spendable == 10


def test_entries_of_a_reader_are_newest_first_with_their_amount_and_nobody_elses(now):
    alice, bob = a_reader("Alice"), a_reader("Bob")
    given(alice, 10, now=now)
    given(bob, 99, now=now)
    ledger.redeem(reader=alice, points=6, at=now, params={})
    assert [entry.amount for entry in entries.of(alice)] == [-6, 10]


@pytest.mark.parametrize("odd", [1.5, True, "5", None])
def test_tp7_points_are_whole_numbers(odd, now):
    alice = a_reader("Alice")
    account = ledger.lock(alice)[alice.pk]
    with pytest.raises(TypeError):
        ledger._post({account: odd}, kind="adjustment", account=account, reason="odd", at=now)
    assert not Posting.objects.exists()


def test_the_latest_entries_come_with_all_that_their_words_need(event_id, now, django_assert_num_queries):
    alice = a_reader("Alice")
    given(alice, 10, now=now)
    awarded(alice, event_id, at=now)
    with django_assert_num_queries(1):
        latest = reasons.lines(entries.latest(alice), now=now)
    assert latest == reasons.lines(entries.of(alice), now=now)


def test_the_balance_is_one_query(now, django_assert_num_queries):
    alice = a_reader("Alice")
    given(alice, 10, now=now)
    with django_assert_num_queries(1):
        ledger.balance(alice, now=now)
