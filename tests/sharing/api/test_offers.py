"""Offers, standing consent, rests and absences through the API."""

from datetime import datetime, timedelta

import pytest

from library_bridge.models import Reader
from personal_catalog.models import Copy
from tests import factories
from tests.sharing.api.clients import Api


@pytest.fixture
def copy(alice: Reader, now: datetime) -> Copy:
    return factories.copy(alice, now=now)


def test_an_offered_book_is_shown_so_and_had_at_once(copy: Copy, alice: Reader, bob: Reader) -> None:
    said = Api(alice).post(f"/holdings/{copy.key}/offer").json()
    assert (said["offered"], said["status"], said["lending_id"]) == (True, "available", None)
    (shown,) = Api(bob).get(f"/titles/{copy.title_id}").json()["holdings"]
    assert shown["offered"] is True
    placed = Api(bob).post("/requests", {"holding_id": copy.key}).json()
    assert (placed["status"], placed["lending_id"] is not None) == ("matched", True)
    assert Api(alice).get(f"/me/holdings/{copy.key}").json()["lending_id"] == placed["lending_id"]


def test_an_offer_goes_to_whoever_waits_and_is_taken_back(copy: Copy, alice: Reader, bob: Reader) -> None:
    Api(bob).post("/requests", {"holding_id": copy.key})
    assert Api(alice).post(f"/holdings/{copy.key}/offer").json()["lending_id"] is not None
    assert Api(alice).delete(f"/holdings/{copy.key}/offer").json()["offered"] is False


def test_standing_consent_is_set_read_and_ended(copy: Copy, alice: Reader) -> None:
    api, terms = Api(alice), {"same_area": False, "days_before_due": 3, "per_week": 2}
    assert api.call("PUT", f"/holdings/{copy.key}/standing-consent", terms).json()["standing_consent"] == terms
    assert api.get(f"/me/holdings/{copy.key}").json()["standing_consent"] == terms
    assert api.delete(f"/holdings/{copy.key}/standing-consent").json()["standing_consent"] is None


def test_conditions_out_of_bounds_are_named(copy: Copy, alice: Reader) -> None:
    answer = Api(alice).call("PUT", f"/holdings/{copy.key}/standing-consent", {"per_week": 9})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["per_week"])


def test_not_now_until_a_day(copy: Copy, alice: Reader, bob: Reader, now: datetime) -> None:
    until = str(now.date() + timedelta(days=2))
    said = Api(alice).call("PUT", f"/holdings/{copy.key}/rest", {"until": until}).json()
    assert (said["rests_until"], said["status"]) == (until, "paused")
    assert Api(bob).post("/requests", {"holding_id": copy.key}).json()["asked"] == 0
    assert Api(alice).delete(f"/holdings/{copy.key}/rest").json()["rests_until"] is None


def test_away_from_day_to_day(alice: Reader, now: datetime) -> None:
    api, days = Api(alice), {"from": str(now.date()), "until": str(now.date() + timedelta(days=9))}
    assert api.get("/me/absence").status_code == 404
    assert api.call("PUT", "/me/absence", days).json() == days
    assert api.get("/me/absence").json() == days
    assert api.call("PUT", "/me/absence", {**days, "until": "2020-01-01"}).status_code == 422
    assert api.delete("/me/absence").status_code == 204
    assert api.get("/me/absence").status_code == 404
