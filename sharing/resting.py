"""What rests with its holder, or with somebody who is about to leave: asks go round it, and it looks like a book that is paused.

Conditions for the database, so that a search, a queue and a page mean the same.
"""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from library_bridge.models import Reader
from sharing.models import Absence, Erasure, Kept, OutsideLoan, Rest
from sharing.prepared import TODAY, Given

Moment = datetime | Given


def copy_rests(now: Moment) -> Q:
    """On copies: their holder is away, has said not now, or has lent it outside the service."""
    lent_outside = Exists(OutsideLoan.objects.running().filter(copy=OuterRef("pk")))
    return _rests("copy", "holder", now) | Q(lent_outside)


def loan_rests(now: Moment) -> Q:
    """On library loans."""
    return _rests("library_loan", "patron__reader", now)


def _rests(noun: str, holder: str, now: Moment) -> Q:
    today = _today(now)
    away = Absence.objects.filter(reader=OuterRef(holder), first_date__lte=today, last_date__gte=today)
    not_now = Rest.objects.filter(**{noun: OuterRef("pk")}, holder=OuterRef(holder), last_date__gte=today)
    leaving = Erasure.objects.waiting().filter(reader=OuterRef(holder))
    return Q(Exists(away)) | Exists(not_now) | Exists(leaving)


def kept_from(noun: str, holder: str, reader: Reader | OuterRef | Given | None, now: Moment) -> Q:
    """On copies or library loans (`noun` is their name in Kept, `holder` the way to theirs): kept today for somebody else.
    `reader` None: a stranger; in a subquery a reference to the reader's id."""
    rows = Kept.objects.filter(**{noun: OuterRef("pk")}, holder=OuterRef(holder), last_date__gte=_today(now))
    if reader is None:
        return Q(Exists(rows))
    me = OuterRef(reader) if isinstance(reader, OuterRef) else reader.pk if isinstance(reader, Reader) else reader
    mine = Q(reader=me) | Q(holder=me) | Q(group__closed_at=None, group__memberships__reader=me)
    return Q(Exists(rows)) & ~Q(Exists(rows.filter(mine)))


def _today(now: Moment) -> date | Given:
    return TODAY if isinstance(now, Given) else timezone.localdate(now)
