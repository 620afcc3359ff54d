"""A sign-in under both counters. An attempt holds a place in each until its answer is known, so that parallel guesses
can't slip through in between; only a wrong answer counts. More right ones than there are places take turns."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from random import uniform
from typing import TypeVar

from library_bridge import throttle
from library_bridge.throttle import Counter

PATIENCE = 60.0  # seconds that an attempt waits for a place: sixty right PINs take as long on a busy machine
BUSY = 5  # seconds until it may come again

T = TypeVar("T")


class WrongPin(Exception):
    """Also for a card, a name or a library that does not exist: one answer for all (T-A1)."""

    def __init__(self, tries_left: int) -> None:
        super().__init__("wrong_pin")
        self.tries_left = tries_left


class TooManyTries(Exception):
    """The library system was not asked (T-I9). `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too_many_tries")
        self.retry_after = retry_after


def attempt(authenticate: Callable[[], T | None], *, kind: str, name: str, address: str, now: datetime) -> T:
    """`authenticate` gives None for wrong. What else it raises leaves no mark against anybody."""
    account, network = throttle.of_account(kind, name), throttle.of_address(address)
    # asked first: a blocked address locks nobody and makes no counters of ever new names
    with _place(network, now), _place(account, now):
        found = authenticate()
        if found is None:
            network.add(now=now)
            raise WrongPin(tries_left=account.limit - account.add(now=now))
    account.clear()
    return found


@contextmanager
def _place(counter: Counter, now: datetime) -> Iterator[None]:
    """Given back after the failure is counted, so that there is no moment at which neither stands."""
    _wait(counter, now)
    try:
        yield
    finally:
        counter.leave()


def _wait(counter: Counter, now: datetime) -> None:
    end = time.monotonic() + PATIENCE
    while not counter.enter():
        if counter.is_full:
            raise TooManyTries(counter.seconds_left(now=now))
        if time.monotonic() > end:
            raise TooManyTries(BUSY)
        time.sleep(uniform(0.05, 0.2))  # not all at once
