"""Several books in one meeting, and a code that was read without network, through the API."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from library_bridge.models import Reader
from sharing import asks, policies, requests
from sharing.models import Handover, Lending
from tests import factories
from tests.sharing.api.clients import Api
from tests.sharing.api.worlds import World, agreed


@pytest.fixture
def world(alice: Reader, bob: Reader, now: datetime) -> World:
    return agreed(alice, bob, now=now)


@pytest.fixture
def second(world: World, alice: Reader, bob: Reader, now: datetime) -> Lending:
    copy = factories.copy(alice, factories.title("围城"), now=now)
    request = requests.place_request(actor=bob, holding_key=copy.key, message="", now=now)
    return asks.accept_ask(ask_id=request.asks.get().pk, actor=alice, now=now)


def meet(world: World, second: Lending, alice: Reader, bob: Reader, now: datetime) -> tuple[dict[str, Any], str]:
    """Bob proposes for both and Alice agrees; what Bob sends then, and where."""
    also = {"also": [str(second.pk), "77", "nonsense"]}
    said = {"method": "in_person", "place": "West gate", "starts_at": (now + timedelta(hours=3)).isoformat(), **also}
    proposed = Api(bob).post(f"/lendings/{world.lending.pk}/handover", said).json()
    path = f"/handovers/{proposed['id']}"
    agreed_to = Api(alice).post(f"{path}/agree").json()
    done = [{"lending_id": str(second.pk), "done": True, "code": None, "detail": None}]
    assert (proposed["along"], agreed_to["along"]) == (done, done)
    return {"pin": Api(alice).post(f"{path}/code").json()["pin"], **also}, path


def test_one_proposal_one_yes_and_one_code_for_two_books(
    world: World, second: Lending, alice: Reader, bob: Reader, now: datetime
) -> None:
    said, path = meet(world, second, alice, bob, now)
    done = Api(bob).post(f"{path}/confirm", said).json()
    assert (done["lending_status"], [one["done"] for one in done["along"]]) == ("on_loan", [True])
    assert set(Lending.objects.values_list("status", flat=True)) == {"on_loan"}


def test_what_is_not_named_stays_agreed(
    world: World, second: Lending, alice: Reader, bob: Reader, now: datetime
) -> None:
    said, path = meet(world, second, alice, bob, now)
    assert Api(bob).post(f"{path}/confirm", {"pin": said["pin"]}).json()["along"] == []
    second.refresh_from_db()
    assert second.status == "agreed"


def test_t_r3_a_foreign_lending_comes_along_with_nothing(
    world: World, alice: Reader, bob: Reader, charlie: Reader, now: datetime
) -> None:
    copy = factories.copy(alice, factories.title("边城"), now=now)
    request = requests.place_request(actor=charlie, holding_key=copy.key, message="", now=now)
    foreign = asks.accept_ask(ask_id=request.asks.get().pk, actor=alice, now=now)
    said = {"place": "West gate", "starts_at": (now + timedelta(hours=3)).isoformat(), "also": [str(foreign.pk)]}
    assert Api(bob).post(f"/lendings/{world.lending.pk}/handover", said).json()["along"] == []
    assert not foreign.handovers.exists()


def test_t2_a_code_read_without_network_counts_when_it_arrives(
    world: World, second: Lending, alice: Reader, bob: Reader, now: datetime
) -> None:
    with time_machine.travel(now, tick=False):
        said, path = meet(world, second, alice, bob, now)
        slip = Api(bob).get(f"{path}/late-slip").json()
    assert slip["minutes"] == policies.current().late_code_minutes
    with time_machine.travel(now + timedelta(minutes=50), tick=False):
        late = {**said, "slip": slip["slip"], "seconds": 60}
        first, again = (Api(bob).post(f"{path}/confirm-late", late).json() for _twice in range(2))
    assert (first["lending_status"], again["lending_status"]) == ("on_loan", "on_loan")
    assert set(Handover.objects.filter(place="West gate").values_list("status", flat=True)) == {"confirmed"}


def test_t2_too_late_it_is_refused_with_its_own_code(
    world: World, second: Lending, alice: Reader, bob: Reader, now: datetime
) -> None:
    with time_machine.travel(now, tick=False):
        said, path = meet(world, second, alice, bob, now)
        slip = Api(bob).get(f"{path}/late-slip").json()["slip"]
    with time_machine.travel(now + timedelta(hours=3), tick=False):
        answer = Api(bob).post(f"{path}/confirm-late", {**said, "slip": slip, "seconds": 60})
    assert (answer.status_code, answer.json()["code"]) == (422, "late_code")


def test_the_slip_is_for_the_one_who_takes_once_it_is_agreed(world: World, alice: Reader, bob: Reader) -> None:
    path = f"/handovers/{world.handover.pk}"
    assert Api(bob).get(f"{path}/late-slip").status_code == 404
    Api(alice).post(f"{path}/agree")
    assert [Api(who).get(f"{path}/late-slip").status_code for who in (alice, bob)] == [404, 200]


def test_a_library_that_takes_no_late_codes_gives_no_slip(world: World, alice: Reader, bob: Reader) -> None:
    policy = policies.current()
    policy.late_code_minutes = 0
    policy.save()
    Api(alice).post(f"/handovers/{world.handover.pk}/agree")
    assert Api(bob).get(f"/handovers/{world.handover.pk}/late-slip").json() == {"slip": None, "minutes": 0}
