"""The embedded library behind a server: who opens it gets the system at this moment, in a thread of the server's own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TypeAlias

from django.db import close_old_connections
from django.utils import timezone

from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.models import Library
from library_bridge.testing.faults import Script

Around: TypeAlias = Callable[[], AbstractContextManager[None]]


@contextmanager
def fresh_connection() -> Iterator[None]:
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


class House:
    """`around` wraps each request: a test puts its own connection and clock there."""

    def __init__(
        self, library: Library, *, clock: Callable[[], datetime] = timezone.now, around: Around = fresh_connection
    ) -> None:
        self.library = library
        self.clock = clock
        self.script = Script()
        self._around = around

    @contextmanager
    def open(self) -> Iterator[EmbeddedSystem]:
        with self._around():
            yield EmbeddedSystem(self.library, self.clock())
