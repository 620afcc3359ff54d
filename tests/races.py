"""Several at once, for the tests that run on PostgreSQL, and the control that takes the locks away."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

from django.db import connections
from django.db.models import QuerySet

from sharing import prepared


def together(*acts: Callable[[], object]) -> list[object]:
    """Run the acts in threads released by one barrier; the outcome of each, exceptions included."""
    barrier, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            outcomes[index] = act()  # type: ignore[call-overload]
        except Exception as problem:  # noqa: BLE001  (the outcome is what the test looks at)
            outcomes[index] = problem  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@contextmanager
def locking(otherwise: Callable[..., Any]) -> Iterator[None]:
    """Rows are locked otherwise, and no kept text of another way is left over."""
    prepared.forget()
    try:
        with mock.patch.object(QuerySet, "select_for_update", otherwise):
            yield
    finally:
        prepared.forget()


def without_locks() -> AbstractContextManager[None]:
    """The control: rows are read, but not locked."""
    return locking(lambda self, *args, **kwargs: self.all())
