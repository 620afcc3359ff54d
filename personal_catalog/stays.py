"""Who had a copy for a while, long ago, is nobody's business any more (P6); that somebody had it stays, and the chain with it (C4)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from personal_catalog.models import CustodyRecord


def forget_stays(*, ended_by: datetime, stand_ins: Sequence[int], spared: Q, most: int) -> int:
    """One batch of stays that have ended: another stands for each holder but the owner. `spared`: a condition on the records
    that stay as they are. How many there were."""
    ended = CustodyRecord.objects.filter(next__at__lte=ended_by).exclude(to_holder__in=stand_ins)
    rows = ended.exclude(to_holder=F("copy__owner")).exclude(spared).order_by("pk")
    found = list(rows.values_list("pk", flat=True)[:most])
    for pk in found:
        _forget(pk, stand_ins)
    return len(found)


@transaction.atomic
def _forget(pk: int, stand_ins: Sequence[int]) -> None:
    """Both links that name the holder change together, to somebody who is neither of the neighbours."""
    record = CustodyRecord.objects.select_for_update(of=("self",), no_key=True).select_related("next").get(pk=pk)
    neighbours = {record.from_holder_id, record.next.to_holder_id}
    somebody = next(reader for reader in stand_ins if reader not in neighbours)
    CustodyRecord.objects.filter(pk=record.pk).update(to_holder=somebody)
    CustodyRecord.objects.filter(pk=record.next.pk).update(from_holder=somebody)
