"""The campus behind an NCIP responder on a real socket, and the adapter that asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from library_bridge.adapters.ncip import adapter
from library_bridge.adapters.ncip.adapter import NcipSystem
from library_bridge.models import Library
from library_bridge.testing.house import House
from library_bridge.testing.ncip import PROFILE, NcipServer
from tests.library_bridge.factories import Campus
from tests.library_bridge.sharing_connection import shared_connection


@contextmanager
def serving(campus: Campus, now: datetime) -> Iterator[tuple[House, NcipServer]]:
    """The embedded system keeps its own settings; the row of the library is for the adapter's."""
    with shared_connection() as around:
        house = House(Library.objects.get(pk=campus.library.pk), clock=lambda: now, around=around)
        server = NcipServer(house)
        server.start()
        try:
            yield house, server
        finally:
            server.stop()


def settings(server: NcipServer, **more: object) -> dict[str, object]:
    return {"url": f"http://127.0.0.1:{server.port}/ncip", **PROFILE, **more}


@contextmanager
def system(campus: Campus, now: datetime) -> Iterator[NcipSystem]:
    with serving(campus, now) as (_house, server):
        campus.library.settings = settings(server)
        yield adapter.make(campus.library, now)
