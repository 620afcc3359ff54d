"""A server's thread on the test's own database connection: it sees the rows that no commit has shown to anybody."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from library_bridge.testing.house import Around


@contextmanager
def shared_connection() -> Iterator[Around]:
    """For House(around=...). Only while the test waits for the server's answer may the server use it."""
    shared = connections["default"]
    shared.inc_thread_sharing()

    @contextmanager
    def around() -> Iterator[None]:
        connections["default"] = shared
        yield

    try:
        yield around
    finally:
        shared.dec_thread_sharing()
