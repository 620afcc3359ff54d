"""What happens to a lending after consent, except for the handovers themselves."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from library_bridge import loans, transfers
from library_bridge.models import Reader, Transfer
from library_bridge.ports import Unavailable
from personal_catalog import titles
from sharing import deadlines, events, harvest, holdings, locks, policies, requests, states
from sharing.errors import Denied, IllegalTransition
from sharing.models import Ask, Handover, Lending

RETURN_REMINDER = timedelta(days=7)
TRANSFER_PATIENCE = timedelta(days=1)
LIBRARIAN_PATIENCE = timedelta(days=7)


def agree(ask: Ask, *, now: datetime) -> Lending:
    """Inside accept_ask's transaction; the unique indexes refuse a second live lending of the same book."""
    return Lending.objects.create(
        request=ask.request, ask=ask, copy=ask.copy, library_loan=ask.library_loan,
        kind=ask.kind, mode=ask.copy.mode if ask.copy else Lending.Mode.TRANSFER,
        giver=ask.holder, taker=ask.request.requester,
        agreed_at=now, deadline_at=now + timedelta(days=policies.current().handover_days),
    )  # fmt: skip


@transaction.atomic(durable=True)
def cancel_lending(*, lending_id: int, actor: Reader, reason: str = "", now: datetime) -> Lending:
    """Step back before the handover, by either side; it goes on the record. Again changes nothing.

    When the giver steps back the request goes on to the next holder; when the taker does, it ends.
    """
    lending = locks.lending(lending_id, actor=actor)
    if lending.status == Lending.Status.CANCELLED:
        return lending
    if not policies.may_cancel(lending):
        raise IllegalTransition(
            lending.status,
            "cancelled",
            _("Both of you have confirmed the handover, so it cannot be cancelled any more."),
        )
    earlier = policies.recent_cancellations(actor, policies.current(), now)
    _finish(lending, Lending.Status.CANCELLED, now, reason=reason.strip()[:500])
    by = lending.role_of(actor)
    events.record(
        "lending.cancelled", now=now, actor=actor, lending=lending, before="agreed", after=lending.status, why=lending.close_reason,
        data={"by": by, "earlier": earlier},
    )  # fmt: skip
    if by == "giver":
        requests.reopen(lending.request, now=now)
    else:
        requests.close(lending.request, lending.request.Status.CANCELLED, "request.cancelled", actor=actor, now=now)
    return lending


@transaction.atomic(durable=True)
def miss_lending(*, lending_id: int, now: datetime) -> bool:
    """The time for the handover has passed and nobody confirmed one; True when the lending ended here."""
    lending = locks.lending(lending_id, actor=None)
    if lending.status != Lending.Status.AGREED or lending.deadline_at > now:
        return False
    _finish(lending, Lending.Status.NO_SHOW, now)
    events.record("lending.no_show", now=now, actor=None, lending=lending, before="agreed", after=lending.status)
    requests.reopen(lending.request, now=now)
    return True


def hand_over(lending: Lending, *, actor: Reader, now: datetime) -> None:
    """Both confirmed on the way out; inside confirm_handover's transaction."""
    move(lending, Lending.Status.HANDED_OVER, "lending.handed_over", actor=actor, now=now)
    lending.handed_over_at = now
    if lending.kind == Lending.Kind.LIBRARY_LOAN:
        _begin_transfer(lending, actor, now)
        return
    assert lending.copy is not None
    gift = lending.mode == Lending.Mode.GIFT
    holdings.move_custody(
        copy=lending.copy,
        to_holder=lending.taker,
        reason="gift" if gift else "handover",
        now=now,
        new_owner=lending.taker if gift else None,
    )
    titles.count_passing(title_id=lending.request.title_id)
    if lending.mode == Lending.Mode.LEND:
        _begin_loan(lending, actor, now)
    else:
        _complete(lending, actor, now)
    requests.fulfil(lending.request, now=now)


def _begin_loan(lending: Lending, actor: Reader, now: datetime) -> None:
    lending.due_at = deadlines.end_of_day(now + timedelta(days=policies.current().loan_days))
    lending.deadline_at, lending.reminders = deadlines.next_due_reminder(lending.due_at, 0), 0
    move(
        lending,
        Lending.Status.ON_LOAN,
        "lending.on_loan",
        actor=actor,
        now=now,
        fields=("handed_over_at", "due_at", "deadline_at", "reminders"),
    )


def _begin_transfer(lending: Lending, actor: Reader, now: datetime) -> None:
    assert lending.library_loan is not None
    taker = lending.taker.patrons.get(library_id=lending.library_loan.library_id)
    lending.transfer = transfers.begin(
        reference=f"lending:{lending.pk}", loan=lending.library_loan, taker=taker, now=now
    )
    lending.deadline_at = now + TRANSFER_PATIENCE
    move(
        lending,
        Lending.Status.TRANSFERRING,
        "lending.transferring",
        actor=actor,
        now=now,
        fields=("handed_over_at", "transfer", "deadline_at"),
    )


def take_back(lending: Lending, *, actor: Reader, now: datetime) -> None:
    """Both confirmed on the way back; inside confirm_handover's transaction."""
    assert lending.copy is not None
    holdings.move_custody(copy=lending.copy, to_holder=lending.giver, reason="return", now=now)
    _complete(lending, actor, now)


def _complete(lending: Lending, actor: Reader | None, now: datetime) -> None:
    before = lending.status
    _finish(lending, Lending.Status.COMPLETED, now, fields=("handed_over_at",))
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


def advance_transfer(*, lending_id: int, now: datetime) -> Lending:
    """Let the library move the loan and take its answer down. Outside any transaction; safe to repeat."""
    lending = Lending.objects.select_related("transfer", "library_loan").get(pk=lending_id)
    if lending.status not in {Lending.Status.TRANSFERRING, Lending.Status.NEEDS_LIBRARIAN} or lending.transfer is None:
        return lending
    transfer = transfers.advance(transfer_id=lending.transfer.pk, now=now)
    if transfer.status not in {Transfer.Status.DONE, Transfer.Status.REFUSED, Transfer.Status.NEEDS_LIBRARIAN}:
        return lending
    moved = _take_down(lending_id, transfer, now)
    if transfer.status == Transfer.Status.DONE:
        refresh_both(moved, now=now)
    return moved


@transaction.atomic(durable=True)
def _take_down(lending_id: int, transfer: Transfer, now: datetime) -> Lending:
    lending = locks.lending(lending_id, actor=None)
    if lending.status not in {Lending.Status.TRANSFERRING, Lending.Status.NEEDS_LIBRARIAN}:
        return lending
    if transfer.status == Transfer.Status.DONE:
        titles.count_passing(title_id=lending.request.title_id)
        lending.due_at = transfer.new_due_at
        lending.save(update_fields=["due_at"])
        _complete(lending, None, now)
        requests.fulfil(lending.request, now=now)
    elif lending.status == Lending.Status.TRANSFERRING:
        lending.deadline_at = now + LIBRARIAN_PATIENCE
        move(
            lending, Lending.Status.NEEDS_LIBRARIAN, "lending.needs_librarian", actor=None, now=now, fields=("deadline_at",),
            why=transfer.reason_code,
        )  # fmt: skip
    return lending


def refresh_both(lending: Lending, *, now: datetime) -> None:
    """The library's word on both cards after a transfer; when it cannot be had, the nightly reconciliation brings it."""
    assert lending.transfer is not None
    for patron in (lending.transfer.giver, lending.transfer.taker):
        try:
            harvest.catalogue_loans(loans.refresh_loans(patron=patron, now=now), now=now)
        except Unavailable:
            return


@transaction.atomic(durable=True)
def start_return(*, lending_id: int, actor: Reader, now: datetime) -> Lending:
    """The borrower is done: the way back opens at the place of the first handover, and either may propose another."""
    lending = locks.lending(lending_id, actor=actor)
    if lending.status == Lending.Status.RETURNING and lending.taker_id == actor.pk:
        return lending
    if not policies.may_start_return(lending, actor):
        raise IllegalTransition(lending.status, "returning")
    lending.deadline_at = now + RETURN_REMINDER
    move(lending, Lending.Status.RETURNING, "lending.returning", actor=actor, now=now, fields=("deadline_at",))
    first = lending.handovers.filter(direction=Handover.Direction.OUT, status=Handover.Status.CONFIRMED).get()
    Handover.objects.create(
        lending=lending, direction=Handover.Direction.BACK, method=first.method, place=first.place, starts_at=now,
        status=Handover.Status.AGREED, proposed_by=actor, proposed_at=now, agreed_at=now,
    )  # fmt: skip
    return lending


@transaction.atomic(durable=True)
def extend_lending(*, lending_id: int, actor: Reader, now: datetime) -> Lending:
    """Once, by the borrower, before the due date, while nobody waits for the title."""
    lending = locks.lending(lending_id, actor=actor)
    if lending.taker_id != actor.pk or lending.status != Lending.Status.ON_LOAN:
        raise IllegalTransition(lending.status, "on_loan")
    _require_extendable(lending, actor, now)
    assert lending.due_at is not None
    lending.due_at = deadlines.end_of_day(lending.due_at + timedelta(days=policies.current().extension_days))
    lending.extended_at, lending.reminders = now, 0
    lending.deadline_at = deadlines.next_due_reminder(lending.due_at, 0)
    lending.save(update_fields=["due_at", "extended_at", "reminders", "deadline_at"])
    events.record(
        "lending.extended", now=now, actor=actor, lending=lending, data={"due_at": lending.due_at.isoformat()}
    )
    return lending


def _require_extendable(lending: Lending, actor: Reader, now: datetime) -> None:
    if lending.is_overdue(now):
        raise Denied(
            _("This book is overdue, so it cannot be extended. Write to its owner; they may give you longer."),
            "overdue",
        )
    if lending.extended_at is not None:
        raise Denied(_("This lending was extended once already, and once is what the rules allow."), "extended_already")
    if not policies.may_extend(lending, actor, now):
        raise Denied(_("Another reader waits for this title, so it cannot be extended."), "someone_waits")


@transaction.atomic(durable=True)
def remind_borrower(*, lending_id: int, now: datetime) -> bool:
    """Three days before, on the day, the day after, then weekly; on the way back weekly. True when somebody was told."""
    lending = locks.lending(lending_id, actor=None)
    if lending.deadline_at > now or lending.status not in {Lending.Status.ON_LOAN, Lending.Status.RETURNING}:
        return False
    assert lending.due_at is not None
    if lending.status == Lending.Status.RETURNING:
        lending.deadline_at = now + RETURN_REMINDER
    else:
        while lending.deadline_at <= now:
            lending.reminders += 1
            lending.deadline_at = deadlines.next_due_reminder(lending.due_at, lending.reminders)
    lending.save(update_fields=["reminders", "deadline_at"])
    kind = "lending.overdue" if lending.is_overdue(now) else "lending.due_soon"
    events.record(kind, now=now, actor=None, lending=lending, data={"due_at": lending.due_at.isoformat()})
    return True


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
    lending.deadline_at = now + patience
    lending.save(update_fields=["deadline_at"])
    events.record("lending.still_waiting", now=now, actor=None, lending=lending, data={"status": lending.status})
    return True


@transaction.atomic(durable=True)
def dispute_lending(*, lending_id: int, actor: Reader, reason: str, now: datetime) -> Lending:
    """Damaged, lost, not as described, not received: a librarian will settle it."""
    lending = locks.lending(lending_id, actor=actor)
    if lending.status == Lending.Status.DISPUTED:
        return lending
    if not policies.may_dispute(lending):
        raise IllegalTransition(lending.status, "disputed")
    lending.deadline_at = now + LIBRARIAN_PATIENCE
    move(
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

    A copy that came back goes to its owner's custody again; the reason is told to both.
    """
    policies.require(
        actor.is_staff and bool(reason.strip()), Denied(_("A librarian's reason is needed."), "reason_needed")
    )
    lending = locks.lending(lending_id, actor=None)
    states.require(states.LENDING, lending.status, Lending.Status.SETTLED)
    before = lending.status
    if outcome == "returned" and lending.copy is not None and lending.copy.holder_id != lending.giver_id:
        holdings.move_custody(copy=lending.copy, to_holder=lending.giver, reason="librarian", now=now)
    _finish(lending, Lending.Status.SETTLED, now, reason=reason.strip()[:500])
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
        requests.reopen(lending.request, now=now)
    return lending


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


def _finish(
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
