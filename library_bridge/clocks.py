"""What time it is in a sweep that takes its time, also in one that was told another time than the wall's."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

Clock = Callable[[], datetime]


def running_from(now: datetime) -> Clock:
    """`now`, and as many whole seconds more as have passed since: what happens at once stays one moment."""
    began = monotonic()
    return lambda: now + timedelta(seconds=int(monotonic() - began))
