"""Versions of rules, what a change would have paid, and campaigns."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wagtail.models import Page

from incentives import rules, terms
from incentives.errors import StartsInThePast
from incentives.models import Campaign, Entry, Posting, Rule
from library_bridge.models import Reader
from personal_catalog import curation
from sharing.errors import NotFound
from sharing.models import DomainEvent, ReadingListEntry, ReadingListPage
from tests import factories
from tests.incentives.factories import a_lending, a_reader, a_rule, an_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return a_reader("Alice")


@pytest.fixture
def bob():
    return a_reader("Bob")


@pytest.fixture
def lin():
    lin = a_reader("Lin", is_staff=True)
    lin.user_permissions.add(Permission.objects.get(codename="change_rule"))
    return Reader.objects.get(pk=lin.pk)


def other_terms(rule, **facts):
    """The rule's last version with other facts, not saved."""
    last = rule.versions.latest("number")
    last.pk, last.made_by = None, None
    for name, value in facts.items():
        setattr(last, name, value)
    return last


def completed(giver, taker, *, at, **facts):
    return an_event("lending.completed", a_lending(giver, taker, now=at, **facts), at=at)


def points(reader, code):
    awards = Entry.objects.filter(account__reader=reader, rule__code=code)
    return list(Posting.objects.filter(entry__in=awards, amount__gt=0).values_list("amount", flat=True))


def test_an_event_is_paid_by_the_terms_of_its_day_however_late_it_is_delivered(alice, bob, lin, now):
    late = completed(alice, bob, at=now - timedelta(hours=1))
    terms.change_rule(terms=other_terms(a_rule(), points=15, starts_at=now), actor=lin, now=now)
    rules.pay(late)
    assert points(alice, "lending_completed") == [10]
    rules.pay(completed(alice, bob, at=now + timedelta(days=1)))
    assert sorted(points(alice, "lending_completed")) == [10, 15]


def test_a_version_that_has_ended_pays_nothing_until_the_next_begins(alice, bob, lin, now):
    ends_at = now + timedelta(days=1)
    terms.change_rule(terms=other_terms(a_rule(), starts_at=now, ends_at=ends_at), actor=lin, now=now)
    assert a_rule().terms_at(ends_at - timedelta(seconds=1)).number == 2
    assert a_rule().terms_at(ends_at) is None
    rules.pay(completed(alice, bob, at=ends_at))
    assert points(alice, "lending_completed") == []


def test_only_who_has_the_right_changes_a_rule_and_never_the_past(alice, lin, now):
    with pytest.raises(NotFound):
        terms.change_rule(terms=other_terms(a_rule(), starts_at=now), actor=alice, now=now)
    with pytest.raises(StartsInThePast):
        terms.change_rule(terms=other_terms(a_rule(), starts_at=now - timedelta(days=1)), actor=lin, now=now)
    assert a_rule().versions.count() == 1


@example(story=[(0, 1, 0, 3), (0, 1, 0, 32), (0, 1, 0, 61)], code="lending_completed")  # the second is for nothing
@given(
    story=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 1), st.integers(0, 80)), max_size=14),
    code=st.sampled_from(["lending_completed", "first_lending", "careful_return"]),
)
@settings(max_examples=15)
def test_m8_unchanged_terms_would_have_paid_what_they_paid(story, code, now):
    """Caps per pair, copy and day among them, and also where they reach back before the month."""
    with transaction.atomic():
        readers = [a_reader(name) for name in ("Alice", "Bob", "Charlie")]
        copies = [factories.copy(readers[0], now=now) for _copy in range(2)]
        for giver, taker, copy, days in sorted(story, key=lambda each: -each[3]):
            if giver != taker:
                at = now - timedelta(days=days)
                rules.pay(completed(readers[giver], readers[taker], at=at, copy=copies[copy]))
        rule = Rule.objects.get(code=code)
        assert terms.preview(rule.terms_at(now), now=now) == terms.has_paid(rule, now=now)
        transaction.set_rollback(True)


def test_m8_caps_hold_in_a_preview_too_and_it_writes_nothing(alice, bob, now):
    copy = factories.copy(alice, now=now)
    for days in range(6):
        completed(alice, bob, at=now - timedelta(days=days), copy=copy)
    wanted = other_terms(a_rule(), points=100)
    assert (terms.preview(wanted, now=now).points, terms.preview(wanted, now=now).readers) == (100, 1)
    wanted.copy_cap = None
    assert terms.preview(wanted, now=now).points == 300
    wanted.pair_cap, wanted.day_cap = None, 1
    assert terms.preview(wanted, now=now).points == 600
    assert not Entry.objects.exists()


def test_a_book_that_drifts_to_its_fifth_reader_pays_who_passes_it_on(alice, now):
    copy = factories.copy(alice, now=now)
    hands = [alice, *(a_reader(name) for name in ("Bob", "Charlie", "Dora", "Emil", "Fan"))]
    for day, (giver, taker) in enumerate(pairwise(hands)):
        rules.pay(completed(giver, taker, at=now + timedelta(days=day), copy=copy, mode="drift"))
    assert [len(points(reader, "drift_journey")) for reader in hands] == [0, 0, 0, 0, 1, 0]


def test_tp6_a_book_that_drifts_to_and_fro_between_two_is_on_no_journey(alice, bob, now):
    copy = factories.copy(alice, now=now)
    for day in range(8):
        giver, taker = (alice, bob) if day % 2 else (bob, alice)
        rules.pay(completed(giver, taker, at=now + timedelta(days=day), copy=copy, mode="drift"))
    assert points(alice, "drift_journey") == points(bob, "drift_journey") == []


@pytest.fixture
def suggestion(alice, now):
    return curation.suggest_correction(title=factories.title(), reader=alice, changes={"title": "真名"}, now=now)


def test_help_with_the_catalogue_pays_once_a_curator_has_accepted_it(alice, suggestion, now):
    curator = a_reader("Lin", is_staff=True, is_superuser=True)
    curation.accept_suggestion(suggestion_id=suggestion.pk, actor=curator, now=now)
    event = DomainEvent.objects.get(kind="suggestion.accepted")
    for _time in range(2):
        rules.pay(event)
    assert points(alice, "cataloguing_help") == [2]
    assert points(curator, "cataloguing_help") == []


def test_m7_a_curator_earns_nothing_by_accepting_their_own(suggestion, now):
    curator = a_reader("Lin", is_staff=True, is_superuser=True)
    type(suggestion).objects.update(reader=curator)
    curation.accept_suggestion(suggestion_id=suggestion.pk, actor=curator, now=now)
    assert rules.pay(DomainEvent.objects.get(kind="suggestion.accepted")) == []


def a_campaign(now, **facts):
    names = {"name_zh": "新学期", "name_en": "New term"}
    dates = {"starts_at": now - timedelta(days=1), "ends_at": now + timedelta(days=1)}
    campaign = Campaign.objects.create(**{**names, **dates, **facts})
    campaign.rules.add(a_rule())
    return campaign


def test_a_campaign_pays_a_multiple_in_its_season_and_for_its_rules_only(alice, bob, now):
    campaign = a_campaign(now, percent=250)
    rules.pay(completed(alice, bob, at=now))
    rules.pay(completed(alice, bob, at=now + timedelta(days=1)))
    assert sorted(points(alice, "lending_completed")) == [10, 25]
    assert points(alice, "first_lending") == [20]
    assert Entry.objects.filter(params__campaign=campaign.pk).count() == 1
    assert terms.preview(a_rule().terms_at(now), now=now).points == 25


def test_a_campaign_may_be_for_the_books_of_a_course_list_and_campaigns_do_not_multiply(alice, bob, now):
    course = ReadingListPage(title="统计学", slug="statistics")
    Page.get_first_root_node().add_child(instance=course)
    a_campaign(now, percent=300, reading_list=course)
    a_campaign(now, percent=150)
    other = completed(alice, bob, at=now, copy=factories.copy(alice, factories.title("别的书"), now=now))
    listed = completed(alice, bob, at=now, copy=factories.copy(alice, factories.title("统计学导论"), now=now))
    ReadingListEntry.objects.create(page=course, title=listed.request.title)
    for event in (other, listed):
        rules.pay(event)
    assert sorted(points(alice, "lending_completed")) == [15, 30]
