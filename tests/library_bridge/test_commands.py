"""The commands around the demo: refused on real data, and while the service runs."""

import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

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
