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
    if network.add(now=now) > network.limit:  # asked first: a blocked address makes no counters of ever new names
        raise TooManyTries(network.seconds_left(now=now))
    tries = account.add(now=now)
    if tries > account.limit:
        raise TooManyTries(account.seconds_left(now=now))
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
