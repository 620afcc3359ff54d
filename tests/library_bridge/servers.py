"""The campus behind a server on a real socket: one line of `KINDS` for each protocol that has a double."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, Protocol

from library_bridge import registry
from library_bridge.models import Library
from library_bridge.ports import LibrarySystem
from library_bridge.testing import ncip
from library_bridge.testing.folio import FolioServer
from library_bridge.testing.house import House
from library_bridge.testing.koha import KohaServer
from library_bridge.testing.sip2 import Sip2Server
from tests.library_bridge.factories import Campus
from tests.library_bridge.sharing_connection import shared_connection


class Server(Protocol):
    @property
    def port(self) -> int: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class Kind:
    """`server` serves a house, `settings` are those of the adapter that asks it with so many seconds of patience."""

    server: Callable[[House], Server]
    settings: Callable[[Any, float], dict[str, Any]]


def _sip2(server: Sip2Server, seconds: float) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": server.port, "profile": "embedded", "timeout_s": seconds}


def _koha(server: KohaServer, seconds: float) -> dict[str, Any]:
    credentials = {"client_id": server.client_id, "client_secret": server.client_secret}
    return {"base_url": server.url, "fine_limit": 50, "timeout_s": seconds, "write_timeout_s": seconds, **credentials}


def _ncip(server: ncip.NcipServer, seconds: float) -> dict[str, Any]:
    return {"url": f"http://127.0.0.1:{server.port}/", "timeout": seconds, **ncip.PROFILE}


def _folio(server: FolioServer, seconds: float) -> dict[str, Any]:
    user = {"tenant": server.tenant, "username": server.username, "password": server.password}
    return {
        "base_url": server.url,
        "service_point": server.service_point,
        "timeout_s": seconds,
        "write_timeout_s": seconds,
        **user,
    }


KINDS = {
    "sip2": Kind(Sip2Server, _sip2),
    "koha": Kind(KohaServer, _koha),
    "ncip": Kind(ncip.NcipServer, _ncip),
    "folio": Kind(FolioServer, _folio),
}


MOVES: dict[str, dict[str, Any]] = {"sip2": {"checkout_when_out": "moves"}, "ncip": {"check_out_moves": True}}
"""How a system that moves a charge by one checkout is told from others."""
IN_TWO_STEPS = ("sip2", "ncip")
"""Those that move a loan by a checkin and a checkout."""


class Busy:
    """Who asks waits until the server has let go of the connection they share, even when there was no answer in time."""

    def __init__(self) -> None:
        self._lock = Lock()

    @contextmanager
    def serving(self, around: Callable[[], Any]) -> Iterator[None]:
        with self._lock, around():
            yield

    def wait(self) -> None:
        with self._lock:
            pass


@contextmanager
def serving(
    name: str, campus: Campus, now: datetime, *, seconds: float = 5.0, moves: bool = False
) -> Iterator[tuple[House, Busy]]:
    """The library's row gets the adapter and its settings; the embedded system behind the server keeps its own."""
    kind, busy = KINDS[name], Busy()
    with shared_connection() as around:
        inside = Library.objects.get(pk=campus.library.pk)
        inside.settings = {"check_out_moves": moves}
        house = House(inside, clock=lambda: now, around=lambda: busy.serving(around))
        server = kind.server(house)
        server.start()
        try:
            campus.library.adapter = name
            campus.library.settings = kind.settings(server, seconds) | (MOVES.get(name, {}) if moves else {})
            campus.library.save()
            yield house, busy
        finally:
            server.stop()


@contextmanager
def system(name: str, campus: Campus, now: datetime, *, seconds: float = 5.0) -> Iterator[LibrarySystem]:
    with serving(name, campus, now, seconds=seconds):
        yield registry.ADAPTERS[name](campus.library, now)
