"""From when to when lists count. Terms: those that librarians entered, else halves of the year."""

from datetime import date, datetime
from itertools import islice

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from incentives import periods
from incentives.models import AcademicTerm, EndedPeriod
from tests.conftest import CAMPUS

pytestmark = pytest.mark.django_db
AUTUMN = {"name_zh": "秋季学期", "name_en": "Autumn", "first_date": date(2026, 9, 7), "last_date": date(2027, 1, 15)}


def term(day: date) -> tuple[date, date]:
    found = periods.Terms().at(day)
    return found.first, found.last


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 9, 1), date(2026, 9, 1), date(2027, 2, 28)),
        (date(2028, 2, 29), date(2027, 9, 1), date(2028, 2, 29)),
        (date(2026, 8, 31), date(2026, 3, 1), date(2026, 8, 31)),
    ],
)
def test_where_no_term_is_entered_halves_of_the_year_are_terms(day: date, first: date, last: date) -> None:
    assert term(day) == (first, last)


def test_a_break_belongs_to_the_term_before_it_until_the_half_of_the_year_is_over() -> None:
    AcademicTerm.objects.create(**AUTUMN)
    entered = (date(2026, 9, 7), date(2027, 1, 15))
    assert term(date(2026, 10, 1)) == term(date(2027, 2, 20)) == entered
    assert term(date(2027, 3, 20)) == (date(2027, 3, 1), date(2027, 8, 31))  # nobody has entered the next one


def test_a_new_term_s_list_begins_a_week_into_it() -> None:
    AcademicTerm.objects.create(**AUTUMN)
    assert periods.running(date(2026, 9, 13))["term"].until == datetime(2026, 9, 1, tzinfo=CAMPUS)
    window = periods.running(date(2026, 9, 14))["term"]
    assert (window.since, window.until) == (
        datetime(2026, 9, 7, tzinfo=CAMPUS),
        datetime(2026, 9, 14, tzinfo=CAMPUS),
    )


@pytest.mark.parametrize(
    ("period", "day", "spans"),
    [
        ("week", date(2026, 11, 30), [(date(2026, 11, 16), date(2026, 11, 22)), (date(2026, 11, 9), date(2026, 11, 15))]),
        ("week", date(2026, 11, 29), [(date(2026, 11, 9), date(2026, 11, 15)), (date(2026, 11, 2), date(2026, 11, 8))]),
        ("month", date(2027, 1, 8), [(date(2026, 12, 1), date(2026, 12, 31)), (date(2026, 11, 1), date(2026, 11, 30))]),
        ("month", date(2027, 1, 7), [(date(2026, 11, 1), date(2026, 11, 30)), (date(2026, 10, 1), date(2026, 10, 31))]),
        ("term", date(2027, 1, 23), [(date(2026, 9, 7), date(2027, 1, 15)), (date(2026, 3, 1), date(2026, 8, 31))]),
        ("term", date(2027, 1, 22), [(date(2026, 3, 1), date(2026, 8, 31)), (date(2025, 9, 1), date(2026, 2, 28))]),
    ],
)  # fmt: skip
def test_a_period_is_closed_a_week_after_its_end(period: str, day: date, spans: list[tuple[date, date]]) -> None:
    AcademicTerm.objects.create(**AUTUMN)
    assert [(span.first, span.last) for span in islice(periods.ended(period, day), 2)] == spans


def test_a_half_ends_where_an_entered_term_begins() -> None:
    AcademicTerm.objects.create(**AUTUMN | {"first_date": date(2027, 2, 22), "last_date": date(2027, 7, 9)})
    (span,) = islice(periods.ended("term", date(2027, 3, 10)), 1)
    assert (span.first, span.last) == (date(2026, 9, 1), date(2027, 2, 21))


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(2027, 1, 15), date(2027, 7, 1), "first_date"),
        (date(2026, 1, 1), date(2026, 9, 7), "first_date"),
        (date(2027, 3, 1), date(2027, 3, 1), "last_date"),
    ],
)
def test_a_term_that_overlaps_or_ends_before_it_begins_is_refused(first: date, last: date, field: str) -> None:
    AcademicTerm.objects.create(**AUTUMN)
    with pytest.raises(ValidationError) as refused:
        AcademicTerm(name_zh="x", name_en="x", first_date=first, last_date=last).full_clean()
    assert field in refused.value.message_dict


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"period": "term", "first_date": date(2026, 3, 1), "last_date": date(2026, 8, 31)}, "Spring term 2026"),
        ({"period": "term", "first_date": date(2026, 9, 1), "last_date": date(2027, 2, 28), "name_en": "Michaelmas"}, "Michaelmas"),
        ({"period": "month", "first_date": date(2026, 10, 1), "last_date": date(2026, 10, 31)}, "October 2026"),
        ({"period": "week", "first_date": date(2026, 10, 26), "last_date": date(2026, 11, 1)}, "26 Oct 2026 – 1 Nov 2026"),
    ],
)  # fmt: skip
def test_a_period_that_has_ended_has_a_name(facts: dict[str, object], name: str) -> None:
    with translation.override("en"):
        assert str(EndedPeriod(**facts)) == name
