"""The one place where the status of a lending is written: inside the caller's transaction, with the row locked."""

from datetime import datetime

from library_bridge.models import Reader
from sharing import events, states
from sharing.models import Handover, Lending


def move(
    lending: Lending,
    status: Lending.Status,
    kind: str,
    *,
    actor: Reader | None,
    now: datetime,
    fields: tuple[str, ...] = (),
    why: str = "",
) -> None:
    """Inside the caller's transaction, with the lending locked."""
    states.require(states.LENDING, lending.status, status)
    before, lending.status = lending.status, status
    lending.save(update_fields=["status", *fields])
    events.record(kind, now=now, actor=actor, lending=lending, before=before, after=status, why=why)


def finish(
    lending: Lending, status: Lending.Status, now: datetime, *, reason: str = "", fields: tuple[str, ...] = ()
) -> None:
    states.require(states.LENDING, lending.status, status)
    lending.status, lending.closed_at, lending.close_reason = status, now, reason
    lending.save(update_fields=["status", "closed_at", "close_reason", *fields])
    for handover in lending.handovers.filter(status__in=Handover.OPEN):
        handover.status = Handover.Status.MISSED
        handover.save(update_fields=["status"])
    conversation = lending.ask.conversation
    conversation.closed_at = now
    conversation.save(update_fields=["closed_at"])


def complete(lending: Lending, actor: Reader | None, now: datetime) -> None:
    before = lending.status
    finish(lending, Lending.Status.COMPLETED, now, fields=("handed_over_at",))
    late = bool(lending.due_at and lending.due_at < now)
    events.record(
        "lending.completed",
        now=now,
        actor=actor,
        lending=lending,
        before=before,
        after=lending.status,
        data={"late": late},
    )
