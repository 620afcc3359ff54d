"""Everything about me in one file: whole, of nobody else, and for me only."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from library_bridge.models import Reader
from sharing import conversations, data_exports, due
from sharing.errors import LimitReached
from sharing.models import DataExport, DomainEvent
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


def made(world: World, who: Reader) -> DataExport:
    asked = data_exports.ask_export(actor=who, now=world.now)
    data_exports.make_export(export_id=asked.pk, now=world.now)
    asked.refresh_from_db()
    return asked


def content(export: DataExport) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(export.file.read()))


def talked(world: World) -> None:
    lending = steps.agreed(world)
    number = lending.ask.conversation.pk
    for who, words in ((world.alice, "Alice wrote this"), (world.bob, "Bob wrote that")):
        conversations.send_message(conversation_id=number, actor=who, text=words, now=world.now)


def test_p8_an_export_is_for_programs_and_for_people(world: World) -> None:
    talked(world)
    file = content(made(world, world.bob))
    said = json.loads(file.read("data.json"))["about"]
    (wrote,) = said["messages"]["data"]["sharing.Message"]
    assert wrote["text"] == "Bob wrote that"
    assert said["exchanges"]["data"]["sharing.Lending"][0]["as"] == "taker"
    assert "Bob wrote that" in file.read("data.html").decode()


def test_p8_t_r24_nobody_else_is_in_it(world: World) -> None:
    talked(world)
    file = content(made(world, world.bob))
    for name in ("data.json", "data.html"):
        text = file.read(name).decode()
        assert "Alice" not in text
        assert world.alice.username not in text


def test_making_it_again_changes_nothing(world: World) -> None:
    export = made(world, world.bob)
    assert data_exports.ask_export(actor=world.bob, now=world.now).pk == export.pk
    assert not data_exports.make_export(export_id=export.pk, now=world.now)
    assert default_storage.exists(export.file.name)


def test_t_l7_the_link_is_for_its_reader_only(world: World) -> None:
    url = f"/me/data/{made(world, world.bob).token}.zip"
    assert browsers.of(world.charlie).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    answer = browsers.of(world.bob).get(url)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_t_l7_each_download_is_recorded(world: World) -> None:
    url = f"/me/data/{made(world, world.bob).token}.zip"
    for _time in range(2):
        b"".join(browsers.of(world.bob).get(url).streaming_content)  # read to the end, so it is closed
    assert DomainEvent.objects.filter(kind="data.taken", actor=world.bob).count() == 2


def test_t_l7_after_a_quarter_of_an_hour_it_is_gone(world: World) -> None:
    export = made(world, world.bob)
    later = world.now + timedelta(minutes=16)
    with browsers.at(later):
        assert browsers.of(world.bob).get(f"/me/data/{export.token}.zip").status_code == 404
    assert {"did": "data.export_forgotten", "export": export.pk} in list(due.act(now=later))
    assert not default_storage.exists(export.file.name)


def test_what_the_broker_lost_the_sweep_makes(world: World) -> None:
    asked = data_exports.ask_export(actor=world.bob, now=world.now)
    assert {"did": "data.put_together", "data": asked.pk} in list(due.act(now=world.now))


def test_one_that_cannot_be_made_is_given_up_and_can_be_asked_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = data_exports.ask_export(actor=world.bob, now=world.now)
    with monkeypatch.context() as broken:
        broken.setattr(data_exports, "_write", lambda *said: 1 / 0)
        for _round in range(7):
            list(due.act(now=world.now))
    assert DataExport.objects.get().tries == DataExport.MOST_TRIES
    assert "could not be put together" in browsers.seen(browsers.of(world.bob), "/me/data/")
    assert data_exports.ask_export(actor=world.bob, now=world.now).pk != first.pk


def test_it_can_be_asked_for_some_times_a_day(world: World) -> None:
    for _time in range(5):
        made(world, world.bob)
        DataExport.objects.all().delete()
    with pytest.raises(LimitReached):
        data_exports.ask_export(actor=world.bob, now=world.now)


def test_the_page_leads_from_the_button_to_the_file(world: World) -> None:
    client = browsers.of(world.bob)
    assert "Put my data together" in browsers.seen(client, "/me/data/")
    client.post("/me/data/ask/")
    with browsers.at(world.now):
        list(due.act(now=world.now))
        assert DataExport.objects.get().token in browsers.seen(client, "/me/data/")
