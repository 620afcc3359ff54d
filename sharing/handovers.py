"""Arranging a handover, showing its code, confirming it."""

import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import (
    code_tries,
    codes,
    dates,
    deadlines,
    drop_points,
    events,
    jobs,
    lendings,
    locks,
    moves,
    places,
    policies,
    prepared,
    states,
    transferable,
    writes,
)
from sharing.code_tries import Shown
from sharing.codes import HandoverCode
from sharing.errors import Denied, IllegalTransition, NotFound, SharingError, WrongCode
from sharing.models import Collector, DomainEvent, DropPoint, Handover, Lending
from sharing.phrases import fill
from sharing.prepared import PK, READER

PROVES_FOR = timedelta(minutes=10)  # so long the code of one book stands for the others of the meeting
MEETING = timedelta(days=1)  # so long after the agreed time the two may still meet


@transaction.atomic(durable=True)
def propose_handover(
    *, lending_id: int, actor: Reader, method: str, place: str, starts_at: datetime, now: datetime
) -> Handover:
    """Either side proposes place and time; an earlier proposal is replaced. The same proposal again changes nothing.

    `place` is for a drop point its name in either language, for a courier where the parcel goes, which only the one who gets
    it says. `starts_at`: when the two meet, or until when the book is left there or sent.
    """
    lending = locks.lending(lending_id, actor=actor)
    direction = policies.direction_now(lending)
    if direction is None:
        raise IllegalTransition(lending.status, "proposed", _("Nothing is to be handed over at this point."))
    _require_sense(method, place, starts_at, now)
    _require_in_time(lending, method, starts_at, now)
    drop_point = _drop_point(lending, direction, method, place.strip(), actor)
    if method != Handover.Method.COURIER:
        places.require_open(place.strip(), starts_at)
    place, place_en = places.both_names(place.strip())
    open_one = lending.handovers.open().filter(direction=direction).first()
    if open_one is not None:
        if (open_one.method, open_one.place, open_one.starts_at) == (method, place, starts_at):
            return open_one
        if open_one.is_underway:
            raise IllegalTransition(open_one.status, "replaced", _("The book is on its way already."))
        open_one.lending = lending
        moves.move_handover(open_one, Handover.Status.REPLACED, actor=actor, now=now)
    handover = writes.add(Handover(
        lending=lending, direction=direction, method=method, place=place, place_en=place_en, drop_point=drop_point,
        starts_at=starts_at, proposed_by=actor, proposed_at=now,
    ))  # fmt: skip
    events.record("handover.proposed", now=now, actor=actor, handover=handover, after=handover.status)
    return handover


def _drop_point(lending: Lending, direction: str, method: str, place: str, actor: Reader) -> DropPoint | None:
    """Of that name, where the book is to be left at one; None for any other method."""
    if method == Handover.Method.DROP_POINT:
        return drop_points.of_name(place)
    receives = lending.taker_id if direction == Handover.Direction.OUT else lending.giver_id
    if method == Handover.Method.COURIER and receives != actor.pk:
        raise Denied(_("Where a parcel goes is for the one to say who gets it."), field="method")
    return None


def _require_sense(method: str, place: str, starts_at: datetime, now: datetime) -> None:
    if method not in Handover.Method.values:
        raise Denied(_("Choose how the book changes hands."), field="method")
    if not 0 < len(place.strip()) <= 120 or any(unicodedata.category(c) == "Cc" for c in place):
        raise Denied(_("Name the place in one line of at most 120 characters."), field="place")
    if starts_at < now - timedelta(hours=1):
        raise Denied(_("This time has passed already. Choose a later one."), field="starts_at")


def _require_in_time(lending: Lending, method: str, starts_at: datetime, now: datetime) -> None:
    """Within the policy's window and one postponement, and while the library would still move a loan."""
    last = lendings.last_meeting(lending, now=now)
    if starts_at > last:
        day = dates.long_date(last, today=timezone.localdate(now))
        sentence = fill(_("Choose a time by %(date)s; so long the two of you may take."), {"date": day})
        raise Denied(sentence, field="starts_at")
    loan, policy = lending.library_loan, policies.current()
    days = {Handover.Method.DROP_POINT: policy.collect_days, Handover.Method.COURIER: policy.courier_days}
    received_at = starts_at + timedelta(days=days.get(Handover.Method(method), 0))
    code = transferable.why_not(loan, policy, received_at) if loan is not None else ""
    if code in ("overdue", "near_due"):
        sentence = _("At that time the loan is too close to its due date to be passed on. Choose an earlier one.")
        raise Denied(sentence, field="starts_at")


@transaction.atomic(durable=True)
def agree_handover(*, handover_id: int, actor: Reader, now: datetime) -> Handover:
    """The other side agrees to place and time. Again changes nothing."""
    handover = locks.handover(handover_id, actor=actor)
    if handover.status in (Handover.Status.AGREED, Handover.Status.CONFIRMED):
        return handover
    if handover.status == Handover.Status.REPLACED:
        raise IllegalTransition(
            handover.status,
            "agreed",
            _("This proposal has been replaced by another. The page shows the one that counts."),
        )
    states.require(states.HANDOVER, handover.status, Handover.Status.AGREED)
    if not policies.may_agree(handover, actor):
        raise Denied(_("You proposed this yourself; the other side has to agree to it."), "illegal_transition")
    handover.agreed_at = now
    moves.move_handover(handover, Handover.Status.AGREED, actor=actor, now=now, fields=("agreed_at",))
    if handover.direction == Handover.Direction.OUT:
        _leave_time_for(handover)
        _nobody_else_comes(handover, now)
    return handover


def _leave_time_for(handover: Handover) -> None:
    """The lending does not end by itself before the meeting, nor on its heels."""
    lending, until = handover.lending, deadlines.after(handover.starts_at, MEETING, policies.current())
    if lending.deadline_at < until:
        lending.deadline_at = until
        lending.save(update_fields=["deadline_at"])


def _nobody_else_comes(handover: Handover, now: datetime) -> None:
    """With a courier there is nothing to collect: the taker's link shows nothing more."""
    if policies.somebody_else_may_come(handover):
        return
    if Collector.objects.standing().filter(lending=handover.lending_id).update(revoked_at=now):
        events.record("collector.withdrawn", now=now, actor=None, handover=handover)


@transaction.atomic(durable=True)
def issue_code(*, handover_id: int, actor: Reader, now: datetime) -> HandoverCode:
    """PIN and QR for the giver to show, or at a drop point's screen for the one who collects. A PIN that still lives is shown
    again; one killed by wrong tries is replaced at most CODES_PER_HOUR times an hour (T-C1)."""
    handover = locks.handover(handover_id, actor=actor)
    if handover.giver_id != actor.pk and handover.status != Handover.Status.DEPOSITED:
        raise Denied(_("The code is shown by the one who gives the book; you enter it."), "illegal_transition")
    if handover.status == Handover.Status.CONFIRMED:
        raise IllegalTransition(handover.status, "code")
    if not policies.may_show_code(handover, actor):
        raise IllegalTransition(
            handover.status, "code", _("Agree on place and time first; then the code is shown here.")
        )
    new = code_tries.renew_pin(handover, now)
    code_tries.renew_qr(handover, now)
    writes.change(handover, *code_tries.CODE_FIELDS)
    if new:
        events.record("handover.code_issued", now=now, actor=actor, handover=handover)
    assert handover.pin_expires_at is not None
    return HandoverCode(codes.pin_of(handover), codes.payload_of(handover), handover.pin_expires_at)


def confirm_handover(
    *, handover_id: int, actor: Reader, pin: str = "", qr_payload: str = "", now: datetime
) -> Handover:
    """The taker enters the PIN or scans the QR: with the giver's showing it both have confirmed. The same code again gives
    the same answer.

    Raises WrongCode with the tries left; the wrong try is counted in a commit of its own. For a library loan the library
    is asked once more first, so that nobody leaves with a book that cannot move.
    """
    shown = code_tries.read(pin=pin, qr_payload=qr_payload)
    refusal = ask_library_again(handover_id, actor, now)
    handover, problem = _confirm(handover_id, actor, shown, refusal, now)
    if problem is not None:
        raise problem
    if handover.lending.status == Lending.Status.TRANSFERRING:
        jobs.hurry("sharing.tasks.advance_transfer", handover.lending_id)
    return handover


def confirm_along(*, handover_id: int, proof_id: int, actor: Reader, now: datetime) -> Handover:
    """Another book of the same meeting, once its code has confirmed the first: between the same two, agreed for the same
    place and time, within PROVES_FOR. Again changes nothing.

    Raises NotFound, WrongCode where the first proves nothing, or what stands against this one.
    """
    refusal = ask_library_again(handover_id, actor, now)
    handover = _confirm_along(handover_id, proof_id, actor, refusal, now)
    if handover.lending.status == Lending.Status.TRANSFERRING:
        jobs.hurry("sharing.tasks.advance_transfer", handover.lending_id)
    return handover


@transaction.atomic(durable=True)
def _confirm_along(
    handover_id: int, proof_id: int, actor: Reader, refusal: SharingError | None, now: datetime
) -> Handover:
    handover = locks.handover(handover_id, actor=actor)
    if handover.status == Handover.Status.CONFIRMED:
        return handover
    if handover.status != Handover.Status.AGREED or handover.taker_id != actor.pk:
        raise IllegalTransition(handover.status, "confirmed")
    proof = Handover.objects.visible_to(actor).select_related("lending").filter(pk=proof_id).first()
    if proof is None or not proves(proof, handover, now):
        raise WrongCode(_("This book needs its own code: it belongs to another meeting."))
    if refusal is not None:
        raise refusal
    first = DomainEvent.objects.filter(handover=proof, kind="handover.confirmed").first()
    both_confirmed(handover, actor, now, read_at=first.read_at if first else None)
    return handover


def proves(proof: Handover, other: Handover, now: datetime) -> bool:
    counted_at = proof.giver_confirmed_at
    same = [(one.giver_id, one.taker_id, one.place, one.starts_at, one.direction) for one in (proof, other)]
    return (
        proof.status == Handover.Status.CONFIRMED
        and proof.has_time
        and counted_at is not None
        and now - counted_at <= PROVES_FOR
        and same[0] == same[1]
    )


def ask_library_again(handover_id: int, actor: Reader, now: datetime) -> SharingError | None:
    """Why the loan cannot move now, if so. It counts only while nothing is confirmed: what a second click meets may be what
    the first one did."""
    found = next(iter(prepared.objects(_seen_with_loan, values={"pk": handover_id, "reader": actor.pk})), None)
    if found is None:
        raise NotFound
    loan = found.lending.library_loan
    waits = found.status == Handover.Status.AGREED or found.is_underway
    if loan is None or not waits or found.taker_id != actor.pk:
        return None
    try:
        transferable.require(loan, taker=found.lending.taker, policy=policies.current(), now=now)
    except SharingError as refusal:
        return refusal
    return None


def _seen_with_loan() -> QuerySet[Handover]:
    rows = Handover.objects.visible_to(READER).filter(pk=PK).order_by()
    return rows.select_related("lending__library_loan__library", "lending__taker")


@transaction.atomic(durable=True)
def _confirm(
    handover_id: int, actor: Reader, shown: Shown, refusal: SharingError | None, now: datetime
) -> tuple[Handover, SharingError | None]:
    handover = locks.handover(handover_id, actor=actor)
    if handover.taker_id != actor.pk:
        return handover, Denied(
            _("You give the book here: show the code, the other side enters it."), "illegal_transition"
        )
    if handover.status == Handover.Status.CONFIRMED:
        again = codes.was_shown(handover, shown.pin, shown.token)
        return handover, None if again else IllegalTransition(handover.status, "confirmed")
    if handover.status != Handover.Status.AGREED or handover.code_used:
        return handover, IllegalTransition(
            handover.status, "confirmed", _("Agree on place and time first; then the code can be entered.")
        )
    problem = refusal or code_tries.why_not(handover, shown, now)
    if problem is None:
        both_confirmed(handover, actor, now)
    return handover, problem


def both_confirmed(handover: Handover, actor: Reader | None, now: datetime, *, read_at: datetime | None = None) -> None:
    """Inside the caller's transaction, with the lending locked. `actor` None: a parcel that is taken to have arrived;
    `read_at`: when the code was read by a phone without network."""
    handover.code_used = True
    handover.giver_confirmed_at, handover.taker_confirmed_at = now, read_at or now
    moves.move_handover(
        handover, Handover.Status.CONFIRMED, actor=actor, now=now,
        data={"read_at": read_at.isoformat()} if read_at else {},
        fields=("code_used", "giver_confirmed_at", "taker_confirmed_at"),
    )  # fmt: skip
    if handover.direction == Handover.Direction.OUT:
        lendings.hand_over(handover.lending, actor=actor, now=now)
    else:
        lendings.take_back(handover.lending, actor=actor, now=now)
