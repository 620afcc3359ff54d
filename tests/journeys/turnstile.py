"""One request after the other through a server that runs in the process of the tests.

On SQLite all threads of such a server share the one connection whose tables are in memory, and two of them can stop each
other for good: one is inside a statement, holds the connection's mutex and needs the interpreter for a function that Django
defines in Python; the other has the interpreter and needs the mutex in order to bind a value. A browser that leaves a page
while its pictures are still on their way is all it takes.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.core.handlers.wsgi import WSGIHandler

Application = Callable[..., Iterable[bytes]]


class Turnstile:
    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._closed = False

    def around(self, answer: Application) -> Application:
        def one_at_a_time(
            handler: Any, environ: dict[str, Any], start_response: Callable[..., object]
        ) -> Iterable[bytes]:
            with self._turn:
                if self._closed:
                    start_response("503 Service Unavailable", [])
                    return []
                return answer(handler, environ, start_response)

        return one_at_a_time

    def close(self) -> None:
        """Waits for the request that is inside; those behind it are turned away."""
        with self._turn:
            self._closed = True


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Once it is left, no request is inside any more."""
    turnstile = Turnstile()
    with mock.patch.object(WSGIHandler, "__call__", turnstile.around(WSGIHandler.__call__)):
        try:
            yield
        finally:
            turnstile.close()
