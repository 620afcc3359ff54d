"""Which events of a lending its two readers read, whoever acted: on the slip and through the API. What is not named here is
told to nobody but those in `notifications.TELLS`: reminders to one side, looks at a code, what one of them writes or rates."""

from django.db.models import Q, QuerySet

from sharing.models import DomainEvent

STATUSES = (
    "ask.accepted", "lending.agreed", "lending.handed_over", "lending.transferring", "lending.on_loan", "lending.returning",
    "lending.needs_librarian", "lending.completed", "lending.cancelled", "lending.no_show", "lending.disputed", "lending.settled",
    "handover.proposed", "handover.agreed", "handover.replaced", "handover.missed", "handover.deposited", "handover.sent",
    "handover.confirmed",
)  # fmt: skip
NEWS = (
    "lending.extended", "lending.overdue", "lending.still_waiting", "lending.return_waits", "lending.looked_up",
    "handover.corrected", "handover.taken_back", "handover.not_there", "handover.looked_into",
    "collector.named", "collector.revoked", "collector.withdrawn", "collector.came", "condition.noted", "condition.worse",
)  # fmt: skip
RATED = "lending.rated"


def told_to_both() -> QuerySet[DomainEvent]:
    """That somebody rated is told once both have (T-C9)."""
    told = Q(kind__in=STATUSES + NEWS) | Q(kind=RATED, data__both=True)
    return DomainEvent.objects.filter(told).order_by("at", "pk")
