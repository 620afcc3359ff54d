"""Doubles on loopback over a campus's embedded system, and the adapters that speak to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from library_bridge.adapters.folio import adapter as folio
from library_bridge.adapters.koha import adapter as koha
from library_bridge.models import Library
from library_bridge.ports import LibrarySystem
from library_bridge.testing.folio import FolioServer
from library_bridge.testing.house import House
from library_bridge.testing.koha import KohaServer
from library_bridge.testing.sip2 import Sip2Server
from tests.library_bridge import serving_sip2
from tests.library_bridge.factories import Campus
from tests.library_bridge.sharing_connection import shared_connection


@contextmanager
def koha_server(campus: Campus) -> Iterator[KohaServer]:
    with shared_connection() as around:
        server = KohaServer(House(campus.library, around=around))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def koha_system(server: KohaServer, now: datetime, **settings: object) -> LibrarySystem:
    """The library's own row says embedded; the adapter gets settings of its own."""
    given = {"base_url": server.url, "client_id": server.client_id, "client_secret": server.client_secret}
    library = Library(pk=server.house.library.pk, code="koha", adapter=Library.Adapter.KOHA)
    library.time_zone = server.house.library.time_zone
    library.settings = {**given, "fine_limit": 50, **settings}
    return koha.make(library, now)


def sip2_beside(server: Sip2Server) -> dict[str, object]:
    """The settings of a Koha for its own SIP2 server."""
    given = {"host": "127.0.0.1", "port": server.port, "profile": "embedded", "timeout_s": 60, **serving_sip2.LOGIN}
    return {f"sip2_{name}": value for name, value in given.items()}


@contextmanager
def koha_with_sip2(campus: Campus, now: datetime) -> Iterator[LibrarySystem]:
    with koha_server(campus) as server, serving_sip2.served(campus, now) as beside:
        yield koha_system(server, now, **sip2_beside(beside))


@contextmanager
def folio_server(campus: Campus) -> Iterator[FolioServer]:
    with shared_connection() as around:
        server = FolioServer(House(campus.library, around=around))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def folio_system(server: FolioServer, now: datetime, **settings: object) -> LibrarySystem:
    given = {
        "base_url": server.url,
        "tenant": server.tenant,
        "username": server.username,
        "password": server.password,
        "service_point": server.service_point,
    }
    library = Library(pk=server.house.library.pk, code="folio", adapter=Library.Adapter.FOLIO)
    library.time_zone = server.house.library.time_zone
    library.settings = {**given, **settings}
    return folio.make(library, now)
