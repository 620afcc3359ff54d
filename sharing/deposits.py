"""A book left at a drop point by its giver, collected by its taker, or taken back.

The shelf code, which is written up there and nowhere else, says that somebody has been there; at the drop point's screen the
reader's own code does (`kiosks`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models.photos import new_token
from sharing import (
    code_tries,
    deadlines,
    drop_points,
    handovers,
    jobs,
    lendings,
    locks,
    moves,
    places,
    policies,
    sent_photos,
)
from sharing.errors import Denied, IllegalTransition, SharingError
from sharing.models import CirculationPolicy, Deposit, Handover, Lending

LONGEST = 1280  # pixels of the photo's longer side
SPARE = timedelta(days=7)  # for what follows when nobody collects


@dataclass(frozen=True)
class Put:
    """What the giver says of it. `photo` is the stored picture's name, `token` the address under which it is seen."""

    compartment: str
    photo: str = ""
    token: str = ""


Proof = Callable[[Handover], SharingError | None]
"""With the handover locked: why it is not proved that who acts is there."""


def deposit_book(
    *, handover_id: int, actor: Reader, compartment: str, shelf_code: str, photo: bytes | None = None, now: datetime
) -> Handover:
    """The giver has put the book there, and the taker is told where; again changes nothing. The photo is made anew, without
    place and device, before the transaction (a second).

    Raises WrongCode, LimitReached after five wrong shelf codes within an hour, Denied for a compartment that is not there or
    not free and for a picture that is none.
    """
    with sent_photos.stored(photo or None, folder="deposits", longest=LONGEST) as sent:
        handover = deposited(
            handover_id, actor, Put(compartment, sent.name, sent.token),
            lambda locked: drop_points.why_not_shelf_code(locked, shelf_code, now), now,
        )  # fmt: skip
    if sent.name and handover.deposit.photo.name != sent.name:
        sent.forget()
    return handover


def deposited(handover_id: int, actor: Reader, put: Put, proof: Proof, now: datetime) -> Handover:
    """The transition, whatever proves that the giver is there; a wrong try is counted in a commit of its own."""
    handover, problem = _deposit(handover_id, actor, put, proof, now)
    if problem is not None:
        raise problem
    return handover


@transaction.atomic(durable=True)
def _deposit(
    handover_id: int, actor: Reader, put: Put, proof: Proof, now: datetime
) -> tuple[Handover, SharingError | None]:
    handover = locks.handover(handover_id, actor=actor)
    if handover.status == Handover.Status.DEPOSITED and handover.giver_id == actor.pk:
        return handover, None
    if not policies.may_deposit(handover, actor):
        raise IllegalTransition(
            handover.status, "deposited", _("Agree on the drop point first; then the book can be left there.")
        )
    assert handover.drop_point is not None
    label = drop_points.require_compartment(handover.drop_point, put.compartment)
    if (problem := proof(handover)) is not None:
        return handover, problem
    _put(handover, label, put, policies.current(), now)
    code_tries.end(handover)
    moves.move_handover(
        handover, Handover.Status.DEPOSITED, actor=actor, now=now, fields=code_tries.CODE_FIELDS,
        data={"collect_by": handover.deposit.collect_by.isoformat()},
    )  # fmt: skip
    lendings.keep_open_until(handover.lending, handover.deposit.collect_by + SPARE)
    return handover, None


def _put(handover: Handover, label: str, put: Put, policy: CirculationPolicy, now: datetime) -> None:
    assert handover.drop_point is not None
    collect_by = deadlines.after(now, timedelta(days=policy.collect_days), policy)
    half_way = deadlines.after_quiet_hours(now + (collect_by - now) / 2, policy)
    try:
        with transaction.atomic():
            handover.deposit = Deposit.objects.create(
                handover=handover, drop_point=handover.drop_point, compartment=label, alone=handover.drop_point.one_book_each,
                photo=put.photo, token=put.token or new_token(), deposited_at=now, collect_by=collect_by,
                act_at=min(half_way, collect_by),
            )  # fmt: skip
    except IntegrityError:
        raise Denied(_("There is a book in this compartment already. Choose another."), field="compartment") from None


def collect_book(*, handover_id: int, actor: Reader, shelf_code: str, now: datetime) -> Handover:
    """The taker has it: with the giver's deposit both have confirmed. Again changes nothing. For a library loan the library is
    asked once more first.

    Raises WrongCode, LimitReached after five wrong shelf codes within an hour.
    """
    return collected(
        handover_id, actor, lambda locked: drop_points.why_not_shelf_code(locked, shelf_code, now), now, by=actor
    )


def collected(handover_id: int, taker: Reader, proof: Proof, now: datetime, *, by: Reader | None) -> Handover:
    """The transition, whatever proves that somebody is there. `by`: who acts, None for somebody whom the taker has sent."""
    refusal = handovers.ask_library_again(handover_id, taker, now)
    handover, problem = _collect(handover_id, taker, refusal, proof, now, by)
    if problem is not None:
        raise problem
    if handover.lending.status == Lending.Status.TRANSFERRING:
        jobs.hurry("sharing.tasks.advance_transfer", handover.lending_id)
    return handover


@transaction.atomic(durable=True)
def _collect(
    handover_id: int, taker: Reader, refusal: SharingError | None, proof: Proof, now: datetime, by: Reader | None
) -> tuple[Handover, SharingError | None]:
    handover = locks.handover(handover_id, actor=taker)
    mine = handover.taker_id == taker.pk
    if mine and handover.status == Handover.Status.CONFIRMED and Deposit.objects.filter(handover=handover).exists():
        return handover, None
    if not policies.may_collect(handover, taker):
        raise IllegalTransition(handover.status, "confirmed")
    if (problem := refusal or proof(handover)) is not None:
        return handover, problem
    end(handover.deposit, Deposit.Outcome.COLLECTED, now)
    handovers.both_confirmed(handover, by, now)
    return handover, None


@transaction.atomic(durable=True)
def take_back(*, handover_id: int, actor: Reader, now: datetime) -> Deposit:
    """The giver has fetched a book that nobody collected, once the lending is over. Again changes nothing."""
    handover = locks.handover(handover_id, actor=actor)
    deposit = Deposit.objects.filter(handover=handover).first()
    if deposit is None or handover.giver_id != actor.pk or handover.status != Handover.Status.MISSED:
        raise IllegalTransition(handover.status, "taken_back")
    deposit.handover = handover
    if policies.may_take_back(handover, actor):
        end(deposit, Deposit.Outcome.TAKEN_BACK, now)
        moves.note_handover(handover, "handover.taken_back", actor=actor, now=now)
    return deposit


def end(deposit: Deposit, outcome: Deposit.Outcome, now: datetime) -> None:
    deposit.ended_at, deposit.act_at, deposit.outcome = now, None, outcome
    deposit.save(update_fields=["ended_at", "act_at", "outcome"])


def photo_shown_to(reader: Reader, *, token: str, now: datetime) -> Deposit | None:
    """Of a book of the two of them, while they are told of the place. Pages and API ask here."""
    rows = Deposit.objects.visible_to(reader).exclude(photo="").select_related("handover__lending")
    deposit = rows.filter(token=token).first()
    shown = deposit is not None and places.place_shown_to(reader, deposit.handover, now=now) is not None
    return deposit if shown else None
