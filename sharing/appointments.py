"""Meetings at a time that both had agreed on. One that nobody kept counts for both: we can't tell who stayed away."""

from datetime import timedelta

from django.db.models import F, Q

from sharing.models import Handover, Lending

PUNCTUAL = timedelta(hours=2)

LATE = Q(
    method=Handover.Method.IN_PERSON, agreed_at__isnull=False, taker_confirmed_at__gt=F("starts_at") + PUNCTUAL
) & ~Q(starts_at=F("proposed_at"))
KEPT = Q(status=Handover.Status.CONFIRMED) & ~LATE
ARRANGED = Q(status=Handover.Status.CONFIRMED) | Q(
    status=Handover.Status.MISSED, agreed_at__isnull=False, lending__status=Lending.Status.NO_SHOW, deposit=None
)


def is_one(handover: Handover) -> bool:
    """A drop point or a courier waits for nobody, and a return that was only begun has no time."""
    return handover.method == Handover.Method.IN_PERSON and handover.agreed_at is not None and handover.has_time


def was_late(handover: Handover) -> bool:
    """As LATE; by the moment the two met, also where word of it came later."""
    met_at = handover.taker_confirmed_at
    return is_one(handover) and met_at is not None and met_at > handover.starts_at + PUNCTUAL
