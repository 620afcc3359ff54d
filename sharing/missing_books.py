"""A book that was left at a drop point, and that nobody has: its giver does not find it, or did not fetch it. The lending is
over by then; a librarian looks into it and tells both."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import deposits, events, locks, moves, policies
from sharing.errors import IllegalTransition
from sharing.models import Deposit, DomainEvent, Handover, Lending
from sharing.models.lendings import LendingQuerySet

NOT_THERE, LOOKED_INTO = "handover.not_there", "handover.looked_into"
ENDED_UNMET = (Lending.Status.CANCELLED, Lending.Status.NO_SHOW)


@transaction.atomic(durable=True)
def report_missing(*, handover_id: int, actor: Reader, now: datetime) -> Handover:
    """The giver came to fetch it, and it is not there. Again changes nothing. Raises IllegalTransition."""
    handover = locks.handover(handover_id, actor=actor)
    if handover.giver_id == actor.pk and handover.events.filter(kind=NOT_THERE).exists():
        return handover
    if not policies.may_take_back(handover, actor):
        raise IllegalTransition(handover.status, "not_there")
    deposits.end(handover.deposit, Deposit.Outcome.LEFT, now)
    moves.note_handover(handover, NOT_THERE, actor=actor, now=now)
    return handover


def waiting() -> LendingQuerySet:
    """Lendings whose book was left and is with nobody, until a librarian has looked into it; `not_found`: says the giver, else
    nobody fetched it."""
    looked, missed = (
        Exists(DomainEvent.objects.filter(lending=OuterRef("pk"), kind=kind)) for kind in (LOOKED_INTO, NOT_THERE)
    )
    left = Deposit.objects.filter(outcome=Deposit.Outcome.LEFT).values("handover__lending")
    rows = Lending.objects.filter(pk__in=left, status__in=ENDED_UNMET, request__forgotten_at=None)
    return rows.filter(~looked).annotate(not_found=missed)


@transaction.atomic(durable=True)
def look_into(*, lending_id: int, actor: Reader, reason: str, now: datetime) -> Lending:
    """A librarian has found out what became of it; the reason is told to both. Raises Denied, IllegalTransition."""
    lending = locks.lending(lending_id, actor=None)
    policies.require_librarian(lending, actor=actor, reason=reason)
    if not waiting().filter(pk=lending.pk).exists():
        raise IllegalTransition(lending.status, "looked_into", _("Somebody has looked into this already."))
    events.record(LOOKED_INTO, now=now, actor=actor, lending=lending, why=reason.strip()[:500])
    return lending
