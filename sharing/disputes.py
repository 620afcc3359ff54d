"""A lending that waits for a librarian: reported, brought to mind again, settled."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader, Transfer
from personal_catalog import copies
from personal_catalog.models import Copy
from sharing import custody, deadlines, events, locks, moves, outcomes, policies
from sharing.deadlines import LIBRARIAN_PATIENCE, TRANSFER_PATIENCE
from sharing.errors import Denied, IllegalTransition
from sharing.models import Lending


@transaction.atomic(durable=True)
def dispute_lending(*, lending_id: int, actor: Reader, reason: str, now: datetime) -> Lending:
    """Damaged, lost, not as described, not received: a librarian will settle it."""
    lending = locks.lending(lending_id, actor=actor)
    if lending.status == Lending.Status.DISPUTED:
        return lending
    if not policies.may_dispute(lending):
        raise IllegalTransition(lending.status, "disputed")
    lending.deadline_at = deadlines.after(now, LIBRARIAN_PATIENCE, policies.current())
    moves.move(
        lending,
        Lending.Status.DISPUTED,
        "lending.disputed",
        actor=actor,
        now=now,
        fields=("deadline_at",),
        why=reason.strip()[:500],
    )
    return lending


@transaction.atomic(durable=True)
def settle_lending(*, lending_id: int, actor: Reader, outcome: str, reason: str, now: datetime) -> Lending:
    """A librarian ends a dispute or a stuck transfer: `outcome` is returned, replaced, paid or written_off.

    A copy that came back goes to its owner's custody again, any other leaves the register; the reason is told to both.
    The request goes on to other holders only when the book never reached the taker.
    """
    lending = locks.lending(lending_id, actor=None)
    policies.require_settling(lending, actor=actor, outcome=outcome, reason=reason)
    _require_library_is_done(lending)
    before = lending.status
    moves.finish(lending, Lending.Status.SETTLED, now=now, reason=reason.strip()[:500])
    if lending.copy is not None:
        _settle_copy(lending, lending.copy, outcome, now)
    events.record(
        "lending.settled",
        now=now,
        actor=actor,
        lending=lending,
        before=before,
        after=lending.status,
        why=lending.close_reason,
        data={"outcome": outcome},
    )
    if lending.request.status == lending.request.Status.MATCHED:
        outcomes.reopen(lending.request, now=now)
    return lending


def _require_library_is_done(lending: Lending) -> None:
    """Until the library's answer is taken down nobody knows who has the book."""
    transfer = lending.transfer
    if transfer is None or transfer.status == Transfer.Status.REFUSED:
        return
    if transfer.status != Transfer.Status.DONE or lending.request.status == lending.request.Status.MATCHED:
        raise Denied(
            _(
                "The library’s answer about this loan is not taken down yet. Finish the transfer first, or try again in a minute."
            ),
            "transfer_open",
        )


def _settle_copy(lending: Lending, copy: Copy, outcome: str, now: datetime) -> None:
    if outcome != "returned":
        copies.retire_copy(copy=copy, now=now)
    elif copy.holder_id != lending.giver_id:
        custody.move_custody(copy=copy, to_holder=lending.giver, reason="librarian", now=now)


@transaction.atomic(durable=True)
def remind_staff(*, lending_id: int, now: datetime) -> bool:
    """A lending that waits for the library or a librarian stays visible: both readers hear that it still does."""
    lending = locks.lending(lending_id, actor=None)
    waiting = {
        Lending.Status.TRANSFERRING: TRANSFER_PATIENCE,
        Lending.Status.NEEDS_LIBRARIAN: LIBRARIAN_PATIENCE,
        Lending.Status.DISPUTED: LIBRARIAN_PATIENCE,
    }
    patience = waiting.get(Lending.Status(lending.status))
    if patience is None or lending.deadline_at > now:
        return False
    lending.deadline_at = deadlines.after(now, patience, policies.current())
    lending.save(update_fields=["deadline_at"])
    events.record("lending.still_waiting", now=now, actor=None, lending=lending, data={"status": lending.status})
    return True
