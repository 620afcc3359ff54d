"""The embedded system as servers for other machines: which are started, where, for whom, and that all stop."""

import io
import sys
import threading
from types import ModuleType

import pytest
from django.core.management import CommandError, call_command

from library_bridge.models import Library
from library_bridge.testing.house import House
from tests.library_bridge.factories import Campus

PROTOCOLS = ("sip2", "koha", "ncip", "folio")


class FakeServer:
    """Without a socket; `deeds` is the order of things."""

    deeds: list[str] = []
    made: dict[str, "FakeServer"] = {}
    protocol = ""

    def _begin(self, house: House, host: str, port: int, **credentials: str) -> None:
        if port == 1:
            raise OSError(98, "Address already in use")
        self.house, self.host, self.port, self.credentials = house, host, port or 40000, credentials
        self.made[self.protocol] = self

    def start(self) -> None:
        self.deeds.append(f"start {self.protocol}")

    def stop(self) -> None:
        self.deeds.append(f"stop {self.protocol}")


class Sip2Server(FakeServer):
    protocol = "sip2"

    def __init__(self, house: House, *, host: str, port: int, login: str = "", password: str = "") -> None:
        self._begin(house, host, port, login=login, password=password)


class KohaServer(FakeServer):
    protocol = "koha"

    def __init__(self, house: House, *, host: str, port: int, client_id: str, client_secret: str) -> None:
        self._begin(house, host, port, client_id=client_id, client_secret=client_secret)


class NcipServer(FakeServer):
    protocol = "ncip"

    def __init__(self, house: House, *, host: str, port: int) -> None:
        self._begin(house, host, port)


class FolioServer(FakeServer):
    protocol = "folio"

    def __init__(self, house: House, *, host: str, port: int, username: str, password: str) -> None:
        self._begin(house, host, port, username=username, password=password)


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeServer.deeds, FakeServer.made = [], {}
    for server in (Sip2Server, KohaServer, NcipServer, FolioServer):
        module = ModuleType(f"library_bridge.testing.{server.protocol}")
        setattr(module, server.__name__, server)
        monkeypatch.setitem(sys.modules, module.__name__, module)

    # Ctrl-C comes to the test's own thread; a timer that another test left behind also waits for an event.
    here, waits = threading.current_thread(), threading.Event.wait

    def interrupted(event: threading.Event, timeout: float | None = None) -> bool:
        if threading.current_thread() is not here:
            return waits(event, timeout)
        FakeServer.deeds.append("wait")
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Event, "wait", interrupted)


def serve(*arguments: str) -> str:
    out = io.StringIO()
    call_command("serve_embedded", *arguments, stdout=out)
    return out.getvalue()


def test_the_named_servers_start_and_ctrl_c_stops_them_all(campus: Campus) -> None:
    said = serve("--sip2", "6001", "--koha", "6002", "--ncip", "6003")
    assert FakeServer.deeds == ["start sip2", "start koha", "start ncip", "wait", "stop ncip", "stop koha", "stop sip2"]
    assert "SIP2: 127.0.0.1:6001\n" in said
    assert "folio" not in FakeServer.made
    assert {server.house.library for server in FakeServer.made.values()} == {campus.library}


def test_a_free_port_is_told(campus: Campus) -> None:
    assert "NCIP 2: 127.0.0.1:40000" in serve("--ncip", "0")


def test_where_signing_in_cannot_be_left_out_a_password_is_made_and_shown(campus: Campus) -> None:
    said = serve("--sip2", "6001", "--koha", "6002", "--folio", "6004")
    koha, folio = FakeServer.made["koha"].credentials, FakeServer.made["folio"].credentials
    assert koha["client_id"] == folio["username"] == "bookrelay"
    assert len(koha["client_secret"]) >= 16
    assert koha["client_secret"] in said
    assert koha["client_secret"] != folio["password"]
    assert FakeServer.made["sip2"].credentials == {"login": "", "password": ""}


def test_k12_a_password_of_ones_own_is_not_repeated(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELF_CHECK", "CANARY")
    said = serve("--sip2", "6001", "--login", "desk-1", "--password", "env:SELF_CHECK")
    assert FakeServer.made["sip2"].credentials == {"login": "desk-1", "password": "CANARY"}
    assert "CANARY" not in said


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "library.example.org"])
def test_other_machines_are_let_in_only_knowingly(campus: Campus, host: str) -> None:
    for more in ((), ("--i-know",), ("--password", "x")):
        with pytest.raises(CommandError, match="--i-know") as refusal:
            serve("--sip2", "6001", "--host", host, *more)
        assert refusal.value.returncode == 2
    assert FakeServer.deeds == []
    serve("--sip2", "6001", "--host", host, "--i-know", "--password", "x")
    assert FakeServer.made["sip2"].host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_this_machine_is_fine(campus: Campus, host: str) -> None:
    serve("--sip2", "6001", "--host", host)


def test_one_that_cannot_start_takes_the_others_down(campus: Campus) -> None:
    with pytest.raises(CommandError, match=r"NCIP 2 at 127\.0\.0\.1:1: Address already in use"):
        serve("--sip2", "6001", "--ncip", "1")
    assert FakeServer.deeds == ["start sip2", "stop sip2"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [((), "Name a port: --sip2"), (("--sip2", "0", "--library", "x"), "there are: demo"),
     (("--sip2", "0", "--password", "env:NOT_THERE"), "the environment has no NOT_THERE")],
)  # fmt: skip
def test_what_is_missing_is_said(campus: Campus, arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        serve(*arguments)


def test_of_several_libraries_one_is_named(campus: Campus) -> None:
    other = Library.objects.create(code="branch", name_zh="分馆", name_en="Branch")
    Library.objects.create(code="far", name_zh="远", name_en="Far", adapter="sip2")
    with pytest.raises(CommandError, match="there are: branch, demo"):
        serve("--sip2", "0")
    serve("--sip2", "0", "--library", "branch")
    assert FakeServer.made["sip2"].house.library == other
