"""Failed sign-ins are counted in a cache of their own, atomically: by account, and by network address (T-A2, T-R17).

What visitors may fill by asking is kept in another one, so that nobody can push a counter out. A locked account opens by
itself when its window has passed, so an outsider can't shut a reader out for good.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from math import ceil
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.utils.connection import ConnectionProxy
from django.utils.crypto import salted_hmac

LONGEST_ATTEMPT = 300  # seconds; places of attempts that a crash cut off are free again after as long a calm

cache: Any = ConnectionProxy(caches, "limits")


@dataclass(frozen=True, slots=True)
class Counter:
    """What happened within a window, and the attempts whose answer is not known yet: never more than `limit` together.
    `key` holds a digest, so that no card number stands in the cache."""

    key: str
    limit: int
    seconds: int

    def add(self, *, now: datetime) -> int:
        """How many there are in this window, this one included."""
        if cache.add(self.key, 0, self.seconds):
            cache.set(f"{self.key}:since", now.timestamp(), self.seconds)
        try:
            return int(cache.incr(self.key))
        except ValueError:  # the window ended between the two calls
            cache.set(self.key, 1, self.seconds)
            return 1

    @property
    def count(self) -> int:
        return int(cache.get(self.key, 0))

    @property
    def is_full(self) -> bool:
        return self.count >= self.limit

    def enter(self) -> bool:
        """Takes a place for one attempt, if there is one; whoever has it leaves again.

        Those under way are counted before those that happened: one that goes over meanwhile is seen twice, never missed.
        """
        if not cache.add(self._under_way, 0, LONGEST_ATTEMPT):
            cache.touch(self._under_way, LONGEST_ATTEMPT)
        under_way = int(cache.incr(self._under_way))
        if under_way + self.count <= self.limit:
            return True
        self.leave()
        return False

    def leave(self) -> None:
        with suppress(ValueError):  # the cache has lost it, nothing is left to give back
            cache.decr(self._under_way)

    def clear(self) -> None:
        cache.delete(self.key)

    def seconds_left(self, *, now: datetime) -> int:
        since = float(cache.get(f"{self.key}:since", now.timestamp()))
        return min(self.seconds, max(1, ceil(since + self.seconds - now.timestamp())))

    @property
    def _under_way(self) -> str:
        return f"{self.key}:under-way"


def of_account(kind: str, name: str) -> Counter:
    """`kind` keeps staff names and each library's cards apart."""
    limit, seconds = settings.SIGN_IN_FAILURES_PER_ACCOUNT
    return Counter(_key("account", f"{kind}:{name.casefold()}"), limit, seconds)


def of_address(address: str) -> Counter:
    limit, seconds = settings.SIGN_IN_FAILURES_PER_ADDRESS
    return Counter(_key("address", network(address)), limit * crowd(address), seconds)


def crowd(address: str) -> int:
    """How many times a limit per address is to be multiplied here: many readers share the address of their campus."""
    return int(settings.SHARED_NETWORK_FACTOR) if _is_shared(address) else 1


def _key(kind: str, name: str) -> str:
    return f"sign-in:{kind}:{salted_hmac('sign-in', name).hexdigest()}"


def network(address: str) -> str:
    """One IPv6 customer has a /64 to walk through."""
    try:
        found = _plain(address)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)


def _is_shared(address: str) -> bool:
    try:
        visitor = _plain(address)
    except ValueError:
        return False
    return any(visitor in shared for shared in map(network_of, settings.SHARED_NETWORKS) if shared)


def network_of(text: str) -> IPv4Network | IPv6Network | None:
    """None for what is no network; `checks` says so at the start, and the others count all the same."""
    try:
        return ip_network(text)
    except ValueError:
        return None


def _plain(address: str) -> IPv4Address | IPv6Address:
    """A socket for both versions shows an IPv4 visitor as ::ffff:…; all of those are not one /64."""
    found = ip_address(address)
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
