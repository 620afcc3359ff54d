"""Figures of small worlds, each small enough to count by hand. `now` is Tuesday, 24 November 2026, 10:00."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sharing import histories, requests, statistics
from sharing.models import Ask, DomainEvent, HarvestedRecord
from sharing.statistics import Figure, Overview, Period
from tests import factories
from tests.sharing import crowds

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def seen(now: datetime, *, days: int = 30) -> Overview:
    return statistics.overview(period=Period.last(days, now=now), now=now)


def figure(code: str, now: datetime, *, days: int = 30) -> Figure:
    return next(row for row in seen(now, days=days).figures if row.code == code)


def test_a_period_knows_the_one_before(now: datetime) -> None:
    period = Period.last(30, now=now)
    assert (period.former.end, period.former.start) == (now - 30 * DAY, now - 60 * DAY)


def test_requests_are_counted_beside_the_former_period(now: datetime) -> None:
    for _ in range(6):
        crowds.placed(now=now - 2 * DAY)
    for _ in range(5):
        crowds.placed(now=now - 40 * DAY)
    assert figure("placed", now) == Figure("placed", "count", 6, 5)


def test_nothing_is_told_of_four_readers_p6(now: datetime) -> None:
    for _ in range(4):
        crowds.accepted(now=now - 2 * DAY)
    assert {row.value for row in seen(now).figures if row.code != "readers"} == {None}


def test_one_reader_with_many_requests_is_still_one_reader_p6(now: datetime) -> None:
    copies = [crowds.pair(now=now)[0] for _ in range(5)]
    bob = factories.reader("Bob")
    for copy in copies:
        requests.place_request(actor=bob, holding_key=f"copy-{copy.pk}", now=now - DAY)
    assert figure("placed", now).value is None


def test_the_answered_share_leaves_out_who_still_has_time(now: datetime) -> None:
    for _ in range(3):
        crowds.accepted(now=now - 8 * DAY)
    crowds.declined(now=now - 8 * DAY)
    crowds.lapsed(now=now - 8 * DAY)
    crowds.placed(now=now - DAY)
    assert figure("answered", now).value == pytest.approx(4 / 5)


def test_the_median_answer_is_the_middle_one(now: datetime) -> None:
    for hours in (1, 2, 6, 20):
        crowds.accepted(now=now - 5 * DAY, hours=hours)
    crowds.declined(now=now - 5 * DAY, hours=40)
    assert figure("answer_hours", now).value == pytest.approx(6)


def test_asks_that_accepted_themselves_are_no_answers(now: datetime) -> None:
    for _ in range(5):
        crowds.accepted(now=now - 5 * DAY, hours=6)
    before = seen(now)
    for lending in [crowds.accepted(now=now - 5 * DAY, hours=0) for _ in range(3)]:
        Ask.objects.filter(pk=lending.ask_id).update(consent=Ask.Consent.STANDING)
    after = seen(now)
    assert (figure("answer_hours", now).value, figure("answered", now).value) == (pytest.approx(6), 1)
    assert after.answers == before.answers


def test_what_was_agreed_at_once_is_told_by_itself(now: datetime) -> None:
    for consent in ("offer", "standing", "standing", "now", "now"):
        lending = crowds.accepted(now=now - 5 * DAY, hours=0)
        Ask.objects.filter(pk=lending.ask_id).update(consent=consent)
    crowds.accepted(now=now - 5 * DAY, hours=6)
    assert (figure("at_once", now).value, figure("answer_hours", now).value) == (5, None)


def test_p6_what_no_longer_leads_to_its_ask_and_lending_is_in_no_figure_of_them(now: datetime) -> None:
    *_told, forgotten = [crowds.handed_over(now=now - 20 * DAY, days=days) for days in (1, 1, 2, 3, 3, 9)]
    Ask.objects.update(consent=Ask.Consent.OFFER)
    events = DomainEvent.objects.filter(request=forgotten.request_id).values_list("pk", flat=True)
    histories.unlink_events(list(events))
    assert (figure("at_once", now).value, figure("handover_days", now).value) == (5, pytest.approx(2))


def test_two_who_stand_together_do_not_shorten_the_way_to_the_handover(now: datetime) -> None:
    for days in (1, 1, 2, 3, 3):
        crowds.handed_over(now=now - 9 * DAY, days=days)
    for _ in range(6):
        lending = crowds.handed_over(now=now - 9 * DAY, days=0)
        Ask.objects.filter(pk=lending.ask_id).update(consent=Ask.Consent.NOW)
    assert figure("handover_days", now).value == pytest.approx(2)


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle(now: datetime) -> None:
    for hours in (1, 2, 4, 8, 20, 30):
        crowds.accepted(now=now - 5 * DAY, hours=hours)
    assert figure("answer_hours", now).value == pytest.approx(6)


def test_handing_over_is_measured_from_the_agreement(now: datetime) -> None:
    for days in (1, 1, 2, 3, 3):
        crowds.handed_over(now=now - 9 * DAY, days=days)
    assert figure("handover_days", now).value == pytest.approx(2)
    assert figure("fulfilled", now).value == 1


def test_a_request_nobody_answered_is_told_from_one_that_was_declined(now: datetime) -> None:
    for _ in range(3):
        crowds.expired(crowds.lapsed(now=now - 20 * DAY))
    for _ in range(2):
        crowds.expired(crowds.declined(now=now - 20 * DAY))
    assert figure("unanswered", now).value == pytest.approx(3 / 5)
    fates = next(span.fates for span in seen(now).spans if span.total)
    assert fates == {"fulfilled": 0, "declined": 2, "unanswered": 3, "nobody": 0, "cancelled": 0}


def test_a_request_without_any_holder_is_nobodys_silence(now: datetime) -> None:
    title = factories.title("Nobody has it")
    for _ in range(5):
        asked = requests.place_request(actor=factories.reader(), title_id=title.pk, now=now - 20 * DAY)
        crowds.expired(asked)
    assert figure("unanswered", now).value == 0
    assert next(span.fates for span in seen(now).spans if span.total) == {
        "fulfilled": 0, "declined": 0, "unanswered": 0, "nobody": 5, "cancelled": 0,
    }  # fmt: skip


def test_weeks_begin_on_monday_and_the_running_one_is_the_last(now: datetime) -> None:
    spans = seen(now).spans
    assert spans[-1].first_day == date(2026, 11, 23)
    assert {span.first_day.weekday() for span in spans} == {0}
    assert len(spans) == statistics.FEWEST_WEEKS


def test_a_year_is_drawn_by_month(now: datetime) -> None:
    year = seen(now, days=365)
    assert year.by_month
    assert (year.spans[0].first_day, year.spans[-1].first_day) == (date(2025, 11, 1), date(2026, 11, 1))


def test_a_week_of_fewer_than_five_readers_keeps_its_numbers_to_itself_p6(now: datetime) -> None:
    for _ in range(4):
        crowds.handed_over(now=now - 9 * DAY)
    assert [span.fates for span in seen(now).spans if span.fates is None] == [None]


def test_answers_are_told_by_the_hour(now: datetime) -> None:
    for hours in (1, 1, 5, 11, 30):
        crowds.accepted(now=now - 5 * DAY, hours=hours)
    answers = seen(now).answers
    assert answers.now == pytest.approx((0.4, 0.6, 0.8, 0.8, 1))
    assert answers.former is None


def test_a_library_sees_what_many_wanted_and_how_many_items_it_has(now: datetime) -> None:
    title = factories.title("精通MATLAB（第3版）")
    HarvestedRecord.objects.create(library=factories.library(), record_id="b1", title=title, items=3, harvested_at=now)
    for _ in range(6):
        requests.place_request(actor=factories.reader(), title_id=title.pk, now=now - DAY)
    crowds.placed(now=now - DAY)
    (wanted,) = seen(now).wanted
    assert (wanted.title_id, wanted.readers, wanted.waiting, wanted.unfilled, wanted.items) == (title.pk, 6, 6, 0, 3)


def test_a_small_number_of_waiting_readers_is_not_told_p6(now: datetime) -> None:
    title = factories.title("运筹学")
    asked = [requests.place_request(actor=factories.reader(), title_id=title.pk, now=now - 30 * DAY) for _ in range(6)]
    for request in asked[:4]:
        crowds.expired(request)
    (wanted,) = seen(now).wanted
    assert (wanted.readers, wanted.waiting, wanted.unfilled) == (6, None, None)


def test_readers_are_counted_once_whatever_they_did(now: datetime) -> None:
    for _ in range(3):
        crowds.handed_over(now=now - 9 * DAY)
    assert figure("readers", now) == Figure("readers", "count", 6, None)


def test_who_is_forgotten_is_no_reader_but_there_were_more(now: datetime) -> None:
    """Their stand-ins are few, and none of them is a reader. The holder has also listed the book, which is not forgotten yet."""
    for days in (9, 9, 9, 40, 40, 40):
        lending = crowds.handed_over(now=now - days * DAY)
    histories.forget_request(request_id=lending.request_id, now=now)
    assert figure("readers", now, days=60) == Figure("readers", "count", 11, None, True)
    assert figure("readers", now) == Figure("readers", "count", 6, 5, False, True)


def test_nobody_is_counted_of_a_time_that_is_forgotten(now: datetime) -> None:
    """But for those who keep their history, who are not all."""
    for days in (9, 9, 9, 120, 120, 120):
        crowds.handed_over(now=now - days * DAY)
    assert figure("readers", now, days=90) == Figure("readers", "count", 6, None)


def test_the_number_of_queries_does_not_grow(now: datetime) -> None:
    for _ in range(5):
        crowds.handed_over(now=now - 9 * DAY)
    with CaptureQueriesContext(connection) as few:
        seen(now)
    for _ in range(10):
        crowds.handed_over(now=now - 9 * DAY)
        crowds.handed_over(now=now - 40 * DAY)
    with CaptureQueriesContext(connection) as many:
        seen(now)
    assert len(many) <= len(few) + 2 <= 13, "the former period has its two medians now"
