"""Curators' word on what the background jobs have found: likely doubles and conflicting sources. Said once, it is remembered."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from personal_catalog import titles
from personal_catalog.errors import AlreadyDecided, NotAllowed
from personal_catalog.models import FieldConflict, LikelyDouble

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


@transaction.atomic
def dismiss_double(*, pair_id: int, actor: "Reader", now: datetime, reason: str = "") -> LikelyDouble:
    """They are not the same: the pair is not shown again, whatever the next round finds."""
    if not titles.may_curate(actor):
        raise NotAllowed
    pair = LikelyDouble.objects.select_for_update(of=("self",), no_key=True).get(pk=pair_id)
    if pair.dismissed_at is not None:
        raise AlreadyDecided
    pair.dismissed_at, pair.dismissed_by, pair.reason = now, actor, reason.strip()
    pair.save(update_fields=["dismissed_at", "dismissed_by", "reason"])
    return pair


@transaction.atomic
def settle_conflict(*, conflict_id: int, take: bool, actor: "Reader", now: datetime) -> FieldConflict:
    """`take`: the source was right, and the record says so from now on, as a curator's correction."""
    if not titles.may_curate(actor):
        raise NotAllowed
    conflict = FieldConflict.objects.select_for_update(of=("self",), no_key=True).get(pk=conflict_id)
    if conflict.status != FieldConflict.Status.OPEN:
        raise AlreadyDecided
    conflict.status = FieldConflict.Status.TAKEN if take else FieldConflict.Status.KEPT
    conflict.decided_at, conflict.decided_by = now, actor
    conflict.save(update_fields=["status", "decided_at", "decided_by"])
    if take:
        changes = {conflict.field: conflict.value}
        titles.correct_title(title_id=conflict.title_id, actor=actor, changes=changes, now=now, reason=conflict.source)
    return conflict
