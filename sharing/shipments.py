"""A book sent by courier: dispatched with carrier and tracking number, arrived by the taker's word, or taken to have arrived.

Where it goes the taker wrote when they proposed it. What does not arrive is disputed; a librarian settles it.
"""

import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import deadlines, handovers, jobs, lendings, locks, moves, policies
from sharing.errors import Denied, IllegalTransition, SharingError
from sharing.models import Handover, Lending, Shipment

TOLD_BEFORE = timedelta(days=3)
SPARE = timedelta(days=7)
LONGEST = 40  # characters
SAMPLE = ("顺丰", "中通", "圆通", "韵达", "申通", "京东", "EMS", "DHL")


@transaction.atomic(durable=True)
def send_book(*, handover_id: int, actor: Reader, carrier: str, tracking_number: str, now: datetime) -> Handover:
    """The giver has handed it to the courier, and the taker is told. The same again changes nothing; other words correct what
    was mistyped, which the taker is told; not once a problem is reported, for then they are evidence."""
    handover = locks.handover(handover_id, actor=actor)
    said = _line(carrier, "carrier"), _number(tracking_number)
    if handover.status == Handover.Status.SENT and handover.giver_id == actor.pk:
        _correct(handover, said, actor, now)
        return handover
    if not policies.may_send(handover, actor):
        raise IllegalTransition(handover.status, "sent", _("Agree on the courier first; then the book can be sent."))
    policy = policies.current()
    arrives_by = deadlines.after(now, timedelta(days=policy.courier_days), policy)
    Shipment.objects.create(
        handover=handover, carrier=said[0], tracking_number=said[1], sent_at=now, arrives_by=arrives_by,
        act_at=arrives_by - TOLD_BEFORE,
    )  # fmt: skip
    moves.move_handover(handover, Handover.Status.SENT, actor=actor, now=now)
    lendings.keep_open_until(handover.lending, arrives_by + SPARE)
    return handover


def _correct(handover: Handover, said: tuple[str, str], actor: Reader, now: datetime) -> None:
    shipment = handover.shipment
    if said == (shipment.carrier, shipment.tracking_number):
        return
    policies.require(
        policies.is_next(handover),
        IllegalTransition(
            handover.status,
            "sent",
            _("A problem was reported: carrier and number stay as they are. Write what is wrong."),
        ),
    )
    shipment.carrier, shipment.tracking_number = said
    shipment.save(update_fields=["carrier", "tracking_number"])
    moves.note_handover(handover, "handover.corrected", actor=actor, now=now)


def _line(text: str, field: str) -> str:
    text = unicodedata.normalize("NFKC", text).strip()
    if not 0 < len(text) <= LONGEST or any(unicodedata.category(c).startswith("C") for c in text):
        raise Denied(_("One line of at most 40 characters is needed here."), field=field)
    return text


def _number(text: str) -> str:
    number = _line(text, "tracking_number").replace(" ", "").upper()
    if not (number.isascii() and number.replace("-", "").isalnum() and len(number) >= 6):
        raise Denied(
            _("A tracking number has six or more letters and digits, as it stands on the receipt."),
            field="tracking_number",
        )
    return number


def confirm_arrival(*, handover_id: int, actor: Reader, now: datetime) -> Handover:
    """The taker has it: with the giver's dispatch both have confirmed. Again changes nothing. For a library loan the library
    is asked once more first."""
    refusal = handovers.ask_library_again(handover_id, actor, now)
    handover = _arrive(handover_id, actor, refusal, now)
    if handover.lending.status == Lending.Status.TRANSFERRING:
        jobs.hurry("sharing.tasks.advance_transfer", handover.lending_id)
    return handover


@transaction.atomic(durable=True)
def _arrive(handover_id: int, actor: Reader, refusal: SharingError | None, now: datetime) -> Handover:
    handover = locks.handover(handover_id, actor=actor)
    mine = handover.taker_id == actor.pk
    if mine and handover.status == Handover.Status.CONFIRMED and Shipment.objects.filter(handover=handover).exists():
        return handover
    if not policies.may_say_arrived(handover, actor):
        raise IllegalTransition(handover.status, "confirmed")
    if refusal is not None:
        raise refusal
    _end(handover.shipment, Shipment.Outcome.ARRIVED, now)
    handovers.both_confirmed(handover, actor, now)
    return handover


def due(*, now: datetime) -> QuerySet[Handover]:
    return Handover.objects.filter(shipment__act_at__lte=now)


@transaction.atomic(durable=True)
def act_on_shipment(*, handover_id: int, now: datetime) -> bool:
    """Three days before the end the taker is told; at the end a reader's own copy is taken to have arrived. A library loan
    moves to another card only by word of who answers for it, so there a librarian is called. True for a deed."""
    handover = locks.handover(handover_id, actor=None)
    shipment, lending = handover.shipment, handover.lending
    if shipment.act_at is None or shipment.act_at > now:
        return False
    if lending.status == Lending.Status.DISPUTED:
        shipment.act_at = deadlines.after(now, deadlines.LIBRARIAN_PATIENCE, policies.current())
        shipment.save(update_fields=["act_at"])
    elif not shipment.reminders:
        shipment.reminders, shipment.act_at = 1, max(shipment.arrives_by, now + timedelta(days=1))
        shipment.save(update_fields=["reminders", "act_at"])
        moves.note_handover(handover, "handover.arriving", actor=None, now=now)
    elif lending.library_loan is not None:
        lending.deadline_at = deadlines.after(now, deadlines.LIBRARIAN_PATIENCE, policies.current())
        moves.move(
            lending, Lending.Status.DISPUTED, "lending.disputed", actor=None, now=now, fields=("deadline_at",),
            why="not_arrived",
        )  # fmt: skip
    else:
        _end(shipment, Shipment.Outcome.PRESUMED, now)
        handovers.both_confirmed(handover, None, now)
    return True


def _end(shipment: Shipment, outcome: Shipment.Outcome, now: datetime) -> None:
    shipment.ended_at, shipment.act_at, shipment.outcome = now, None, outcome
    shipment.save(update_fields=["ended_at", "act_at", "outcome"])
