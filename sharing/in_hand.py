"""Holdings that are in a reader's hands to pass on; what is not looks like none."""

from datetime import datetime
from typing import Any

from library_bridge.models import Reader
from sharing import holdings, locks, policies
from sharing.errors import NotFound
from sharing.holdings import CopyHolding, Holding


def get(key: str, *, actor: Reader, now: datetime) -> Holding:
    """Raises NotFound."""
    holding = holdings.get(key, reader=actor, policy=policies.current(), now=now)
    if holding.holder.pk != actor.pk:
        raise NotFound
    return holding


def locked(key: str, *, actor: Reader, now: datetime) -> Holding:
    """Inside a transaction: a copy stays in these hands until it ends."""
    holding = get(key, actor=actor, now=now)
    if isinstance(holding, CopyHolding):
        locks.copies([holding.copy.pk])
        holding = get(key, actor=actor, now=now)
    return holding


def both_keys(holding: Holding) -> dict[str, Any]:
    """To look up the one row that may stand for it: copy and library loan, one of them None."""
    return {"copy": None, "library_loan": None, **holding.fields()}
