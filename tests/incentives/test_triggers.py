"""M1 and M3 in the database itself: what no code path can do, on SQLite and on PostgreSQL."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from incentives import invariants, ledger, subtotals, triggers
from incentives.models import Account, Entry, Posting, Seal, Subtotal
from tests.incentives.factories import a_reader, awarded, given, something_happened

pytestmark = pytest.mark.django_db


def refuses(action):
    def committed():
        action()
        connection.check_constraints()

    with pytest.raises(IntegrityError), transaction.atomic():
        committed()


def an_open_entry(now, **facts):
    account = ledger.lock(a_reader("Alice")).popitem()[1]
    number = uuid4()
    defaults = {"kind": "adjustment", "account": account, "reason": "test", "at": now}
    return Entry.objects.create(pk=number, seal_id=number, **{**defaults, **facts})


@pytest.mark.parametrize("model", [Entry, Posting, Seal])
def test_m3_rows_of_the_ledger_cannot_be_deleted(model, now):
    given(a_reader("Alice"), 10, now=now)
    refuses(lambda: model.objects.all()._raw_delete(using="default"))


def test_m3_rows_of_the_ledger_cannot_be_changed(now):
    entry = given(a_reader("Alice"), 10, now=now)
    refuses(lambda: Entry.objects.update(reason="nicer"))
    refuses(lambda: entry.postings.update(amount=99))
    refuses(lambda: Seal.objects.update(entry_id=uuid4()))


def test_m1_a_sealed_entry_takes_no_further_posting(now):
    entry = given(a_reader("Alice"), 10, now=now)
    account = ledger.service_account(Account.Kind.REDEMPTION)
    refuses(lambda: Posting.objects.create(entry=entry, account=account, amount=1))


@pytest.mark.parametrize("amounts", [(), (5,), (5, -4)])
def test_m1_an_entry_that_does_not_add_up_is_not_sealed(amounts, now):
    entry = an_open_entry(now)
    accounts = [entry.account, ledger.service_account(Account.Kind.ISSUING)]
    for account, amount in zip(accounts, amounts, strict=False):
        Posting.objects.create(entry=entry, account=account, amount=amount)
    refuses(lambda: Seal.objects.create(entry=entry))
    _finish(entry)


def test_m1_an_entry_without_its_seal_cannot_be_committed(now):
    refuses(lambda: an_open_entry(now))


def test_m1_an_entry_cannot_borrow_the_seal_of_another(now):
    sealed = given(a_reader("Alice"), 10, now=now)
    refuses(
        lambda: Entry.objects.create(kind="adjustment", account=sealed.account, reason="x", at=now, seal_id=sealed.pk)
    )


def test_m2_the_database_refuses_an_overdrawn_account(now):
    account = ledger.lock(a_reader("Alice")).popitem()[1]
    redemption = ledger.service_account(Account.Kind.REDEMPTION)
    refuses(lambda: ledger._post({account: -1, redemption: 1}, kind="redemption", account=account, reason="x", at=now))


def test_m3_the_checker_names_a_missing_trigger():
    assert not triggers.missing(connection)
    table = "ON incentives_seal" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER incentives_seal_zero {table}")
    assert list(invariants.CHECKS[2].violations()) == ["the database has no trigger incentives_seal_zero"]


def a_subtotal(now):
    """Of three awards of which the last still waits."""
    alice = a_reader("Alice")
    for _award in range(2):
        given(alice, 10, now=now)
    awarded(alice, something_happened(now=now).pk, at=now)
    assert subtotals.roll_up(now=now, fewest=1) == 1
    return Subtotal.objects.get()


def test_m2_a_balance_is_the_same_with_a_subtotal_and_without(now):
    subtotal = a_subtotal(now)
    alice = subtotal.account.reader
    for moment in (now - timedelta(days=40), now, now + timedelta(days=8)):
        with_it = ledger.balance(alice, now=moment)
        with transaction.atomic():
            Subtotal.objects.all().delete()
            assert ledger.balance(alice, now=moment) == with_it
            transaction.set_rollback(True)
    assert (subtotal.amount, subtotals.roll_up(now=now, fewest=1)) == (20, 0)
    assert list(invariants._untrue_subtotals()) == []


@pytest.mark.parametrize("wrong", [{"amount": 21}, {"through": 0}, {"through": 10**9, "amount": 30}])
def test_m2_a_subtotal_that_is_not_true_is_refused(wrong, now):
    a_subtotal(now)
    refuses(lambda: Subtotal.objects.update(**wrong))


def test_m2_no_posting_comes_before_a_subtotal(now):
    subtotal = a_subtotal(now)
    entry = an_open_entry(now, account=subtotal.account)
    Posting.objects.create(pk=-1, entry=entry, account=entry.account, amount=5)
    Posting.objects.create(entry=entry, account=ledger.service_account(Account.Kind.ISSUING), amount=-5)
    refuses(lambda: Seal.objects.create(entry=entry))
    subtotal.delete()
    Seal.objects.create(entry=entry)


def _finish(entry):
    """Ends a test's open entry properly, so that the commit check at its end is content."""
    have = {posting.account_id: posting.amount for posting in entry.postings.all()}
    rest = -sum(have.values())
    if not have:
        Posting.objects.create(entry=entry, account=entry.account, amount=1)
        rest = -1
    Posting.objects.create(entry=entry, account=ledger.service_account(Account.Kind.REDEMPTION), amount=rest)
    Seal.objects.create(entry=entry)


@pytest.mark.django_db(transaction=True)
def test_transactional_tests_may_empty_the_ledger_and_find_it_guarded(now):
    given(a_reader("Alice"), 10, now=now)
    assert not triggers.missing(connection)
