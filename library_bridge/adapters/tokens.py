"""A token that a library system gives for a while. It lives in this process only, never in the database or the cache."""

import time
from collections.abc import Callable
from threading import Lock

Made = tuple[str, float]
"""The token, and until when it is good on the monotonic clock."""


class Token:
    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._lock = Lock()
        self._text, self._good_until = "", 0.0

    def get(self, *, instead_of: str = "") -> str:
        """`instead_of`: one that was refused. Several threads that find it ended make one new one. Raises as `make`."""
        with self._lock:
            if time.monotonic() > self._good_until or self._text == instead_of:
                self._text, self._good_until = self._make()
            return self._text


def good_for(seconds: float, *, earlier: float) -> float:
    """Until when, on the monotonic clock: `earlier` seconds before its end, but half of its life at least."""
    return time.monotonic() + max(seconds - earlier, seconds / 2)
