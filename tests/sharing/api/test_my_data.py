"""One's own data and the end of one's account through the API."""

import io
import json
import zipfile
from datetime import datetime, timedelta

import pytest
import time_machine

from library_bridge.models import Reader
from sharing import data_exports
from sharing.models import DataExport, DomainEvent, Erasure
from tests import factories
from tests.sharing.api.clients import Api
from tests.sharing.api.worlds import agreed


def made(reader: Reader, now: datetime) -> DataExport:
    asked = data_exports.ask_export(actor=reader, now=now)
    data_exports.make_export(export_id=asked.pk, now=now)
    return DataExport.objects.get(pk=asked.pk)


@pytest.fixture
def clock(now: datetime) -> object:
    with time_machine.travel(now, tick=False):
        yield now


def test_p8_the_export_is_asked_for_polled_and_fetched(clock: datetime, bob: Reader) -> None:
    api = Api(bob)
    assert api.get("/me/export").status_code == 404
    asked = api.post("/me/export")
    assert asked.status_code == 202
    data_exports.make_export(export_id=int(asked.json()["id"]), now=clock)
    ready = api.get("/me/export").json()
    assert (ready["status"], ready["id"]) == ("ready", asked.json()["id"])
    answer = api.get(ready["file_url"].split("/api/v1")[1])
    assert answer["Content-Type"] == "application/zip"
    file = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert json.loads(file.read("data.json"))["about"]
    assert DomainEvent.objects.filter(kind="data.taken", actor=bob).count() == 1


def test_t_l7_nobody_else_fetches_it_and_later_nobody(clock: datetime, bob: Reader, charlie: Reader) -> None:
    made(bob, clock)
    assert Api(charlie).get("/me/export/file").status_code == 404
    assert Api().get("/me/export/file").status_code == 401
    with time_machine.travel(clock + timedelta(minutes=16), tick=False):
        assert Api(bob).get("/me/export/file").status_code == 404


def test_asking_again_gives_the_same_export(clock: datetime, bob: Reader) -> None:
    first, again = (Api(bob).post("/me/export").json() for _time in range(2))
    assert first["id"] == again["id"]


def test_t_o3_the_erasing_waits_says_for_what_and_is_taken_back(clock: datetime, alice: Reader, bob: Reader) -> None:
    world = agreed(alice, bob, now=clock)
    api = Api(bob)
    assert api.get("/me/erase").json()["asked_at"] is None
    asked = api.post("/me/erase")
    assert asked.status_code == 202
    told = asked.json()
    assert [(one["kind"], one["id"]) for one in told["waiting_for"]] == [("lending", str(world.lending.pk))]
    assert told["act_at"] > told["asked_at"]
    assert api.delete("/me/erase").status_code == 204
    assert api.get("/me/erase").json()["asked_at"] is None
    assert not Erasure.objects.exists()


def test_an_account_of_the_staff_is_not_erased_so(db: None) -> None:
    answer = Api(factories.reader("Lin", is_staff=True)).post("/me/erase")
    assert (answer.status_code, answer.json()["code"]) == (422, "staff")
