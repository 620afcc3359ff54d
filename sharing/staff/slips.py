"""What happened to a lending or a request, as staff read it: by role, without a word of what readers wrote to each other."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from library_bridge import reasons
from sharing.models import Ask, DomainEvent, Lending, Request
from sharing.models.conditions import parts_in_words
from sharing.staff import kinds


@dataclass(frozen=True)
class Row:
    at: datetime
    what: str
    by: str
    why: str = ""


def of_lending(lending: Lending) -> list[Row]:
    """With the ask it came from and the request's own events; other holders' answers are not in it."""
    rows = _rows(Q(lending=lending) | Q(ask=lending.ask_id) | Q(request=lending.request_id, ask=None, lending=None))
    return [Row(row.at, kinds.name_of(row.kind), kinds.actor_of(row), _why(row)) for row in rows]


def of_request(request: Request) -> list[Row]:
    """Reasons belong to the lendings and are read there."""
    return [Row(row.at, kinds.name_of(row.kind), kinds.actor_of(row)) for row in _rows(Q(request=request))]


def _rows(which: Q) -> list[DomainEvent]:
    rows = DomainEvent.objects.filter(which).exclude(kind__in=kinds.PRIVATE)
    return list(rows.select_related("actor", "ask", "lending", "request").order_by("at", "pk"))


def _why(event: DomainEvent) -> str:
    if event.kind == "ask.accepted" and event.why:
        return str(Ask.Consent(event.why).label)
    if event.kind == "condition.worse":
        return parts_in_words(event.data["worse"])
    return reasons.sentence(event.why) if event.why in reasons.SENTENCES else event.why
