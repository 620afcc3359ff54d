"""What rests with its holder, or with somebody who is about to leave: asks go round it, and it looks like a book that is paused.

Conditions for the database, so that a search, a queue and a page mean the same.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from sharing.models import Absence, Erasure, OutsideLoan, Rest
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
    today = TODAY if isinstance(now, Given) else timezone.localdate(now)
    away = Absence.objects.filter(reader=OuterRef(holder), first_date__lte=today, last_date__gte=today)
    not_now = Rest.objects.filter(**{noun: OuterRef("pk")}, holder=OuterRef(holder), last_date__gte=today)
    leaving = Erasure.objects.waiting().filter(reader=OuterRef(holder))
    return Q(Exists(away)) | Exists(not_now) | Exists(leaving)
