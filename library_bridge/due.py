"""What the clock starts here: transfers whose next try has come, and the snapshots that are a day old."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F

from library_bridge import clocks, forgetting, transfers
from library_bridge.models import Library, Patron, Transfer
from library_bridge.reconcile import reconcile_patrons

logger = logging.getLogger(__name__)

LOOK_AGAIN_AFTER = timedelta(hours=24)
PATRONS_A_SWEEP = 100


def act(*, now: datetime) -> Iterator[dict[str, object]]:
    yield from _advance_transfers(now)
    yield from _reconcile_oldest(now)
    yield from forgetting.act(now=now)


def come_back(*, now: datetime) -> None:
    """To the clock on the wall, after a sweep that ran ahead of it: what waits for the library is due again, and no list
    is newer than now."""
    Transfer.objects.filter(next_try_at__gt=now + transfers.AGAIN_AFTER).update(next_try_at=now)
    Patron.objects.filter(loans_checked_at__gt=now).update(loans_checked_at=now)


def _advance_transfers(now: datetime) -> Iterator[dict[str, object]]:
    """Outside any transaction. One transfer's fault is its own: its lease runs out and it is found again. Each begins when
    the ones before it have ended, and so does its lease."""
    clock = clocks.running_from(now)
    for pk in list(transfers.due(now=now).values_list("pk", flat=True)):
        try:
            transfer = transfers.advance(transfer_id=pk, now=clock())
        except Exception as fault:
            logger.exception("transfer %s", pk)
            yield {"did": "transfer.failed", "transfer": pk, "problem": type(fault).__name__}
        else:
            yield {"did": f"transfer.{transfer.status}", "transfer": pk, "code": transfer.reason_code}


def _reconcile_oldest(now: datetime) -> Iterator[dict[str, object]]:
    """Each patron once a day, a few in every sweep, rather than all in one night."""
    for library in Library.objects.filter(is_active=True):
        stale = Patron.objects.filter(
            library=library, reader__is_active=True, loans_checked_at__lte=now - LOOK_AGAIN_AFTER
        )
        oldest = stale.select_related("library").order_by(F("loans_checked_at").asc())[:PATRONS_A_SWEEP]
        for difference in reconcile_patrons(oldest, now=now):
            yield {"did": f"loan.{difference.what}", "patron": difference.patron_id, "barcode": difference.barcode}
