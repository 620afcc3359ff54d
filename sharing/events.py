"""One event row per transition, written in its transaction; news of it goes out after the commit.

Delivery is at least once: right after the commit through a job, and by the sweep for whatever the job missed. Every
receiver must be idempotent by the event's key.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import Signal

from library_bridge.models import Reader
from sharing import jobs, notifications, writes
from sharing.models import Ask, DomainEvent, Handover, Lending, Request

logger = logging.getLogger(__name__)

happened = Signal()
"""Sent with `event`, at least once for each row."""


def record(
    kind: str,
    *,
    now: datetime,
    actor: Reader | None,
    request: Request | None = None,
    ask: Ask | None = None,
    lending: Lending | None = None,
    handover: Handover | None = None,
    before: str = "",
    after: str = "",
    why: str = "",
    data: dict[str, Any] | None = None,
) -> DomainEvent:
    """Must be called inside the transition's transaction. `actor` is None when the clock acted."""
    lending = lending or (handover.lending if handover else None)
    ask = ask or (lending.ask if lending else None)
    request = request or (lending.request if lending else None) or (ask.request if ask else None)
    event = DomainEvent(
        kind=kind, at=now, actor=actor, request=request, ask=ask, lending=lending, handover=handover,
        from_status=before, to_status=after, why=why, data=data or {},
    )  # fmt: skip
    _keep([event])
    return event


def record_each(kind: str, *, now: datetime, actor: Reader | None, data: Iterable[dict[str, Any]]) -> list[DomainEvent]:
    """The same for many things that one transition does at once: one query and one job, however many."""
    made = [DomainEvent(kind=kind, at=now, actor=actor, data=said) for said in data]
    _keep(made)
    return made


def _keep(made: list[DomainEvent]) -> None:
    for event in made:
        event.audience = notifications.audience(event)
    if len(made) == 1:
        writes.add(made[0])
    else:
        DomainEvent.objects.bulk_create(made)
    for event in made:
        notifications.notify(event)
    transaction.on_commit(partial(jobs.hurry, "sharing.tasks.deliver_events", [event.pk for event in made]))


def deliver(event: DomainEvent, *, now: datetime) -> bool:
    """True when every receiver took it. They may fail without harm: the row stays undelivered and the sweep comes back."""
    return all(delivered for _event, delivered in deliver_all([event], now=now))


def deliver_all(found: Iterable[DomainEvent], *, now: datetime) -> list[tuple[DomainEvent, bool]]:
    """Each with whether every receiver took it. Marked together at the end: after a crash some come once more."""
    told = [(event, _taken(event)) for event in found]
    DomainEvent.objects.filter(pk__in=[event.pk for event, taken in told if taken]).update(delivered_at=now)
    return told


def _taken(event: DomainEvent) -> bool:
    for receiver, outcome in happened.send_robust(sender=DomainEvent, event=event):
        if isinstance(outcome, Exception):
            logger.error("event %s was not taken by %s", event.pk, receiver, exc_info=outcome)
            return False
    return True


def undelivered() -> QuerySet[DomainEvent]:
    return (
        DomainEvent.objects.filter(delivered_at=None)
        .order_by("pk")
        .select_related("lending", "ask__request", "request", "actor", "handover")
    )
