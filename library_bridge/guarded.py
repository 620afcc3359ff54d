"""A sign-in under both counters. A try is counted before its answer is known, so that parallel guesses can't slip
through in between; a right answer, or none, is taken back."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from library_bridge import throttle

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
    tries, from_network = account.add(now=now), network.add(now=now)
    for counter, count in ((account, tries), (network, from_network)):
        if count > counter.limit:
            raise TooManyTries(counter.seconds_left(now=now))
    try:
        found = authenticate()
    except Exception:
        account.take_back()
        network.take_back()
        raise
    if found is None:
        raise WrongPin(tries_left=account.limit - tries)
    account.clear()
    network.take_back()
    return found
