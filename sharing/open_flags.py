"""Reports that no moderator has decided, of exchanges and of notes on titles: who sees them, and who is reminded (S2)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from library_bridge.models import Reader
from sharing import deadlines, events, flags, policies, title_notes
from sharing.models import DomainEvent, Flag, NoteFlag, TitleNote

REMIND_AFTER = timedelta(days=2)
REMIND_EVERY = timedelta(days=1)
"""As long as one has waited so long."""
REMINDED = "flag.reminded"
MODERATES = ("sharing.change_flag", "sharing.change_titlenote")
BACKEND = "django.contrib.auth.backends.ModelBackend"


def waiting() -> "QuerySet[Flag]":
    return Flag.objects.waiting()


def waiting_on_notes() -> "QuerySet[NoteFlag]":
    """None of a note that its writer has withdrawn: there is nothing left to decide."""
    return NoteFlag.objects.filter(decided_at=None).exclude(note__status=TitleNote.Status.WITHDRAWN)


def seen_by(staff: Reader) -> "QuerySet[Flag]":
    return flags.seen_by_staff(staff).filter(decided_at=None)


def on_notes_seen_by(staff: Reader) -> "QuerySet[NoteFlag]":
    return waiting_on_notes().filter(note__in=title_notes.seen_by_staff(staff))


def hidden_notes_seen_by(staff: Reader) -> "QuerySet[TitleNote]":
    """Hidden ones that were written anew since, which no report brings to mind."""
    hidden = title_notes.seen_by_staff(staff).filter(status=TitleNote.Status.HIDDEN, seen_at=None)
    return hidden.exclude(pk__in=waiting_on_notes().values("note"))


@transaction.atomic(durable=True)
def remind_moderators(*, now: datetime) -> int:
    """Each hears of those that they may decide, once a day and not in the quiet hours; how many heard it. Locks the first
    that is late, so that of two rounds at once one tells."""
    if deadlines.after_quiet_hours(now, policies.current()) > now or not (
        _locked_first(waiting(), now) or _locked_first(waiting_on_notes(), now)
    ):
        return 0
    if DomainEvent.objects.filter(kind=REMINDED, at__gt=now - REMIND_EVERY).exists():
        return 0
    return len(events.record_each(REMINDED, now=now, actor=None, data=list(_words(now))))


def _late(rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    return rows.filter(raised_at__lte=now - REMIND_AFTER)


def _locked_first(rows: QuerySet[Any], now: datetime) -> bool:
    late = _late(rows, now).order_by("pk").select_for_update(of=("self",), no_key=True)
    return bool(late.values_list("pk")[:1])


def _words(now: datetime) -> Iterator[dict[str, Any]]:
    for staff in _moderators():
        exchanges, notes = (_late(rows, now).count() for rows in (seen_by(staff), on_notes_seen_by(staff)))
        if exchanges or notes:
            yield {"readers": [staff.pk], "count": exchanges + notes, "only_notes": not exchanges}


def _moderators() -> list[Reader]:
    found = (Reader.objects.with_perm(right, backend=BACKEND).filter(is_staff=True) for right in MODERATES)
    return sorted({staff for rows in found for staff in rows}, key=lambda staff: staff.pk)
