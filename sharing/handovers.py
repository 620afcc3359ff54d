"""Arranging a handover, showing its code, confirming it."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_bridge.models import Reader
from sharing import codes, dates, deadlines, events, holdings, jobs, lendings, locks, moves, places, policies, states
from sharing.codes import HandoverCode
from sharing.errors import Denied, IllegalTransition, LimitReached, NotFound, SharingError, WrongCode
from sharing.models import Handover, Lending
from sharing.phrases import fill

PROVES_FOR = timedelta(minutes=10)  # so long the code of one book stands for the others of the meeting
MEETING = timedelta(days=1)  # so long after the agreed time the two may still meet


@transaction.atomic(durable=True)
def propose_handover(
    *, lending_id: int, actor: Reader, method: str, place: str, starts_at: datetime, now: datetime
) -> Handover:
    """Either side proposes place and time; an earlier proposal is replaced. The same proposal again changes nothing."""
    lending = locks.lending(lending_id, actor=actor)
    direction = policies.direction_now(lending)
    if direction is None:
        raise IllegalTransition(lending.status, "proposed", _("Nothing is to be handed over at this point."))
    _require_sense(method, place, starts_at, now)
    _require_in_time(lending, starts_at, now)
    places.require_open(place.strip(), starts_at)
    place, place_en = places.both_names(place.strip())
    open_one = lending.handovers.open().filter(direction=direction).first()
    if open_one is not None:
        if (open_one.method, open_one.place, open_one.starts_at) == (method, place, starts_at):
            return open_one
        open_one.lending = lending
        moves.move_handover(open_one, Handover.Status.REPLACED, actor=actor, now=now)
    handover = Handover.objects.create(
        lending=lending,
        direction=direction,
        method=method,
        place=place,
        place_en=place_en,
        starts_at=starts_at,
        proposed_by=actor,
        proposed_at=now,
    )
    events.record("handover.proposed", now=now, actor=actor, handover=handover, after=handover.status)
    return handover


def _require_sense(method: str, place: str, starts_at: datetime, now: datetime) -> None:
    if method not in Handover.Method.values:
        raise Denied(_("Choose how the book changes hands."), field="method")
    if not 0 < len(place.strip()) <= 120 or any(unicodedata.category(c) == "Cc" for c in place):
        raise Denied(_("Name the place in one line of at most 120 characters."), field="place")
    if starts_at < now - timedelta(hours=1):
        raise Denied(_("This time has passed already. Choose a later one."), field="starts_at")


def _require_in_time(lending: Lending, starts_at: datetime, now: datetime) -> None:
    """Within the policy's window and one postponement, and while the library would still move a loan."""
    last = lendings.last_meeting(lending, now=now)
    if starts_at > last:
        day = dates.long_date(last, today=timezone.localdate(now))
        sentence = fill(_("Choose a time by %(date)s; so long the two of you may take."), {"date": day})
        raise Denied(sentence, field="starts_at")
    loan = lending.library_loan
    code = holdings.why_not(loan, policies.current(), starts_at) if loan is not None else ""
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
    return handover


def _leave_time_for(handover: Handover) -> None:
    """The lending does not end by itself before the meeting, nor on its heels."""
    lending, until = handover.lending, deadlines.after(handover.starts_at, MEETING, policies.current())
    if lending.deadline_at < until:
        lending.deadline_at = until
        lending.save(update_fields=["deadline_at"])


@transaction.atomic(durable=True)
def issue_code(*, handover_id: int, actor: Reader, now: datetime) -> HandoverCode:
    """PIN and QR for the giver to show. A PIN that still lives is shown again; one killed by wrong tries is replaced at
    most CODES_PER_HOUR times an hour (T-C1)."""
    handover = locks.handover(handover_id, actor=actor)
    if handover.giver_id != actor.pk:
        raise Denied(_("The code is shown by the one who gives the book; you enter it."), "illegal_transition")
    if handover.status == Handover.Status.CONFIRMED:
        raise IllegalTransition(handover.status, "code")
    if not policies.may_show_code(handover, actor):
        raise IllegalTransition(
            handover.status, "code", _("Agree on place and time first; then the code is shown here.")
        )
    new = _renew_pin(handover, now)
    if handover.qr_expires_at is None or handover.qr_expires_at <= now:
        handover.qr_serial += 1
        handover.qr_expires_at = now + timedelta(minutes=settings.QR_MINUTES)
    handover.save(update_fields=["pin_serial", "pin_expires_at", "wrong_tries", "qr_serial", "qr_expires_at"])
    if new:
        events.record("handover.code_issued", now=now, actor=actor, handover=handover)
    assert handover.pin_expires_at is not None
    return HandoverCode(codes.pin_of(handover), codes.payload_of(handover), handover.pin_expires_at)


def _renew_pin(handover: Handover, now: datetime) -> bool:
    dead = handover.wrong_tries >= settings.CODE_TRIES
    if handover.pin_expires_at is not None and handover.pin_expires_at > now and not dead:
        return False
    lately = [moment for moment in handover.pins_killed_at if datetime.fromisoformat(moment) > now - timedelta(hours=1)]
    if len(lately) >= settings.CODES_PER_HOUR:
        again = datetime.fromisoformat(min(lately)) + timedelta(hours=1)
        raise LimitReached(
            _("Too many wrong codes were entered. A new code can be made in an hour at the latest."), again
        )
    handover.pin_serial += 1
    handover.pin_expires_at = now + timedelta(minutes=settings.CODE_MINUTES)
    handover.wrong_tries = 0
    return True


def confirm_handover(
    *, handover_id: int, actor: Reader, pin: str = "", qr_payload: str = "", now: datetime
) -> Handover:
    """The taker enters the PIN or scans the QR: with the giver's showing it both have confirmed. The same code again gives
    the same answer.

    Raises WrongCode with the tries left; the wrong try is counted in a commit of its own. For a library loan the library
    is asked once more first, so that nobody leaves with a book that cannot move.
    """
    shown = Shown(codes.digits_in(pin), codes.token_in(qr_payload))
    refusal = _ask_library_again(handover_id, actor, now)
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
    refusal = _ask_library_again(handover_id, actor, now)
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
    if proof is None or not _proves(proof, handover, now):
        raise WrongCode(_("This book needs its own code: it belongs to another meeting."))
    if refusal is not None:
        raise refusal
    both_confirmed(handover, actor, now)
    return handover


def _proves(proof: Handover, other: Handover, now: datetime) -> bool:
    confirmed_at = proof.taker_confirmed_at
    same = [(one.giver_id, one.taker_id, one.place, one.starts_at, one.direction) for one in (proof, other)]
    return (
        proof.status == Handover.Status.CONFIRMED
        and proof.has_time
        and confirmed_at is not None
        and now - confirmed_at <= PROVES_FOR
        and same[0] == same[1]
    )


def _ask_library_again(handover_id: int, actor: Reader, now: datetime) -> SharingError | None:
    """Why the loan cannot move now, if so. It counts only while nothing is confirmed: what a second click meets may be what
    the first one did."""
    found = (
        Handover.objects.visible_to(actor)
        .select_related("lending__library_loan__library", "lending__taker")
        .filter(pk=handover_id)
        .first()
    )
    if found is None:
        raise NotFound
    loan = found.lending.library_loan
    if loan is None or found.status != Handover.Status.AGREED or found.taker_id != actor.pk:
        return None
    try:
        holdings.require_transferable(loan, taker=found.lending.taker, policy=policies.current(), now=now)
    except SharingError as refusal:
        return refusal
    return None


@dataclass(frozen=True)
class Shown:
    """What the taker read off the giver's page; one of them is empty."""

    pin: str
    token: str


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
    problem = refusal or _why_not_this_code(handover, shown, now)
    if problem is None:
        both_confirmed(handover, actor, now)
    return handover, problem


def _why_not_this_code(handover: Handover, shown: Shown, now: datetime) -> SharingError | None:
    if handover.wrong_tries >= settings.CODE_TRIES:
        return _killed()
    if shown.token and codes.qr_fits(handover, shown.token, now):
        return None
    if shown.pin and codes.pin_fits(handover, shown.pin, now):
        return None
    if codes.is_earlier_qr(handover, shown.token):
        return WrongCode(_("This code has expired. Ask the other side for the new one on their page."))
    return _count_wrong_try(handover, shown.pin or shown.token, now)


def both_confirmed(handover: Handover, actor: Reader, now: datetime) -> None:
    """Inside the caller's transaction, with the lending locked."""
    handover.code_used = True
    handover.giver_confirmed_at = handover.taker_confirmed_at = now
    on_time = not handover.has_time or abs(now - handover.starts_at) <= timedelta(hours=2)
    moves.move_handover(
        handover, Handover.Status.CONFIRMED, actor=actor, now=now, data={"on_time": on_time},
        fields=("code_used", "giver_confirmed_at", "taker_confirmed_at"),
    )  # fmt: skip
    if handover.direction == Handover.Direction.OUT:
        lendings.hand_over(handover.lending, actor=actor, now=now)
    else:
        lendings.take_back(handover.lending, actor=actor, now=now)


def _count_wrong_try(handover: Handover, typed: str, now: datetime) -> WrongCode:
    if handover.pin_expires_at is None or not typed:
        return WrongCode(_("Ask the other side to open the code on their page, then enter its six digits."))
    if handover.pin_expires_at <= now:
        return WrongCode(_("This code has expired. Ask the other side for the new one on their page."))
    handover.wrong_tries += 1
    if handover.wrong_tries >= settings.CODE_TRIES:
        handover.pins_killed_at = [*handover.pins_killed_at, now.isoformat()][-20:]
    handover.save(update_fields=["wrong_tries", "pins_killed_at"])
    left = settings.CODE_TRIES - handover.wrong_tries
    return (
        _killed()
        if left == 0
        else WrongCode(
            ngettext("Wrong PIN; %(left)d try left.", "Wrong PIN; %(left)d tries left.", left) % {"left": left}
        )
    )


def _killed() -> WrongCode:
    return WrongCode(
        _("Five wrong tries: this code no longer counts. Ask the other side to show a new one."), "code_dead"
    )
