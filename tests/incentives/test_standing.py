from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from incentives import receivers, rewards, standing
from sharing import dates, deadlines
from sharing.models import Ask, CirculationPolicy, ReaderLimit
from tests import factories
from tests.incentives.factories import a_handover, a_lending, a_reader, a_reward, an_event, given

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return a_reader("Alice")


@pytest.fixture
def bob():
    return a_reader("Bob")


def kept(alice, bob, times, *, now):
    for day in range(times):
        at = now - timedelta(days=day)
        lending = a_lending(alice, bob, now=at)
        handover = a_handover(lending, starts_at=at, taker_confirmed_at=at)
        an_event("handover.confirmed", lending, at=at, handover=handover)


def lapsed(alice, bob, *, at):
    lending = a_lending(alice, bob, now=at)
    Ask.objects.filter(pk=lending.ask_id).update(status="lapsed")
    an_event("ask.lapsed", lending, at=at)


def texts(found):
    return [line.text for line in found.lines]


def test_a_new_reader_has_the_usual_number_of_requests(alice, now):
    assert standing.level(alice, now=now) == standing.Standing(2, 5, 5, None, 5, 0, 0, ())


def test_five_kept_appointments_raise_it_for_both_and_are_named(alice, bob, now):
    kept(alice, bob, 5, now=now)
    for reader in (alice, bob):
        found = standing.level(reader, now=now)
        assert (found.level, found.open_requests, found.kept, found.appointments) == (3, 7, 5, 5)
        assert texts(found) == ["You kept all of your last 5 appointments"]


def test_answers_count_for_the_holder_only(alice, bob, now):
    for day in range(5):
        an_event("ask.accepted", a_lending(alice, bob, now=now), at=now - timedelta(days=day))
    assert (standing.level(alice, now=now).level, standing.level(bob, now=now).level) == (3, 2)


def test_asks_left_unanswered_lower_it(alice, bob, now):
    for day in range(3):
        lapsed(alice, bob, at=now - timedelta(days=day))
    found = standing.level(alice, now=now)
    assert (found.level, texts(found)) == (1, ["You answered 0 of 3 asks"])


def test_the_first_cancellation_in_ninety_days_costs_nothing(alice, bob, now):
    an_event("lending.cancelled", a_lending(alice, bob, now=now), at=now - timedelta(days=100))
    an_event("lending.cancelled", a_lending(alice, bob, now=now), at=now - timedelta(days=5))
    assert standing.level(alice, now=now).level == 2
    an_event("lending.cancelled", a_lending(alice, bob, now=now), at=now)
    assert standing.level(alice, now=now).level == 1
    assert standing.level(bob, now=now).level == 2


def test_how_long_one_is_free_is_told_as_the_library_has_set_it(alice, bob, now):
    CirculationPolicy.objects.update_or_create(pk=1, defaults={"free_cancel_days": 30})
    for days in (20, 5):
        an_event("lending.cancelled", a_lending(alice, bob, now=now), at=now - timedelta(days=days))
    said = texts(standing.level(alice, now=now))
    assert said == ["You cancelled 1 time after agreeing; the first in 30 days is not counted"]


def test_days_late_lower_the_borrowers_standing_and_are_counted(alice, bob, now):
    lending = a_lending(alice, bob, now=now, due_at=now - timedelta(days=3))
    an_event("lending.completed", lending, at=now)
    found = standing.level(bob, now=now)
    assert (found.level, found.open_requests) == (1, 3)
    assert texts(found) == ["Books came back 3 days late in all; it counts for half a year"]
    assert standing.level(alice, now=now).level == 2


def test_days_late_are_those_of_the_calendar_as_the_list_of_what_is_to_do_counts_them(alice, bob, now):
    due = deadlines.end_of_day(now - timedelta(days=4))
    lending = a_lending(alice, bob, now=now, status="on_loan", closed_at=None, due_at=due)
    an_event("lending.overdue", lending, at=now)
    assert dates.days_left(due, today=dates.day_of(now)) == "4 days late"
    assert texts(standing.level(bob, now=now)) == ["Books came back 4 days late in all; it counts for half a year"]


def test_a_book_given_back_on_its_last_day_is_not_late(alice, bob, now):
    due = deadlines.end_of_day(now)
    an_event("lending.completed", a_lending(alice, bob, now=now, due_at=due), at=now)
    assert texts(standing.level(bob, now=now)) == []


def test_a_single_appointment_is_told_as_one(alice, bob, now):
    kept(alice, bob, 1, now=now)
    assert texts(standing.level(bob, now=now)) == ["You kept your last appointment"]
    with translation.override("zh-hans"):
        assert texts(standing.level(bob, now=now)) == ["最近一次约定按时到了"]


def test_what_is_older_than_half_a_year_is_forgotten(alice, bob, now):
    lending = a_lending(alice, bob, now=now, due_at=now - timedelta(days=3))
    an_event("lending.completed", lending, at=now)
    assert standing.level(bob, now=now + timedelta(days=181)).level == 2


def test_nobody_meets_counts_once_it_happens_twice(alice, bob, now):
    for day in range(2):
        an_event("lending.no_show", a_lending(alice, bob, now=now), at=now - timedelta(days=day))
    assert texts(standing.level(alice, now=now)) == ["You kept 0 of your last 2 appointments"]
    assert standing.level(alice, now=now).level == 1


def test_a_meeting_in_time_counts_as_kept_though_word_of_it_came_late(alice, bob, now):
    lending = a_lending(alice, bob, now=now)
    handover = a_handover(lending, starts_at=now - timedelta(hours=3), taker_confirmed_at=now - timedelta(hours=3))
    an_event("handover.confirmed", lending, at=now, handover=handover)
    assert standing.level(bob, now=now).kept == 1
    handover.taker_confirmed_at = now
    handover.save()
    assert (standing.level(bob, now=now).kept, standing.level(bob, now=now).appointments) == (0, 1)


def test_a_return_that_was_only_begun_is_no_appointment(alice, bob, now):
    lending = a_lending(alice, bob, now=now)
    begun = now - timedelta(days=2)
    handover = a_handover(lending, starts_at=begun, proposed_at=begun, agreed_at=begun, taker_confirmed_at=now)
    an_event("handover.confirmed", lending, at=now, handover=handover)
    assert standing.level(bob, now=now).appointments == 0


def mends(found):
    return [line.mend for line in found.lines]


def test_what_counts_against_one_counts_less_and_less_and_says_until_when(alice, bob, now):
    for days in (1, 0):
        an_event("lending.cancelled", a_lending(alice, bob, now=now), at=now - timedelta(days=days))
    found = standing.level(alice, now=now)
    assert (found.level, mends(found)) == (1, ["If nothing is added it no longer counts from 25 March 2027 on."])
    on_the_day = now + timedelta(days=121)
    assert (standing.level(alice, now=on_the_day).level, mends(standing.level(alice, now=on_the_day))) == (2, [""])
    assert standing.level(alice, now=on_the_day - timedelta(days=1)).level == 1


def test_late_days_grow_lighter_before_they_are_forgotten(bob, alice, now):
    an_event("lending.completed", a_lending(alice, bob, now=now, due_at=now - timedelta(days=20)), at=now)
    levels = [standing.level(bob, now=now + timedelta(days=days)).level for days in (0, 60, 100, 170, 179)]
    assert levels == [0, 0, 1, 1, 2]


def test_a_book_that_is_overdue_is_to_be_brought_back(alice, bob, now):
    lending = a_lending(alice, bob, now=now, status="on_loan", closed_at=None, due_at=now - timedelta(days=3))
    an_event("lending.overdue", lending, at=now)
    assert mends(standing.level(bob, now=now)) == ["Bring back what is overdue: every day adds to it."]


def test_silence_is_mended_by_so_many_answers_as_the_line_says(alice, bob, now):
    for day in range(3):
        lapsed(alice, bob, at=now - timedelta(days=day))
    assert mends(standing.level(alice, now=now)) == ["A yes or a no to the next 3 asks mends it."]
    for _answer in range(3):
        assert standing.level(alice, now=now).level == 1
        an_event("ask.declined", a_lending(alice, bob, now=now), at=now)
    assert standing.level(alice, now=now).level == 2


def test_an_event_sets_the_limits_of_both_in_sharing(alice, bob, now):
    kept(alice, bob, 4, now=now - timedelta(days=10))
    lending = a_lending(alice, bob, now=now)
    handover = a_handover(lending, starts_at=now)
    receivers.on_event(None, event=an_event("handover.confirmed", lending, at=now, handover=handover))
    assert set(ReaderLimit.objects.values_list("reader", "open_requests")) == {(alice.pk, 7), (bob.pk, 7)}


def test_the_nightly_look_forgets_what_has_grown_old(alice, bob, now):
    kept(alice, bob, 5, now=now)
    standing.apply(alice, now=now)
    assert standing.refresh(now=now + timedelta(days=200)) == 1
    assert ReaderLimit.objects.get(reader=alice).open_requests == 5


def test_standing_is_three_queries_however_much_happened(alice, bob, now, django_assert_num_queries):
    kept(alice, bob, 5, now=now)
    for day in range(3):
        lending = a_lending(alice, bob, now=now, due_at=now - timedelta(days=3))
        an_event("lending.no_show", lending, at=now - timedelta(days=day))
        an_event("lending.completed", lending, at=now)
        lapsed(alice, bob, at=now - timedelta(days=day))
    factories.reader()
    standing.level(alice, now=now)
    with django_assert_num_queries(3):
        standing.level(alice, now=now)


def test_what_a_reward_adds_is_told_apart_from_standing(alice, now, client):
    given(alice, 100, now=now)
    reward = a_reward(now=now, effect="open_request", valid_days=60)
    voucher = rewards.redeem_reward(reward_id=reward.pk, actor=alice, key="k", now=now)
    found = standing.level(alice, now=now)
    assert (found.open_requests, found.by_standing, found.by_rewards) == (6, 5, 1)
    assert found.rewards_end == voucher.expires_at
    client.force_login(alice)
    for name in ("standing", "points"):
        page = client.get(reverse(name), headers={"accept-language": "en"}).content.decode()
        assert "5 by standing, 1 more by a reward until 23 January" in page


@pytest.mark.parametrize(
    ("by_standing", "words", "after"),
    [
        (5, "5 by standing, 2 more by 2 rewards; it stays so until 4 December", 6),
        (9, "9 by standing, 1 more by 2 rewards; it stays so until 23 January", 9),
    ],
)
def test_the_day_on_which_the_number_falls_is_told(alice, now, client, by_standing, words, after):
    given(alice, 100, now=now)
    for days in (60, 10):
        reward = a_reward(now=now, effect="open_request", valid_days=days)
        rewards.redeem_reward(reward_id=reward.pk, actor=alice, key=f"k{days}", now=now)
    CirculationPolicy.objects.update_or_create(pk=1, defaults={"open_requests": by_standing})
    found = standing.level(alice, now=now)
    client.force_login(alice)
    assert words in client.get(reverse("standing"), headers={"accept-language": "en"}).content.decode()
    assert standing.level(alice, now=found.rewards_end - timedelta(seconds=1)).open_requests == found.open_requests
    assert standing.level(alice, now=found.rewards_end).open_requests == after


def test_when_the_reward_has_run_out_standing_alone_is_left(alice, now):
    given(alice, 100, now=now)
    reward = a_reward(now=now, effect="open_request", valid_days=60)
    rewards.redeem_reward(reward_id=reward.pk, actor=alice, key="k", now=now)
    found = standing.level(alice, now=now + timedelta(days=60))
    assert (found.open_requests, found.by_rewards, found.rewards_end) == (5, 0, None)
