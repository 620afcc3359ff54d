"""Send a job by its name. It only makes things sooner: without a broker the sweep does the same work at its next round."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

_unhurried: ContextVar[bool] = ContextVar("_unhurried", default=False)


@contextmanager
def left_to_the_sweep() -> Iterator[None]:
    """Nothing is hurried inside: for whoever runs the sweep by a clock of their own."""
    before = _unhurried.set(True)
    try:
        yield
    finally:
        _unhurried.reset(before)


def may_hurry() -> bool:
    return not _unhurried.get()


def hurry(name: str, *args: object) -> None:
    if not may_hurry():
        return
    try:
        import_string(name).delay(*args)
    except OperationalError:
        logger.warning("no broker: %s waits for the sweep", name)
