"""The one place where the status of a lending or a handover is written: inside the caller's transaction, with the lending
locked, as its table of states allows, and with its event."""

from datetime import datetime
from typing import Any

from library_bridge.models import Reader
from sharing import events, states, writes
from sharing.models import Deposit, Handover, Lending, Shipment


def move(
    lending: Lending,
    status: Lending.Status,
    kind: str,
    *,
    actor: Reader | None,
    now: datetime,
    fields: tuple[str, ...] = (),
    why: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    states.require(states.LENDING, lending.status, status)
    before, lending.status = lending.status, status
    writes.change(lending, "status", *fields)
    events.record(kind, now=now, actor=actor, lending=lending, before=before, after=status, why=why, data=data)


def finish(
    lending: Lending, status: Lending.Status, *, now: datetime, reason: str = "", fields: tuple[str, ...] = ()
) -> None:
    """To the end, with all that hangs on it; the caller records the event, which knows more."""
    states.require(states.LENDING, lending.status, status)
    lending.status, lending.closed_at, lending.close_reason = status, now, reason
    writes.change(lending, "status", "closed_at", "close_reason", *fields)
    for handover in lending.handovers.open():
        handover.lending = lending
        if handover.status == Handover.Status.SENT:
            Shipment.objects.filter(handover=handover).update(ended_at=now, act_at=None, outcome=Shipment.Outcome.LOST)
        elif handover.status == Handover.Status.DEPOSITED and status == Lending.Status.SETTLED:
            # else its giver still has to fetch it
            Deposit.objects.filter(handover=handover).update(ended_at=now, act_at=None, outcome=Deposit.Outcome.LEFT)
        move_handover(handover, Handover.Status.MISSED, actor=None, now=now)
    conversation = lending.ask.conversation
    conversation.closed_at = now
    writes.change(conversation, "closed_at")


def complete(lending: Lending, *, actor: Reader | None, now: datetime) -> None:
    before = lending.status
    finish(lending, Lending.Status.COMPLETED, now=now, fields=("handed_over_at",))
    events.record(
        "lending.completed", now=now, actor=actor, lending=lending, before=before, after=lending.status,
        data={"late": lending.came_back_late},
    )  # fmt: skip


def move_handover(
    handover: Handover,
    status: Handover.Status,
    *,
    actor: Reader | None,
    now: datetime,
    fields: tuple[str, ...] = (),
    data: dict[str, Any] | None = None,
) -> None:
    states.require(states.HANDOVER, handover.status, status)
    before, handover.status = handover.status, status
    writes.change(handover, "status", *fields)
    events.record(f"handover.{status}", now=now, actor=actor, handover=handover, before=before, after=status, data=data)


def note_handover(handover: Handover, kind: str, *, actor: Reader | None, now: datetime) -> None:
    """Something happened on its way that leaves its status as it is."""
    events.record(kind, now=now, actor=actor, handover=handover, before=handover.status, after=handover.status)
