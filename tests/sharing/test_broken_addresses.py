"""Whatever square a camera reads, and whatever is typed in its place: an address that is none is a wrong code, at every door."""

import pytest
from django.test import Client
from django.urls import reverse

from sharing import codes, kiosks
from sharing.models import Handover, Kiosk
from tests.sharing import browsers, steps
from tests.sharing.api.clients import Api
from tests.sharing.conftest import World
from tests.sharing.test_deposits import a_drop_point

BROKEN = ["http://[", "https://[::1/x", "https://a℀.com/"]
broken = pytest.mark.parametrize("address", BROKEN)


@pytest.fixture
def handover(world: World) -> Handover:
    return steps.arranged(steps.agreed(world), now=world.now)


@broken
def test_no_token_stands_in_an_address_that_is_none(address: str) -> None:
    assert codes.token_in(address) == ""


@broken
@pytest.mark.parametrize("door", ["scan", "pass-on", "collected"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_pages_that_read_a_square_refuse_it(
    world: World, handover: Handover, door: str, method: str, address: str
) -> None:
    with browsers.at(world.now):
        answer = getattr(browsers.of(world.bob), method)(reverse(door), {"code": address})
    assert answer.status_code < 500


@broken
def test_the_screen_at_a_drop_point_refuses_it(world: World, address: str) -> None:
    kiosk = Kiosk.objects.create(drop_point=a_drop_point(one_book_each=True), name="Screen at the door")
    client = Client(headers={"accept-language": "en"})
    client.post(reverse("open-kiosk", args=[kiosks.link_token(kiosk)]))
    assert client.post(reverse("kiosk"), {"code": address}).status_code == 200


@broken
@pytest.mark.parametrize("door", ["confirmHandover", "passOnNow", "confirmCollected"])
def test_the_api_refuses_it_as_it_refuses_a_wrong_code(
    world: World, handover: Handover, door: str, address: str
) -> None:
    who, path = {
        "confirmHandover": (world.bob, f"/handovers/{handover.pk}/confirm"),
        "passOnNow": (world.bob, "/pass-on"),
        "confirmCollected": (world.alice, f"/lendings/{handover.lending_id}/collected"),
    }[door]
    with browsers.at(world.now):
        assert Api(who).post(path, {"qr_payload": address}).status_code in (404, 409, 422)
