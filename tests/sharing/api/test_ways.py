"""By way of a drop point or a courier, through the API."""

from datetime import datetime, timedelta

import pytest

from library_bridge.models import Reader
from sharing import missing_books, uncollected
from sharing.models import Deposit, DropPoint, MeetingPlace
from tests.sharing.api.clients import Api
from tests.sharing.api.worlds import World, agreed


@pytest.fixture
def world(alice: Reader, bob: Reader, now: datetime) -> World:
    place = MeetingPlace.objects.create(name_zh="书屋", name_en="Book house")
    DropPoint.objects.create(place=place, shelf_code="ABC234", compartments="A1\nA2")
    return agreed(alice, bob, now=now)


def proposed(world: World, bob: Reader, now: datetime, method: str, place: str) -> str:
    at = (now + timedelta(hours=3)).isoformat()
    said = {"method": method, "place": place, "starts_at": at}
    return str(Api(bob).post(f"/lendings/{world.lending.pk}/handover", said).json()["id"])


def test_left_and_collected(world: World, alice: Reader, bob: Reader, now: datetime) -> None:
    path = f"/handovers/{proposed(world, bob, now, 'drop_point', 'Book house')}"
    assert Api(alice).post(f"{path}/agree").json()["next"] == ["code", "deposit"]
    wrong = Api(alice).post(f"{path}/deposit", {"compartment": "A9", "shelf_code": "ABC234"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["compartment"])
    lies = Api(alice).post(f"{path}/deposit", {"compartment": "A2", "shelf_code": "ABC234"}).json()
    assert (lies["status"], lies["deposit"]["compartment"]) == ("deposited", "A2")
    (shown,) = Api(bob).get(f"/lendings/{world.lending.pk}").json()["handovers"][-1:]
    assert {"code", "collect"} <= set(shown["next"])
    assert Api(bob).post(f"{path}/collect", {"shelf_code": "ABC234"}).json()["lending_status"] == "on_loan"


def test_sent_and_arrived(world: World, alice: Reader, bob: Reader, now: datetime) -> None:
    path = f"/handovers/{proposed(world, bob, now, 'courier', 'North gate station')}"
    assert "send" in Api(alice).post(f"{path}/agree").json()["next"]
    sent = Api(alice).post(f"{path}/send", {"carrier": "EMS", "tracking_number": "e 123 456"}).json()
    assert sent["shipment"]["tracking_number"] == "E123456"
    assert Api(bob).post(f"{path}/arrival").json()["lending_status"] == "on_loan"


def test_a_place_that_is_no_drop_point(world: World, bob: Reader, now: datetime) -> None:
    said = {"method": "drop_point", "place": "My room", "starts_at": (now + timedelta(hours=3)).isoformat()}
    answer = Api(bob).post(f"/lendings/{world.lending.pk}/handover", said)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["place"])


def test_what_is_not_there_any_more_is_reported_by_its_giver(
    world: World, alice: Reader, bob: Reader, now: datetime
) -> None:
    path = f"/handovers/{proposed(world, bob, now, 'drop_point', 'Book house')}"
    Api(alice).post(f"{path}/agree")
    Api(alice).post(f"{path}/deposit", {"compartment": "A2", "shelf_code": "ABC234"})
    assert Api(alice).post(f"{path}/not-there").status_code == 409
    Deposit.objects.update(collect_by=now, act_at=now)
    uncollected.act_on_deposit(handover_id=Deposit.objects.get().handover_id, now=now)
    (shown,) = Api(alice).get(f"/lendings/{world.lending.pk}").json()["handovers"][-1:]
    assert shown["next"] == ["take_back", "not_there"]
    assert Api(bob).post(f"{path}/not-there").status_code == 409
    reported, again = (Api(alice).post(f"{path}/not-there") for _twice in range(2))
    assert (reported.status_code, again.status_code, reported.json()["next"]) == (200, 200, [])
    assert missing_books.waiting().get() == world.lending
