"""Readers say that something is wrong with a record; a curator looks, and says that it has been seen to or that there is
nothing to do. The reader is told neither by name: a flag changes nothing by itself. A curator's own flag another decides,
or it is withdrawn."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from personal_catalog.errors import AlreadyDecided, NotAllowed, OwnFlag
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
    """Locks the flag; raises NotAllowed, OwnFlag, AlreadyDecided."""
    if not may_curate(actor):
        raise NotAllowed
    flag = _open(flag_id)
    if flag.reader_id == actor.pk:
        raise OwnFlag
    flag.status = TitleFlag.Status.SETTLED if settled else TitleFlag.Status.DISMISSED
    flag.decided_at, flag.decided_by = now, actor
    flag.save(update_fields=["status", "decided_at", "decided_by"])
    return flag


@transaction.atomic
def withdraw_flag(*, flag_id: int, actor: "Reader") -> None:
    """By who raised it, as if it had never been. Locks the flag; raises NotAllowed, AlreadyDecided."""
    flag = _open(flag_id)
    if flag.reader_id != actor.pk:
        raise NotAllowed
    flag.delete()


def _open(flag_id: int) -> TitleFlag:
    flag = TitleFlag.objects.select_for_update(of=("self",), no_key=True).filter(pk=flag_id).first()
    if flag is None or flag.status != TitleFlag.Status.OPEN:
        raise AlreadyDecided
    return flag
