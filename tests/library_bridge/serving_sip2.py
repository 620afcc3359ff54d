"""A campus whose library system is reached over SIP2, on a real socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from library_bridge.adapters.sip2 import pool
from library_bridge.adapters.sip2.adapter import Sip2System
from library_bridge.models import Library
from library_bridge.testing.house import House
from library_bridge.testing.sip2 import Sip2Server
from tests.library_bridge.factories import Campus
from tests.library_bridge.sharing_connection import shared_connection

LOGIN = {"login": "sharing", "password": "CANARY-terminal"}


@contextmanager
def served(campus: Campus, now: datetime, **options: object) -> Iterator[Sip2Server]:
    """What a client should never have sent fails the test that sent it (S9)."""
    with shared_connection() as around:
        server = Sip2Server(House(campus.library, clock=lambda: now, around=around), **{**LOGIN, **options})  # type: ignore[arg-type]
        server.start()
        try:
            yield server
        finally:
            server.stop()
            pool.close_all()
    assert server.complaints == []


def speaking_sip2(library: Library, server: Sip2Server, **settings: object) -> Library:
    """The same library as a client sees it: its own tables stay behind the server. Not saved."""
    given = {"host": "127.0.0.1", "port": server.port, "profile": "embedded", "timeout_s": 3, **LOGIN, **settings}
    return Library(pk=library.pk, code=library.code, adapter="sip2", settings=given, time_zone=library.time_zone)


def system(campus: Campus, server: Sip2Server, **settings: object) -> Sip2System:
    return Sip2System(speaking_sip2(campus.library, server, **settings))
