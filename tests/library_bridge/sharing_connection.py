"""A server's thread sees what the test has not committed: it works on the test's own connection while the test waits."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connections


def shared_connection() -> Callable[[], AbstractContextManager[None]]:
    """For `House(around=…)`. Call it in the test's thread; calls are synchronous, so one thread uses it at a time."""
    mine = connections["default"]

    @contextmanager
    def around() -> Iterator[None]:
        mine.inc_thread_sharing()
        connections["default"] = mine
        try:
            yield
        finally:
            mine.dec_thread_sharing()

    return around
