"""Whether this process can serve, and what staff may know of its surroundings."""

from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError as NoBroker
from prometheus_client import values
from pytest_django import Settings

from library_bridge import registers, rounds
from library_bridge.models import Library, Reader
from library_bridge.ports import Unavailable

SILENCE = "bookrelay_scheduler_silence_seconds "


@pytest.fixture
def lin(db: None) -> Client:
    client = Client()
    client.force_login(Reader.objects.create(username="lin", is_staff=True))
    return client


@pytest.fixture
def no_database() -> mock.Mock:
    return mock.patch("sharing.views.health.connection.cursor", side_effect=OperationalError())


def test_it_is_healthy_while_it_has_its_database(client: Client, db: None) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_without_its_database_it_cannot_serve(client: Client, db: None, no_database: mock.Mock) -> None:
    with no_database:
        answer = client.get("/healthz")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")


def test_staff_learn_how_the_parts_are(lin: Client) -> None:
    assert lin.get("/readyz").json() == {
        "status": "ok", "database": True, "broker": True, "scheduler": True, "libraries": {}, "undelivered_events": 0, "search": "ok",
    }  # fmt: skip


def test_a_library_system_that_is_away_is_named(lin: Client) -> None:
    Library.objects.create(code="qingshi", name_zh="青石市图书馆", name_en="Qingshi")
    with mock.patch("sharing.views.health.registry.system_for", side_effect=Unavailable()):
        answer = lin.get("/readyz")
    assert (answer.status_code, answer.json()["libraries"]) == (503, {"qingshi": False})


def test_staff_learn_that_the_search_is_behind_and_what_to_do(lin: Client, settings: Settings) -> None:
    settings.SEARCH_ENGINE = "personal_catalog.search.opensearch.OpenSearch"
    with mock.patch("personal_catalog.search.opensearch.cache.get", return_value="missed"):
        answer = lin.get("/readyz")
    assert answer.status_code == 200
    assert "manage.py reindex_titles" in answer.json()["search"]


def test_a_broker_that_is_away_is_named(lin: Client) -> None:
    with mock.patch("kombu.connection.Connection.ensure_connection", side_effect=NoBroker()):
        answer = lin.get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (503, False)


def test_a_scheduler_or_worker_that_has_stopped_is_named_until_the_next_round(lin: Client, now: datetime) -> None:
    list(registers.act_on_due(now=now))
    with time_machine.travel(now + timedelta(minutes=6)):
        answer = lin.get("/readyz")
        assert (answer.status_code, answer.json()["status"], answer.json()["scheduler"]) == (503, "degraded", False)
        [silent] = [line for line in lin.get("/metrics").content.decode().splitlines() if line.startswith(SILENCE)]
        assert float(silent.split()[1]) > 300
        list(registers.act_on_due(now=now))
        assert lin.get("/readyz").json()["scheduler"] is True


@pytest.mark.parametrize("broken", ["personal_catalog.due.completion.claim_due", "sharing.due.following.due"])
def test_a_round_of_which_a_part_fails_has_not_ended(lin: Client, now: datetime, broken: str) -> None:
    list(registers.act_on_due(now=now))
    with time_machine.travel(now + timedelta(minutes=6)), mock.patch(broken, side_effect=LookupError):
        assert [deed["problem"] for deed in registers.act_on_due(now=now) if deed["did"] == "failed"] == ["LookupError"]
        assert lin.get("/readyz").json()["scheduler"] is False


def test_a_service_that_has_just_come_up_has_five_minutes_for_its_first_round(lin: Client, now: datetime) -> None:
    assert lin.get("/readyz").json()["scheduler"] is True
    with time_machine.travel(now + timedelta(minutes=6)):
        assert lin.get("/readyz").json()["scheduler"] is False


def test_without_the_cache_nobody_knows_when_the_last_round_was_and_the_pages_say_so(lin: Client) -> None:
    list(registers.act_on_due(now=timezone.now()))
    gone = {name: mock.Mock(side_effect=ConnectionError) for name in ("add", "get", "set")}
    with mock.patch.multiple(rounds, cache=mock.Mock(**gone)):
        answer = lin.get("/readyz")
        assert (answer.status_code, answer.json()["status"], answer.json()["scheduler"]) == (503, "degraded", None)
        numbers = lin.get("/metrics")
    assert numbers.status_code == 200
    assert SILENCE.strip() not in numbers.content.decode()


def test_of_several_processes_one_silence_is_told(lin: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that they share keeps nothing of it, so a process that was long silent does not speak beside this one."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for process in (1, 2):
        monkeypatch.setattr(values, "ValueClass", values.MultiProcessValue(lambda number=process: number))
        told = lin.get("/metrics").content.decode()
    assert told.count(f"# TYPE {SILENCE}") == 1
    assert len([line for line in told.splitlines() if line.startswith(SILENCE.strip())]) == 1
    assert not list(tmp_path.iterdir())


def test_the_database_is_looked_at_before_anything_that_needs_it(
    client: Client, db: None, no_database: mock.Mock
) -> None:
    with no_database:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "database": False})


def test_for_others_there_is_nothing_here(client: Client, db: None) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
