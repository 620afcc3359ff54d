"""The commands around the demo: refused on real data, and while the service runs."""

import socket
from datetime import datetime
from io import StringIO
from types import SimpleNamespace
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from library_bridge import registers
from library_bridge.models import Library

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("arguments", [["demo_campus"], ["demo_campus", "--reset"], ["run_due", "--at", "2030-01-01"]])
def test_what_belongs_to_the_demo_is_refused_without_it(settings: Settings, arguments: list[str]) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command(*arguments)
    assert not Library.objects.filter(code="demo").exists()


def test_time_that_is_none_is_said() -> None:
    with pytest.raises(CommandError, match="RFC 3339"):
        call_command("run_due", "--at", "tomorrow")


def test_time_passes_by_itself_without_the_demo(settings: Settings) -> None:
    settings.DEMO = False
    call_command("run_due", stdout=StringIO())


def test_the_campus_is_not_reset_while_the_service_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        with pytest.raises(CommandError, match=f"port {port}"):
            call_command("demo_campus", "--reset", "--port", port)


@pytest.mark.parametrize("hour", [0, 9, 23])
@pytest.mark.parametrize("day", ["2027-12-31", "2028-02-29"])
def test_the_story_of_a_day_ends_with_its_first_midnight_at_any_hour(day: str, hour: int) -> None:
    app = SimpleNamespace(__name__="library_bridge.demo", load=mock.Mock())
    with mock.patch("library_bridge.registers.modules", return_value=[app]):
        list(registers.load_demo(now=datetime.fromisoformat(f"{day}T{hour:02}:30:00+08:00")))
    app.load.assert_called_once_with(now=datetime.fromisoformat(f"{day}T00:00:00+08:00"))
