from datetime import timedelta

import pytest

from incentives import badges, caps, ledger, receivers, rules, standing
from incentives.models import Entry, IncentiveSettings, Rule, RuleVersion
from library_bridge.models import Patron, Transfer
from sharing.models import DomainEvent
from tests import factories
from tests.incentives.factories import a_handover, a_lending, a_reader, an_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return a_reader("Alice")


@pytest.fixture
def bob():
    return a_reader("Bob")


def paid(reader):
    return sorted(Entry.objects.filter(account__reader=reader).values_list("reason", flat=True))


def test_a_completed_lending_pays_the_giver_and_who_returns_in_time(alice, bob, now):
    rules.pay(an_event("lending.completed", a_lending(alice, bob, now=now), at=now))
    assert paid(alice) == ["first_lending", "lending_completed"]
    assert paid(bob) == ["careful_return"]
    assert ledger.balance(alice, now=now).waiting == 30


def test_m4_an_event_delivered_again_pays_nothing_more(alice, bob, now):
    event = an_event("lending.completed", a_lending(alice, bob, now=now), at=now)
    for _time in range(3):
        receivers.on_event(None, event=event)
    assert paid(alice) == ["first_lending", "lending_completed"]


def test_the_first_lending_is_paid_once(alice, bob, now):
    for days in (0, 1):
        at = now + timedelta(days=days)
        rules.pay(an_event("lending.completed", a_lending(alice, bob, now=at), at=at))
    assert paid(alice).count("first_lending") == 1


def test_tp6_a_copy_that_comes_back_within_a_day_pays_nobody(alice, bob, now):
    lending = a_lending(alice, bob, now=now, handed_over_at=now - timedelta(hours=3))
    assert rules.pay(an_event("lending.completed", lending, at=now)) == []


def a_transfer(alice, bob, *, now, reason=""):
    """Of a library loan, handed over at `now`."""
    library = factories.library()
    giver, taker = (
        Patron.objects.create(library=library, reader=reader, card_number=str(reader.pk), checked_at=now)
        for reader in (alice, bob)
    )
    loan = factories.library_loan(giver, factories.title(), now=now)
    lending = a_lending(alice, bob, now=now, handed_over_at=now)
    transfer = Transfer.objects.create(
        reference=str(lending.pk), library=library, barcode=loan.barcode, giver=giver, taker=taker, loan=loan,
        status="done", reason_code=reason, old_due_at=now, created_at=now, finished_at=now,
    )  # fmt: skip
    type(lending).objects.filter(pk=lending.pk).update(
        kind="library_loan", mode="transfer", copy=None, library_loan=loan, transfer=transfer
    )
    lending.ask.copy, lending.ask.library_loan = None, loan
    lending.ask.save()
    return type(lending).objects.get(pk=lending.pk)


def test_m8_a_library_loan_pays_as_soon_as_the_library_has_moved_it(alice, bob, now):
    rules.pay(an_event("lending.completed", a_transfer(alice, bob, now=now), at=now))
    assert "lending_completed" in paid(alice)
    assert paid(bob) == []


@pytest.mark.parametrize(("hours", "pays"), [(1, False), (24, True)])
def test_m8_a_librarians_word_that_it_moved_pays_after_a_while_only(alice, bob, now, hours, pays):
    lending = a_transfer(alice, bob, now=now, reason=Transfer.SEEN)
    rules.pay(an_event("lending.completed", lending, at=now + timedelta(hours=hours)))
    assert ("lending_completed" in paid(alice)) == pays


def test_m8_the_same_two_readers_are_paid_three_times_in_thirty_days(alice, bob, now):
    for days in range(5):
        giver, taker = (alice, bob) if days % 2 else (bob, alice)
        at = now + timedelta(days=days)
        rules.pay(an_event("lending.completed", a_lending(giver, taker, now=at), at=at))
    assert Entry.objects.filter(rule__code="lending_completed").count() == 3


def test_m8_events_out_of_order_pay_no_more_than_in_order(alice, bob, now):
    for days in (4, 3, 2, 1, 0):
        at = now + timedelta(days=days)
        rules.pay(an_event("lending.completed", a_lending(alice, bob, now=at), at=at))
    assert paid(alice).count("lending_completed") == 3


def test_m8_the_same_copy_pays_two_readers_once_in_thirty_days(alice, bob, now):
    copy = factories.copy(alice, now=now)
    for days in (0, 10, 31):
        at = now + timedelta(days=days)
        rules.pay(an_event("lending.completed", a_lending(alice, bob, now=at, copy=copy), at=at))
    assert paid(alice).count("lending_completed") == 2


def test_tp4_a_fresh_account_brings_nobody_the_bonus(alice, now):
    fresh = factories.reader("Charlie", date_joined=now - timedelta(days=1))
    rules.pay(an_event("lending.completed", a_lending(alice, fresh, now=now), at=now))
    assert paid(alice) == ["lending_completed"]


def test_a_quick_answer_pays_who_answered_and_says_how_quick(alice, bob, now):
    (entry,) = rules.pay(an_event("ask.accepted", a_lending(alice, bob, now=now), at=now))
    assert (entry.reason, entry.account.reader, entry.params) == ("quick_answer", alice, {"hours": 1})


def test_a_slow_answer_pays_nothing(alice, bob, now):
    lending = a_lending(alice, bob, now=now)
    lending.ask.answered_at = lending.ask.asked_at + timedelta(hours=7)
    assert rules.pay(an_event("ask.accepted", lending, at=now)) == []


def test_an_ask_that_accepted_itself_is_no_quick_answer(alice, bob, now):
    lending = a_lending(alice, bob, now=now)
    lending.ask.consent = "standing"
    lending.ask.save()
    assert rules.pay(an_event("ask.accepted", lending, at=now, why="standing")) == []
    assert {each.code: each.count for each in badges.progress(alice)}["quick_answers"] == 0
    assert standing.level(alice, now=now).lines == ()


def test_a_kept_appointment_pays_both(alice, bob, now):
    lending = a_lending(alice, bob, now=now)
    handover = a_handover(lending, starts_at=now - timedelta(hours=1))
    rules.pay(an_event("handover.confirmed", lending, at=now, handover=handover))
    assert paid(alice) == paid(bob) == ["kept_appointment"]


def test_an_appointment_kept_without_network_pays_when_word_of_it_comes(alice, bob, now):
    lending, at = a_lending(alice, bob, now=now), now - timedelta(hours=3)
    read = {"read_at": at.isoformat()}
    rules.pay(an_event("handover.confirmed", lending, at=now, handover=a_handover(lending, starts_at=at), data=read))
    assert paid(alice) == paid(bob) == ["kept_appointment"]


@pytest.mark.parametrize(
    "facts", [{"starts_at": -3}, {"starts_at": 0, "method": "drop_point"}, {"starts_at": 0, "agreed_at": "then"}]
)
def test_what_was_no_appointment_or_not_kept_pays_nothing(facts, alice, bob, now):
    starts_at = now + timedelta(hours=facts.pop("starts_at"))
    facts = {key: starts_at if value == "then" else value for key, value in facts.items()}
    lending = a_lending(alice, bob, now=now)
    handover = a_handover(lending, starts_at=starts_at, **facts)
    assert rules.pay(an_event("handover.confirmed", lending, at=now, handover=handover)) == []


def test_a_rule_that_is_switched_off_pays_nothing(alice, bob, now):
    RuleVersion.objects.update(active=False)
    assert rules.pay(an_event("lending.completed", a_lending(alice, bob, now=now), at=now)) == []


def test_with_points_switched_off_nothing_is_paid(alice, bob, now):
    IncentiveSettings.objects.update_or_create(pk=1, defaults={"enabled": False})
    receivers.on_event(None, event=an_event("lending.completed", a_lending(alice, bob, now=now), at=now))
    assert not Entry.objects.exists()


def test_the_words_of_an_award_hold_no_title_and_no_name(alice, bob, now):
    lending = a_lending(alice, bob, now=now)
    for kind in ("ask.accepted", "lending.completed"):
        rules.pay(an_event(kind, lending, at=now))
    assert {key for entry in Entry.objects.all() for key in entry.params} <= {"hours"}
    assert DomainEvent.objects.filter(pk__in=Entry.objects.values("event_id")).count() == 2


def test_every_rule_is_about_an_event_that_is_looked_at() -> None:
    assert set(Rule.objects.values_list("event_kind", flat=True)) == rules.PAYING


def test_m8_a_reader_s_day_is_24_hours_each_way_without_the_event_itself(alice, bob, now):
    events = {}
    for hours in (-25, -23, 0, 23, 25):
        at = now + timedelta(hours=hours)
        lending = a_lending(alice, factories.reader(date_joined=now - timedelta(days=90)), now=at)
        events[hours] = an_event("ask.accepted", lending, at=at)
        rules.pay(events[hours])
    (terms,) = rules.terms_about("ask.accepted", at=now)
    paid_to = {
        reader: caps.PaidByLedger().to_reader_that_day(caps.Case(terms, events[0], reader, None))
        for reader in (alice, bob)
    }
    assert paid_to == {alice: 2, bob: 0}
