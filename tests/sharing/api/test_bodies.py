"""What clients may send: null for left out, ids of any length, times and days written out."""

from datetime import datetime

import pytest

from library_bridge.models import Reader
from personal_catalog.models import Copy
from tests import factories
from tests.sharing.api.clients import Api


@pytest.fixture
def copy(alice: Reader, now: datetime) -> Copy:
    return factories.copy(alice, now=now, note="signed")


def test_null_is_as_good_as_left_out(copy: Copy, alice: Reader, bob: Reader) -> None:
    typed = {"isbn": None, "title": {"title": "x", "creators": None}, "condition": None, "note": None, "mode": None}
    wish = {"title_id": str(copy.title_id), "holding_id": None, "areas": None, "message": None, "needed_by": None}
    assert Api(alice).post("/copies", typed).status_code == 201
    assert Api(bob).post("/requests", wish).status_code == 201


def test_what_is_needed_must_not_be_null(db: None) -> None:
    answer = Api().post("/tokens", {"library": None, "card_number": "1", "pin": None})
    assert answer.json()["errors"] == {"pin": ["This is needed."]}


def test_a_note_that_is_null_is_taken_away_and_nothing_else(copy: Copy, alice: Reader) -> None:
    made = Api(alice).patch(f"/copies/{copy.pk}", {"note": None, "mode": None, "status": None}).json()
    assert (made["note"], made["mode"], made["status"]) == ("", "lend", "listed")


@pytest.mark.parametrize("id", ["9" * 19, "9" * 40, "-1", "x"])
def test_an_id_that_is_none_marks_no_notification(alice: Reader, id: str) -> None:
    answer = Api(alice).post("/me/notifications/read", {"ids": [id]})
    assert (answer.status_code, answer.json()["marked"]) == (200, 0)


@pytest.mark.parametrize("moment", [1796000000, "1796000000", 1e18, "2026-12-01", True])
def test_a_time_is_written_out(alice: Reader, moment: object) -> None:
    answer = Api(alice).post("/lendings/1/handover", {"place": "Gate", "starts_at": moment})
    assert answer.json()["errors"] == {"starts_at": ["This has to be a time such as 2026-11-24T18:30:00+08:00."]}


@pytest.mark.parametrize("day", [1796000000, "1796000000", "2027-01-01T00:00:00"])
def test_a_day_is_written_out(bob: Reader, day: object) -> None:
    answer = Api(bob).post("/requests", {"title_id": "1", "needed_by": day})
    assert answer.json()["errors"] == {"needed_by": ["This has to be a date such as 2026-11-24."]}
