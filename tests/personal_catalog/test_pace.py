"""How often a source is asked, and when it is left alone: counted in rows, for all processes together."""

from datetime import datetime, timedelta

import pytest

from personal_catalog.lookup import pace
from personal_catalog.lookup.sources import SourceLimited, SourceUnavailable
from personal_catalog.models import SourceState
from tests import races

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_within_no_minute_is_a_source_asked_more_often_than_it_allows(now: datetime) -> None:
    taken = [when for when in range(180) for _try in range(3) if pace.turns({"dnb": 10}, now=now + when * SECOND)]
    assert max(sum(1 for other in taken if start <= other < start + 60) for start in taken) <= 10
    assert taken[:5] == [0, 0, 0, 1, 1]
    assert len(taken) >= 15


def test_each_has_its_own_pace(now: datetime) -> None:
    assert pace.turns({"dnb": 1, "bnf": 1, "free": 0}, now=now) == {"dnb", "bnf", "free"}
    assert pace.turns({"dnb": 1, "bnf": 60, "free": 0}, now=now) == {"free"}


def test_a_source_is_left_alone_after_three_failures_in_a_row_longer_each_time(now: datetime) -> None:
    for _failure in range(3):
        assert pace.open_among(["dnb"], now=now) == {"dnb"}
        pace.note({"dnb": SourceUnavailable("answers 500")}, now=now)
    assert pace.open_among(["dnb"], now=now + 59 * SECOND) == set()
    assert pace.open_among(["dnb"], now=now + 60 * SECOND) == {"dnb"}
    pace.note({"dnb": SourceUnavailable("answers 500")}, now=now)
    assert pace.open_among(["dnb"], now=now + 119 * SECOND) == set()
    assert SourceState.objects.get().problem == "answers 500"


def test_an_answer_makes_good_all_failures(now: datetime) -> None:
    pace.note({"dnb": SourceUnavailable("late")}, now=now)
    pace.note({"dnb": SourceUnavailable("late")}, now=now)
    pace.note({"dnb": None}, now=now)
    pace.note({"dnb": SourceUnavailable("late")}, now=now)
    assert pace.open_among(["dnb"], now=now) == {"dnb"}


@pytest.mark.parametrize(
    ("says", "seconds"),
    [("120", 120), ("", 900), ("Wed, 21 Oct 2026 07:28:00 GMT", 900), ("9" * 8, 86_400), ("-5", 900)],
)
def test_who_says_that_it_is_asked_too_often_is_left_alone_at_once(says: str, seconds: int, now: datetime) -> None:
    pace.note({"google_books": SourceLimited(says)}, now=now)
    assert pace.open_among(["google_books"], now=now + (seconds - 1) * SECOND) == set()
    assert pace.open_among(["google_books"], now=now + seconds * SECOND) == {"google_books"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_turn_too_many(now: datetime) -> None:
    """With more than one process the rows decide."""
    pace.turns({"dnb": 10}, now=now)
    taken = races.together(*[lambda: pace.turns({"dnb": 10}, now=now)] * 12)
    assert sum(1 for one in taken if one == {"dnb"}) == 4
