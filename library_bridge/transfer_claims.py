"""Who works on a transfer: one worker at a time, for as long as a call to its library system may take.

`attempts` is the token of a claim. Each write first makes sure of it and begins the lease anew, in the commit of its intent
(a fence): a worker that was too slow writes nothing, and an intent that nobody answered is sent again only when the worker
that wrote it can't be at it any more.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from library_bridge.adapters.options import Misconfigured
from library_bridge.models import Library, Transfer
from library_bridge.registry import longest_time_out

LEASE = timedelta(minutes=2)  # no shorter than this, however quick the library
CALLS = 12  # requests of one act, each with its time-out: what an adapter asks before it writes, and the write
HELD_UP = timedelta(seconds=30)  # from the commit of a claim to the first byte


class ClaimLost(Exception):
    """Another worker has taken the transfer over: this one has no word in it any more."""


def lease_of(library: Library) -> timedelta:
    """Longer than any act with its time-outs. Then another worker takes over."""
    try:
        return max(LEASE, CALLS * timedelta(seconds=longest_time_out(library)) + HELD_UP)
    except Misconfigured:
        return LEASE  # it can't be asked


def is_due(now: datetime) -> Q:
    return Q(status__in=Transfer.OPEN, next_try_at__lte=now)


def take(transfer: Transfer, *, now: datetime) -> bool:
    """By a conditional UPDATE, of the row as it was read: a token belongs to one worker."""
    taken = {"status": Transfer.Status.RUNNING, "attempts": transfer.attempts + 1}
    with transaction.atomic(durable=True):
        seen = Transfer.objects.filter(is_due(now), pk=transfer.pk, attempts=transfer.attempts)
        if not seen.update(next_try_at=now + lease_of(transfer.library), **taken):
            return False
    transfer.status, transfer.attempts = Transfer.Status.RUNNING, transfer.attempts + 1
    return True


def renew_lease(transfer: Transfer, *, now: datetime) -> None:
    """The lease begins anew. In the transaction of what is written next, which holds the row until its commit. Raises
    ClaimLost."""
    mine = Transfer.objects.filter(pk=transfer.pk, status=Transfer.Status.RUNNING, attempts=transfer.attempts)
    if not mine.update(next_try_at=now + lease_of(transfer.library)):
        raise ClaimLost
