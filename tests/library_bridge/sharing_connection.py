"""A server's thread sees what the test has not committed: it works on the test's own connection while the test waits."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


class shared_connection:
    """For `House(around=…)`. Made in the test's thread; calls are synchronous, so one thread uses it at a time."""

    def __init__(self) -> None:
        self._mine = connections["default"]

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self._mine.inc_thread_sharing()
        connections["default"] = self._mine
        try:
            yield
        finally:
            self._mine.dec_thread_sharing()

    def __enter__(self) -> "shared_connection":
        return self

    def __exit__(self, *problem: object) -> None:
        """Nothing is held between two calls."""
