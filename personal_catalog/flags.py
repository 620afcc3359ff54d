"""Readers say that something is wrong with a record; a curator looks, and says that it has been seen to or that there is
nothing to do. The reader is told neither by name: a flag changes nothing by itself."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from personal_catalog.errors import AlreadyDecided, NotAllowed
from personal_catalog.facts import text
from personal_catalog.models import Title, TitleFlag
from personal_catalog.titles import may_curate

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

LONGEST_NOTE = 300


@transaction.atomic
def flag_title(*, title: Title, reader: "Reader", kind: str, note: str, now: datetime) -> TitleFlag:
    """A second flag of the same reader replaces the first while nobody has decided on it."""
    flag, _ = TitleFlag.objects.update_or_create(
        title=title,
        reader=reader,
        status=TitleFlag.Status.OPEN,
        defaults={"kind": TitleFlag.Kind(kind), "note": text(note, LONGEST_NOTE), "raised_at": now},
    )
    return flag


@transaction.atomic
def decide_flag(*, flag_id: int, settled: bool, actor: "Reader", now: datetime) -> TitleFlag:
    if not may_curate(actor):
        raise NotAllowed
    flag = TitleFlag.objects.select_for_update(of=("self",), no_key=True).get(pk=flag_id)
    if flag.status != TitleFlag.Status.OPEN:
        raise AlreadyDecided
    flag.status = TitleFlag.Status.SETTLED if settled else TitleFlag.Status.DISMISSED
    flag.decided_at, flag.decided_by = now, actor
    flag.save(update_fields=["status", "decided_at", "decided_by"])
    return flag
