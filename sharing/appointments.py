"""Appointments: meetings in person at a time that both had agreed on, kept when the book changes hands in time. Besides, whoever
agreed to a lending agreed to meet: one that ended because nobody did is one that was not kept. It counts for both, since we
can't tell who stayed away; what lay at a drop point as agreed, only against whoever did not fetch it."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from sharing.models import Handover, Lending

PUNCTUAL = timedelta(hours=2)

CONFIRMED = Q(status=Handover.Status.CONFIRMED)
MET = CONFIRMED & Q(method=Handover.Method.IN_PERSON, agreed_at__isnull=False) & ~Q(starts_at=F("proposed_at"))
KEPT = MET & Q(taker_confirmed_at__lte=F("starts_at") + PUNCTUAL)


def is_one(handover: Handover) -> bool:
    """A drop point or a courier waits for nobody; two who pass a book on as they stand together, or meet for a return when it
    suits them, have agreed on no time."""
    return handover.method == Handover.Method.IN_PERSON and handover.agreed_at is not None and handover.has_time


def was_late(handover: Handover) -> bool:
    """By the moment the two met, also where word of it came later."""
    met_at = handover.taker_confirmed_at
    return is_one(handover) and met_at is not None and met_at > handover.starts_at + PUNCTUAL


def counts() -> dict[str, Any]:
    """Of readers, to annotate: `handovers` in any way as giver or taker, appointments `kept`, and all of them: `arranged`."""
    mine = Handover.objects.filter(Q(lending__giver=OuterRef("pk")) | Q(lending__taker=OuterRef("pk")))
    lay = Handover.objects.filter(lending=OuterRef("pk"), status=Handover.Status.MISSED, deposit__isnull=False)
    ended = Lending.objects.filter(status=Lending.Status.NO_SHOW)
    unmet = ended.filter(Q(taker=OuterRef("pk")) | Q(giver=OuterRef("pk")) & ~Exists(lay))
    return {
        "handovers": number(mine.filter(CONFIRMED)),
        "kept": number(mine.filter(KEPT)),
        "arranged": number(mine.filter(MET)) + number(unmet),
    }


def number(rows: QuerySet[Any]) -> Coalesce:
    """Of these rows, in a subquery."""
    counted = rows.order_by().annotate(of_one=Value(1)).values("of_one").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
