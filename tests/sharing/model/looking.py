"""What the database says of requests, asks, lendings, handovers and copies: as few columns as the model needs."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models.functions import Coalesce

from personal_catalog.models import Copy
from sharing.models import Ask, Handover, Lending, Request

Key = tuple[str, int]
"""The noun and the primary key."""


class Row(NamedTuple):
    status: str
    deadline: datetime | None
    """Until when this state may last; None for copies. Of a handover: when the clock looks at a book that lies or is in the post."""
    fields: dict[str, Any]


DEADLINES = {"acts": Coalesce("deposit__act_at", "shipment__act_at")}
MODELS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "request": (Request, "deadline_at", ("requester_id", "title_id", "placed_at")),
    "ask": (Ask, "respond_by", ("request_id", "holder_id", "copy_id", "library_loan_id", "wave")),
    "lending": (Lending, "deadline_at", ("request_id", "ask_id", "giver_id", "taker_id", "copy_id", "mode", "reminders")),
    "handover": (
        Handover, "acts",
        (
            "lending_id", "direction", "proposed_by_id", "method", "starts_at", "deposit__collect_by", "shipment__reminders",
        ),
    ),
    "copy": (Copy, "", ("owner_id", "holder_id", "mode")),
}  # fmt: skip


def look() -> dict[Key, Row]:
    found: dict[Key, Row] = {}
    for noun, (model, deadline, names) in MODELS.items():
        rows = model.objects.order_by("pk").values_list(
            "pk", "status", DEADLINES.get(deadline, deadline) or "pk", *names
        )
        for pk, status, until, *values in rows:
            found[noun, pk] = Row(status, until if deadline else None, dict(zip(names, values, strict=True)))
    return found
