"""M7: with a reason, never for oneself, above a limit with a second person."""

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction

from incentives import entries, ledger, personal_data, reasons
from incentives.adjustments import decide_adjustment, propose_adjustment
from incentives.errors import NotForOneself
from incentives.models import Adjustment, IncentiveSettings
from library_bridge import forgetting, keeping
from library_bridge.models import Reader
from sharing.errors import IllegalTransition, NotFound
from tests.incentives.factories import a_reader

pytestmark = pytest.mark.django_db


def a_librarian(name):
    librarian = a_reader(name, is_staff=True)
    librarian.user_permissions.add(Permission.objects.get(codename="add_adjustment"))
    return Reader.objects.get(pk=librarian.pk)


@pytest.fixture(autouse=True)
def _trusting_library(db):
    """One librarian may give a reader 50 points a month; the default is none."""
    IncentiveSettings.objects.update_or_create(defaults={"adjustment_limit": 50})


@pytest.fixture
def alice():
    return a_reader("Alice")


@pytest.fixture
def lin():
    return a_librarian("Lin")


def propose(reader, actor, now, amount=30):
    return propose_adjustment(reader_id=reader.pk, amount=amount, reason="helped at the fair", actor=actor, now=now)


def test_a_small_adjustment_is_posted_with_its_reason(alice, lin, now):
    assert propose(alice, lin, now).status == "posted"
    (line,) = reasons.lines(entries.of(alice), now=now)
    assert (line.words, line.note) == ("Changed by the library", "helped at the fair")
    assert ledger.balance(alice, now=now).spendable == 30


def test_a_large_adjustment_waits_for_a_second_person(alice, lin, now):
    adjustment = propose(alice, lin, now, amount=51)
    assert (adjustment.status, adjustment.entry) == ("waiting", None)
    with pytest.raises(NotForOneself):
        decide_adjustment(adjustment_id=adjustment.pk, approve=True, actor=lin, now=now)
    decide_adjustment(adjustment_id=adjustment.pk, approve=True, actor=a_librarian("Mo"), now=now)
    assert ledger.balance(alice, now=now).spendable == 51


def test_many_small_ones_together_need_a_second_person_too(alice, lin, now):
    assert [propose(alice, lin, now).status for _time in range(2)] == ["posted", "waiting"]


def test_a_rejected_adjustment_posts_nothing_and_stays_rejected(alice, lin, now):
    adjustment, mo = propose(alice, lin, now, amount=99), a_librarian("Mo")
    decide_adjustment(adjustment_id=adjustment.pk, approve=False, actor=mo, now=now)
    with pytest.raises(IllegalTransition):
        decide_adjustment(adjustment_id=adjustment.pk, approve=True, actor=mo, now=now)
    assert ledger.balance(alice, now=now).total == 0


def test_tl6_nobody_adjusts_for_oneself(lin, now):
    with pytest.raises(NotForOneself):
        propose(lin, lin, now)


def test_readers_cannot_adjust(alice, now):
    with pytest.raises(NotFound):
        propose(a_reader("Bob"), alice, now)


def test_the_database_refuses_the_same_person_twice_and_an_empty_reason(alice, lin, now):
    for facts in ({"proposed_by": alice}, {"decided_by": lin}, {"reason": ""}):
        defaults = {"reader": alice, "amount": 1, "reason": "x", "proposed_by": lin, "proposed_at": now}
        with pytest.raises(IntegrityError), transaction.atomic():
            Adjustment.objects.create(**{**defaults, **facts})


def test_taking_more_than_there_is_becomes_a_debt(alice, lin, now):
    propose(alice, lin, now, amount=-20)
    assert ledger.balance(alice, now=now) == ledger.Balance(spendable=0, waiting=0, owed=20)


def test_tl6_as_delivered_even_one_point_needs_a_second_person(alice, lin, now):
    """A librarian's own card is another account; only somebody else can tell."""
    IncentiveSettings.objects.all().delete()
    assert propose(alice, lin, now, amount=1).status == "waiting"


def test_p8_what_was_typed_goes_with_the_reader_and_the_points_stay(alice, lin, now):
    """The ledger cannot forget, so it never knew."""
    adjustment = propose(alice, lin, now)
    for kept in personal_data.ROWS:
        forgetting.leave(keeping.of(kept, alice), kept.erased)
    adjustment.refresh_from_db()
    entry = adjustment.entry
    assert (adjustment.reason, entry.params, entry.postings.count()) == ("–", {}, 2)
