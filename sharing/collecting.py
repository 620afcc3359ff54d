"""Somebody has come in the taker's place. Where two meet, the giver types the collector's code; at a drop point whoever collects
enters the shelf code behind the link. Then both have confirmed: the taker by having named somebody, the giver by the code or by
having left the book there."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_bridge.models import Reader
from sharing import (
    code_tries,
    codes,
    collectors,
    deposits,
    drop_points,
    events,
    handovers,
    jobs,
    locks,
    policies,
    transferable,
)
from sharing.errors import IllegalTransition, NotFound, SharingError, WrongCode
from sharing.models import Collector, Handover, Lending


def confirm_collected(*, lending_id: int, actor: Reader, pin: str = "", qr_payload: str = "", now: datetime) -> Lending:
    """By the giver, who has seen the code: with it both have confirmed, the taker by having named somebody. The same again gives
    the same.

    Raises WrongCode, the try counted in a commit of its own; else as `confirm_handover`. A library loan is asked for first.
    """
    refusal = _ask_library(lending_id, actor, now)
    lending, problem = _confirm(lending_id, actor, codes.digits_in(pin), codes.token_in(qr_payload), refusal, now)
    if problem is not None:
        raise problem
    return _moving(lending)


def confirm_along(*, lending_id: int, proof_id: int, actor: Reader, now: datetime) -> Lending:
    """Another book of the same meeting for which somebody is named, once a collector's code has confirmed the lending `proof_id`
    within PROVES_FOR. Again changes nothing. Raises NotFound, IllegalTransition, WrongCode where the first proves nothing, or
    what the library says."""
    refusal = _ask_library(lending_id, actor, now)
    return _moving(_confirm_along(lending_id, proof_id, actor, refusal, now))


def collect_left(*, token: str, shelf_code: str, now: datetime) -> Lending:
    """Behind the link, without a sign-in: the book that its giver has left at the drop point is in the hands of whoever has the
    link. Again changes nothing.

    Raises NotFound (also where the taker has come themselves), IllegalTransition while nothing lies there, else as
    `deposits.collect_book`.
    """
    row = collectors.of_link(token)
    handover = row.lending.handovers.filter(direction=Handover.Direction.OUT).order_by("pk").last() if row else None
    if row is None or handover is None:
        raise NotFound
    if handover.status not in (Handover.Status.DEPOSITED, Handover.Status.CONFIRMED):
        raise IllegalTransition(handover.status, "collected", _("The book does not lie there yet. Try again later."))

    def proof(locked: Handover) -> SharingError | None:
        return _came_there(
            row.serial, locked, now, NotFound(), lambda: drop_points.why_not_shelf_code(locked, shelf_code, now)
        )

    lending = deposits.collected(handover.pk, row.lending.taker, proof, now, by=None).lending
    if not Collector.objects.filter(pk=row.pk, serial=row.serial, used_at__isnull=False).exists():
        raise NotFound
    return lending


def collect_at_screen(*, handover: Handover, serial: int, now: datetime) -> Handover:
    """Whoever has the link has held its square, the `serial`-th, before the drop point's screen, and takes the book. Again changes
    nothing. Raises WrongCode for a link that was taken back meanwhile, else as `deposits.collect_book`."""

    def proof(locked: Handover) -> SharingError | None:
        taken_back = WrongCode(_("This link was taken back. Ask whoever sent it to you for the new one."))
        return _came_there(serial, locked, now, taken_back, lambda: None)

    return deposits.collected(handover.pk, handover.lending.taker, proof, now, by=None)


def _came_there(
    serial: int, handover: Handover, now: datetime, taken_back: SharingError, why_not: Callable[[], SharingError | None]
) -> SharingError | None:
    """With the handover locked; where nothing stands against it, the link is used up. While the library was asked, the taker may
    have taken the link back, and named somebody anew: then only the new link counts."""
    row = Collector.objects.select_for_update(of=("self",), no_key=True).get(lending=handover.lending_id)
    if row.revoked_at is not None or row.serial != serial:
        return taken_back
    problem = why_not()
    if problem is None:
        _came(row, handover.lending, None, now)
    return problem


def _moving(lending: Lending) -> Lending:
    if lending.status == Lending.Status.TRANSFERRING:
        jobs.hurry("sharing.tasks.advance_transfer", lending.pk)
    return lending


def _ask_library(lending_id: int, actor: Reader, now: datetime) -> SharingError | None:
    rows = Lending.objects.filter(giver=actor, pk=lending_id)
    found = rows.select_related("library_loan__library", "taker").first()
    if found is None:
        raise NotFound
    if found.library_loan is None or found.status != Lending.Status.AGREED:
        return None
    try:
        transferable.require(found.library_loan, taker=found.taker, policy=policies.current(), now=now)
    except SharingError as refusal:
        return refusal
    return None


@transaction.atomic(durable=True)
def _confirm(
    lending_id: int, actor: Reader, pin: str, token: str, refusal: SharingError | None, now: datetime
) -> tuple[Lending, SharingError | None]:
    lending = locks.lending(lending_id, actor=actor)
    row = Collector.objects.select_for_update(of=("self",), no_key=True).filter(lending=lending).first()
    if row is not None and row.used_at is not None and _fits(row, pin, token):
        return lending, None
    handover = _agreed(lending)
    if lending.status != Lending.Status.AGREED or row is None or row.revoked_at is not None:
        return lending, _nobody(lending)
    if handover is None:
        return lending, IllegalTransition(
            lending.status, "collected", _("Agree on place and time first; then the code can be entered.")
        )
    problem = refusal or _why_not(row, pin, token)
    if problem is None:
        _came(row, lending, actor, now)
        handovers.both_confirmed(handover, actor, now)
    return lending, problem


@transaction.atomic(durable=True)
def _confirm_along(
    lending_id: int, proof_id: int, actor: Reader, refusal: SharingError | None, now: datetime
) -> Lending:
    lending = locks.lending(lending_id, actor=actor)
    row = Collector.objects.select_for_update(of=("self",), no_key=True).filter(lending=lending).first()
    if row is not None and row.used_at is not None:
        return lending
    handover = _agreed(lending)
    if handover is None or row is None or row.revoked_at is not None or lending.status != Lending.Status.AGREED:
        raise _nobody(lending)
    first = Handover.objects.visible_to(actor).filter(lending=proof_id, lending__collector__used_at__isnull=False)
    proof = (
        first.filter(status=Handover.Status.CONFIRMED, direction=Handover.Direction.OUT)
        .select_related("lending")
        .first()
    )
    if proof is None or not handovers.proves(proof, handover, now):
        raise WrongCode(_("This book needs its own code: it belongs to another meeting."))
    if refusal is not None:
        raise refusal
    _came(row, lending, actor, now)
    handovers.both_confirmed(handover, actor, now)
    return lending


def _agreed(lending: Lending) -> Handover | None:
    """The way out as it is agreed, knowing the lending that is locked."""
    found = lending.handovers.filter(direction=Handover.Direction.OUT, status=Handover.Status.AGREED).first()
    if found is not None:
        found.lending = lending
    return found


def _nobody(lending: Lending) -> IllegalTransition:
    return IllegalTransition(lending.status, "collected", _("Nobody is named to collect this book any more."))


def _came(row: Collector, lending: Lending, actor: Reader | None, now: datetime) -> None:
    row.used_at = now
    row.save(update_fields=["used_at"])
    events.record("collector.came", now=now, actor=actor, lending=lending, data={"serial": row.serial})


def _fits(row: Collector, pin: str, token: str) -> bool:
    return constant_time_compare(pin, collectors.pin_of(row)) or constant_time_compare(token, collectors.square_of(row))


def _why_not(row: Collector, pin: str, token: str) -> SharingError | None:
    dead = WrongCode(_("Five wrong tries: this code no longer counts. The taker has to make a new link."), "code_dead")
    if row.wrong_tries >= settings.CODE_TRIES:
        return dead
    if _fits(row, pin, token):
        return None
    if slip := code_tries.mistyped(pin, token):
        return slip
    row.wrong_tries += 1
    row.save(update_fields=["wrong_tries"])
    left = settings.CODE_TRIES - row.wrong_tries
    if not left:
        return dead
    return WrongCode(
        ngettext("Wrong code; %(left)d try left.", "Wrong code; %(left)d tries left.", left) % {"left": left}
    )
