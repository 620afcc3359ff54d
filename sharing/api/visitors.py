"""Calls without a sign-in, counted by network address and minute (T-R17)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from library_bridge import throttle
from library_bridge.visits import client_address
from sharing.errors import LimitReached

MINUTE = 60


def count_call(request: HttpRequest, *, now: datetime) -> None:
    """Raises LimitReached. Kept in the cache of what visitors ask, so that no counter of sign-ins is pushed out (T-A2)."""
    address = client_address(request)
    window = int(now.timestamp()) // MINUTE
    key = f"visitor:{window}:{salted_hmac('visitor', throttle.network(address)).hexdigest()}"
    cache.add(key, 0, MINUTE)
    try:
        calls = cache.incr(key)
    except ValueError:  # pushed out between the two
        return
    if calls > settings.AVAILABILITY_CALLS_PER_MINUTE * throttle.crowd(address):
        over = now + timedelta(seconds=MINUTE - now.timestamp() % MINUTE)
        raise LimitReached(_("Too many calls within a minute. Nothing was done; please wait a moment."), over)
