"""What happens to a lending after consent, except for the handovers themselves."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog import titles
from personal_catalog.models import Copy
from sharing import (
    consents,
    custody,
    deadlines,
    events,
    limits,
    locks,
    moves,
    outcomes,
    places,
    policies,
    transferring,
    writes,
)
from sharing.errors import Denied, IllegalTransition
from sharing.models import Ask, CirculationPolicy, Handover, Lending

RETURN_REMINDER = timedelta(days=7)
RETURN_REMINDERS = 3
SECOND_CLICK = timedelta(minutes=10)


def agree(ask: Ask, *, now: datetime) -> Lending:
    """Inside accept_ask's transaction; the unique indexes refuse a second live lending of the same book."""
    return writes.add(Lending(
        request=ask.request, ask=ask, copy=ask.copy, library_loan=ask.library_loan,
        kind=ask.kind, mode=ask.copy.mode if ask.copy else Lending.Mode.TRANSFER,
        giver=ask.holder, taker=ask.request.requester,
        agreed_at=now, deadline_at=first_deadline(now),
    ))  # fmt: skip


def first_deadline(agreed_at: datetime) -> datetime:
    """The book changes hands by then, unless both agree to postpone it once (`last_meeting`)."""
    policy = policies.current()
    return deadlines.after(agreed_at, timedelta(days=policy.handover_days), policy)


def last_meeting(lending: Lending, *, now: datetime, policy: CirculationPolicy | None = None) -> datetime:
    """The policy's window and one postponement of the same length, from the consent or from the start of the return; like
    the deadline, it doesn't count the days of a holiday."""
    policy = policy or policies.current()
    start = lending.agreed_at if lending.status == Lending.Status.AGREED else now
    return deadlines.after(start, 2 * timedelta(days=policy.handover_days), policy)


@transaction.atomic(durable=True)
def cancel_lending(*, lending_id: int, actor: Reader, reason: str = "", now: datetime) -> Lending:
    """Step back before the handover, by either side; it goes on the record. Again changes nothing.

    When the giver steps back the request goes on to the next holder; when the taker does, it ends.
    """
    lending = locks.lending(lending_id, actor=actor)
    if lending.status == Lending.Status.CANCELLED:
        return lending
    if not policies.may_cancel(lending, actor):
        raise IllegalTransition(lending.status, "cancelled", _why_not_cancelled(lending))
    earlier = limits.recent_cancellations(actor, policies.current(), now)
    moves.finish(lending, Lending.Status.CANCELLED, now=now, reason=reason.strip()[:500])
    by = lending.role_of(actor)
    events.record(
        "lending.cancelled", now=now, actor=actor, lending=lending, before="agreed", after=lending.status, why=lending.close_reason,
        data={"by": by, "earlier": earlier},
    )  # fmt: skip
    if by == "giver":
        consents.end_offer(lending)
        outcomes.reopen(lending.request, now=now)
    else:
        outcomes.close(lending.request, lending.request.Status.CANCELLED, "request.cancelled", actor=actor, now=now)
    return lending


def _why_not_cancelled(lending: Lending) -> str:
    way = lending.underway
    if lending.status != Lending.Status.AGREED or way is None:
        return _("Both of you have confirmed the handover, so it cannot be cancelled any more.")
    if way.status == Handover.Status.SENT:
        return _("The book is in the post, so this cannot be cancelled any more.")
    return _(
        "The book lies there for you, so you cannot cancel. Leave it, and it goes back by itself. Is it not there? Report a problem."
    )


@transaction.atomic(durable=True)
def miss_lending(*, lending_id: int, now: datetime) -> bool:
    """The time for the handover has passed and nobody confirmed one; True when the lending ended here."""
    lending = locks.lending(lending_id, actor=None)
    if lending.status != Lending.Status.AGREED or lending.deadline_at > now or lending.underway is not None:
        return False
    end_unmet(lending, now=now)
    return True


def end_unmet(lending: Lending, *, now: datetime, data: dict[str, str] | None = None) -> None:
    """Inside the caller's transaction, with the lending locked. `data`: {"by": "taker"} where it was only that one's fault."""
    moves.finish(lending, Lending.Status.NO_SHOW, now=now)
    events.record(
        "lending.no_show", now=now, actor=None, lending=lending, before="agreed", after=lending.status, data=data
    )
    outcomes.reopen(lending.request, now=now)


def keep_open_until(lending: Lending, until: datetime) -> None:
    """While a book is underway the lending does not end over it."""
    if lending.status == Lending.Status.AGREED and lending.deadline_at < until:
        lending.deadline_at = until
        lending.save(update_fields=["deadline_at"])


def hand_over(lending: Lending, *, actor: Reader | None, now: datetime) -> None:
    """Both confirmed on the way out; inside confirm_handover's transaction."""
    moves.move(lending, Lending.Status.HANDED_OVER, "lending.handed_over", actor=actor, now=now)
    consents.end_with(lending)
    lending.handed_over_at = now
    if lending.kind == Lending.Kind.LIBRARY_LOAN:
        transferring.begin_transfer(lending, actor=actor, now=now)
        return
    assert lending.copy is not None
    gift = lending.mode == Lending.Mode.GIFT
    for_all = lending.copy.visibility == Copy.Visibility.EVERYONE  # a gift for a group is for nobody, once given
    custody.move_custody(
        copy=lending.copy,
        to_holder=lending.taker,
        reason="gift" if gift else "handover",
        now=now,
        new_owner=lending.taker if gift else None,
    )
    if for_all:  # by this number lists are ordered: they would tell strangers of a group's book
        titles.count_passing(title_id=lending.request.title_id)
    if lending.mode == Lending.Mode.LEND:
        _begin_loan(lending, actor, now)
    else:
        moves.complete(lending, actor=actor, now=now)
    outcomes.fulfil(lending.request, now=now)


def _begin_loan(lending: Lending, actor: Reader | None, now: datetime) -> None:
    policy = policies.current()
    lending.due_at = deadlines.end_of_day(now + timedelta(days=policy.loan_days))
    lending.deadline_at, lending.reminders = deadlines.next_due_reminder(lending.due_at, 0, policy), 0
    moves.move(
        lending,
        Lending.Status.ON_LOAN,
        "lending.on_loan",
        actor=actor,
        now=now,
        fields=("handed_over_at", "due_at", "deadline_at", "reminders"),
    )


def take_back(lending: Lending, *, actor: Reader | None, now: datetime) -> None:
    """Both confirmed on the way back; inside confirm_handover's transaction."""
    assert lending.copy is not None
    custody.move_custody(copy=lending.copy, to_holder=lending.giver, reason="return", now=now)
    moves.complete(lending, actor=actor, now=now)


@transaction.atomic(durable=True)
def start_return(*, lending_id: int, actor: Reader, now: datetime) -> Lending:
    """The borrower is done, and from now on not late: the way back opens at the place of the first handover, and either
    may propose another. Again changes nothing."""
    lending = locks.lending(lending_id, actor=actor)
    if lending.taker_id == actor.pk and lending.return_started_at is not None:
        return lending
    if not policies.may_start_return(lending, actor):
        raise IllegalTransition(lending.status, "returning")
    lending.deadline_at, lending.reminders = deadlines.after(now, RETURN_REMINDER, policies.current()), 0
    lending.return_started_at = now
    fields = ("deadline_at", "reminders", "return_started_at")
    moves.move(lending, Lending.Status.RETURNING, "lending.returning", actor=actor, now=now, fields=fields)
    first = lending.handovers.filter(direction=Handover.Direction.OUT, status=Handover.Status.CONFIRMED).get()
    method, (place, place_en) = first.method, (first.place, first.place_en)
    if method == Handover.Method.COURIER:  # the other's address is no place to give it back
        method, (place, place_en) = Handover.Method.IN_PERSON, places.both_words(places.FACE_TO_FACE)
    way_back = writes.add(Handover(
        lending=lending, direction=Handover.Direction.BACK, method=method, place=place,
        place_en=place_en, drop_point=first.drop_point, starts_at=now,
        status=Handover.Status.AGREED, proposed_by=actor, proposed_at=now, agreed_at=now,
    ))  # fmt: skip
    events.record("handover.agreed", now=now, actor=actor, handover=way_back, after=way_back.status)
    return lending


@transaction.atomic(durable=True)
def extend_lending(*, lending_id: int, actor: Reader, now: datetime) -> Lending:
    """Once, by the borrower, before the due date, while nobody waits for the title. A second click changes nothing."""
    lending = locks.lending(lending_id, actor=actor)
    if lending.taker_id != actor.pk or lending.status != Lending.Status.ON_LOAN:
        raise IllegalTransition(lending.status, "on_loan")
    if lending.extended_at is not None and now - lending.extended_at < SECOND_CLICK:
        return lending
    _require_extendable(lending, actor, now)
    assert lending.due_at is not None
    policy = policies.current()
    lending.due_at = deadlines.end_of_day(lending.due_at + timedelta(days=policy.extension_days))
    lending.extended_at, lending.reminders = now, 0
    lending.deadline_at = deadlines.next_due_reminder(lending.due_at, 0, policy)
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
    """Three days before, on the day, the day after, then weekly. True when somebody was told."""
    lending = locks.lending(lending_id, actor=None)
    if lending.deadline_at > now or lending.status != Lending.Status.ON_LOAN:
        return False
    assert lending.due_at is not None
    policy = policies.current()
    while lending.deadline_at <= now:
        lending.reminders += 1
        lending.deadline_at = deadlines.next_due_reminder(lending.due_at, lending.reminders, policy)
    lending.save(update_fields=["reminders", "deadline_at"])
    late = timezone.localdate(now) > timezone.localdate(lending.due_at)
    kind = "lending.overdue" if late else "lending.due_soon"
    events.record(kind, now=now, actor=None, lending=lending, data={"due_at": lending.due_at.isoformat()})
    return True


@transaction.atomic(durable=True)
def remind_of_return(*, lending_id: int, now: datetime) -> bool:
    """Weekly both are told that the book still waits to go back; after RETURN_REMINDERS a librarian is called, and the two
    may still meet (S2). True when somebody was told."""
    lending = locks.lending(lending_id, actor=None)
    if lending.deadline_at > now or lending.status != Lending.Status.RETURNING:
        return False
    if lending.reminders >= RETURN_REMINDERS:
        lending.deadline_at = deadlines.after(now, deadlines.LIBRARIAN_PATIENCE, policies.current())
        moves.move(
            lending, Lending.Status.NEEDS_LIBRARIAN, "lending.needs_librarian", actor=None, now=now, fields=("deadline_at",),
            why="return_waits",
        )  # fmt: skip
        return True
    lending.reminders += 1
    lending.deadline_at = deadlines.after(now, RETURN_REMINDER, policies.current())
    lending.save(update_fields=["reminders", "deadline_at"])
    events.record("lending.return_waits", now=now, actor=None, lending=lending)
    return True
