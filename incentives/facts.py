"""What sharing has recorded of how reliable a reader was in the last half year: answers, appointments, cancellations, returns.
What it amounts to, `standing` says."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import DateTimeField, Q, QuerySet

from library_bridge.models import Reader
from sharing import appointments, dates, prepared
from sharing.models import DomainEvent, Lending
from sharing.prepared import NOW, READER, Given

LOOKS_BACK = timedelta(days=180)
SINCE = Given("since", DateTimeField())
ANSWERS = ("ask.accepted", "ask.declined")
COUNTED = (
    *ANSWERS,
    "ask.lapsed",
    "handover.confirmed",
    "lending.cancelled",
    "lending.no_show",
    "lending.overdue",
    "lending.completed",
)


@dataclass(slots=True)
class Facts:
    answered: int = 0
    kept: int = 0
    lapses: list[datetime] = field(default_factory=list)
    misses: list[datetime] = field(default_factory=list)
    cancellations: list[datetime] = field(default_factory=list)
    late: list[tuple[datetime, int]] = field(default_factory=list)
    overdue: bool = False

    @property
    def appointments(self) -> int:
        return self.kept + len(self.misses)

    @property
    def asked(self) -> int:
        return self.answered + len(self.lapses)

    def forget(self, until: datetime) -> None:
        """What counts against the reader, up to then."""
        for moments in (self.lapses, self.misses, self.cancellations):
            moments[:] = [at for at in moments if at > until]
        self.late = [(end, days) for end, days in self.late if end > until]


def gather(reader: Reader, *, now: datetime, free_days: int) -> Facts:
    facts = Facts()
    cancelled: list[datetime] = []
    borrowed: dict[int, Lending] = {}
    asked = {"reader": reader.pk, "now": now, "since": now - LOOKS_BACK}
    for event in prepared.objects(_events, values=asked):
        ask = event.ask if event.ask is not None and event.ask.holder_id == reader.pk else None
        if event.kind in ANSWERS and ask is not None:
            facts.answered += not ask.consent  # what one had agreed to beforehand is no answer
        elif event.kind == "ask.lapsed" and ask is not None:
            facts.lapses.append(event.at)
        elif event.kind == "lending.no_show":
            facts.misses += _missed(event, reader)
        elif event.handover is not None and appointments.is_one(event.handover):
            if appointments.was_late(event.handover):
                facts.misses.append(event.at)
            else:
                facts.kept += 1
        elif event.kind == "lending.cancelled" and event.actor_id == reader.pk:
            cancelled.append(event.at)
        elif event.lending is not None and event.lending.taker_id == reader.pk:
            borrowed[event.lending.pk] = event.lending
    facts.cancellations = _not_free(cancelled, free=timedelta(days=free_days))
    for lending in borrowed.values():
        _look_at_return(lending, facts, now=now)
    return facts


def _missed(event: DomainEvent, reader: Reader) -> list[datetime]:
    """When; never for who has left the book at the drop point as agreed (`sharing.appointments`)."""
    by_taker = event.data.get("by") == "taker"
    gave = event.lending is not None and event.lending.giver_id == reader.pk
    return [] if by_taker and gave else [event.at]


def _look_at_return(lending: Lending, facts: Facts, *, now: datetime) -> None:
    """By the calendar, as the reader's pages count. A library loan's due date is the library's matter."""
    if lending.mode != Lending.Mode.LEND or lending.due_at is None:
        return
    back_at = lending.return_started_at or lending.closed_at
    days = (dates.day_of(back_at or now) - dates.day_of(lending.due_at)).days
    if days > 0:
        facts.late.append((back_at or now, days))
        facts.overdue |= back_at is None


def _events() -> QuerySet[DomainEvent]:
    about = Q(ask__holder=READER) | Q(request__requester=READER)
    return (
        DomainEvent.objects.filter(about, kind__in=COUNTED, at__gt=SINCE, at__lte=NOW)
        .select_related("ask", "handover", "lending")
        .only(
            "kind",
            "at",
            "actor",
            "data",
            "ask__holder",
            "ask__consent",
            *(
                f"handover__{name}"
                for name in ("method", "proposed_at", "agreed_at", "starts_at", "taker_confirmed_at")
            ),
            *(f"lending__{name}" for name in ("giver", "taker", "mode", "due_at", "return_started_at", "closed_at")),
        )
        .order_by("at", "pk")
    )


def _not_free(moments: list[datetime], *, free: timedelta) -> list[datetime]:
    """The first cancellation in `free` costs nothing."""
    earlier = [None, *moments]
    return [at for before, at in zip(earlier, moments, strict=False) if before is not None and at - before < free]
