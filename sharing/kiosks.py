"""The screen at a drop point: switched on by a link that works once, no reader signed in.

Whoever stands there types the six digits of their own page, or holds its square before the scanner: with that the giver leaves
a book and the taker takes it. Somebody whom the taker has sent holds the square of their link before it; its six digits live too
long to be tried here. A screen sees no reader, only the book's title; wrong digits are counted for the screen, as many
as may be tried in an hour against one handover (T-C1).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import code_tries, codes, collecting, collectors, deposits
from sharing.deposits import Put
from sharing.errors import LimitReached, NotFound, SharingError, WrongCode
from sharing.models import Handover, Kiosk

LINK, SCREEN, STEP = "kiosk link", "kiosk screen", "kiosk step"
COLLECTOR = "collector"
LINK_LASTS = timedelta(days=1)
STEP_LASTS = timedelta(minutes=3)
MOST_WRONG = 15
ONE_BACK_AFTER = timedelta(minutes=4)
"""So soon each wrong try is forgiven: 15 at once at the most, and 15 an hour in the long run."""


def link_token(kiosk: Kiosk) -> str:
    """Once, within LINK_LASTS, it makes a browser the screen."""
    return signing.dumps([kiosk.pk, kiosk.serial], salt=LINK)


@transaction.atomic(durable=True)
def new_link(*, kiosk: Kiosk) -> Kiosk:
    """What was given out before is dead: the screen, and a link that was not used."""
    kiosk = _locked(kiosk)
    kiosk.serial += 1
    kiosk.opened_at = kiosk.revoked_at = None
    kiosk.save(update_fields=["serial", "opened_at", "revoked_at"])
    return kiosk


@transaction.atomic(durable=True)
def revoke(*, kiosk: Kiosk, now: datetime) -> Kiosk:
    """At once; again changes nothing."""
    kiosk = _locked(kiosk)
    if kiosk.revoked_at is None:
        kiosk.revoked_at = now
        kiosk.serial += 1
        kiosk.save(update_fields=["revoked_at", "serial"])
    return kiosk


def _locked(kiosk: Kiosk) -> Kiosk:
    return Kiosk.objects.select_for_update(of=("self",)).get(pk=kiosk.pk)


def of_link(token: str) -> Kiosk:
    """Still to be opened. Raises NotFound for a link that is used, too old, forged or switched off."""
    kiosk = _signed(token, LINK, LINK_LASTS)
    if kiosk is None or kiosk.opened_at is not None:
        raise NotFound
    return kiosk


@transaction.atomic(durable=True)
def open_screen(*, token: str, now: datetime) -> str:
    """The token that the screen's browser keeps. Raises as `of_link`."""
    named = of_link(token)
    rows = Kiosk.objects.select_for_update(of=("self",))
    kiosk = rows.filter(pk=named.pk, serial=named.serial, opened_at=None, revoked_at=None).first()
    if kiosk is None:
        raise NotFound
    kiosk.opened_at = now
    kiosk.save(update_fields=["opened_at"])
    return signing.dumps([kiosk.pk, kiosk.serial], salt=SCREEN)


def of_screen(token: str) -> Kiosk | None:
    """None once it is switched off, or another browser has been made the screen."""
    kiosk = _signed(token, SCREEN, None)
    return kiosk if kiosk is not None and kiosk.opened_at is not None else None


def _signed(token: str, salt: str, lasts: timedelta | None) -> Kiosk | None:
    try:
        number, serial = signing.loads(token, salt=salt, max_age=lasts)
    except signing.BadSignature:
        return None
    rows = Kiosk.objects.filter(pk=number, serial=serial, revoked_at=None, drop_point__is_active=True)
    return rows.select_related("drop_point__place").first()


@dataclass(frozen=True)
class Step:
    """What the code that was shown to the screen is for."""

    handover: Handover
    leaves: bool
    """The giver leaves a book; else the taker takes one."""
    token: str
    """Stands for the code in the next step, so that the code itself is not in the page; for STEP_LASTS."""


def read_code(*, kiosk: Kiosk, typed: str, now: datetime) -> Step:
    """Raises WrongCode, LimitReached after MOST_WRONG wrong ones until one is forgiven. A wrong one is counted in the commit that
    found it wrong, so that as many at once count as many."""
    found = _read(kiosk.pk, typed, now)
    if isinstance(found, SharingError):
        raise found
    return found


@transaction.atomic(durable=True)
def _read(kiosk_id: int, typed: str, now: datetime) -> Step | WrongCode:
    kiosk = Kiosk.objects.select_for_update(of=("self",)).get(pk=kiosk_id)
    _require_calm(kiosk, now)
    shown = code_tries.read(pin=typed, qr_payload=typed)
    for handover in _awaited(kiosk, now):
        by_pin = len(shown.pin) == 6 and codes.pin_fits(handover, shown.pin, now)
        if by_pin or codes.qr_fits(handover, shown.token, now):
            leaves = handover.status == Handover.Status.AGREED
            kind = "pin" if by_pin else "qr"
            step = [handover.pk, kind, _serial(handover, kind), kiosk.pk]
            return Step(handover, leaves, signing.dumps(step, salt=STEP))
    if sent := _of_collector(kiosk, shown.token):
        return sent
    if slip := code_tries.mistyped(shown.pin, shown.token):
        return slip
    kiosk.wrong_tries += 1
    kiosk.save(update_fields=["wrong_tries", "wrong_since"])
    return WrongCode(
        _(
            "No book is awaited here under this code. Open your page, press “Show the code”, and type what stands there now."
        )
    )


def _of_collector(kiosk: Kiosk, token: str) -> Step | None:
    row = collectors.of_square(token)
    if row is None:
        return None
    lies = Handover.objects.filter(
        lending=row.lending_id, drop_point=kiosk.drop_point_id, status=Handover.Status.DEPOSITED
    )
    handover = lies.select_related("lending__request__title", "deposit").first()
    if handover is None:
        return None
    return Step(handover, False, signing.dumps([handover.pk, COLLECTOR, row.serial, kiosk.pk], salt=STEP))


def _awaited(kiosk: Kiosk, now: datetime) -> list[Handover]:
    """At this drop point, with a code that lives: a few rows."""
    rows = Handover.objects.filter(
        drop_point=kiosk.drop_point_id, pin_expires_at__gt=now, wrong_tries__lt=settings.CODE_TRIES,
        status__in=(Handover.Status.AGREED, Handover.Status.DEPOSITED),
    )  # fmt: skip
    return list(rows.select_related("lending__request__title", "deposit"))


def of_step(*, kiosk: Kiosk, token: str) -> Step:
    """Raises WrongCode where it took too long."""
    step = _loaded(kiosk, token)
    rows = Handover.objects.filter(pk=step[0], drop_point=kiosk.drop_point_id)
    handover = rows.select_related("lending__request__title", "lending__giver", "lending__taker", "deposit").first()
    if handover is None:
        raise NotFound
    return Step(handover, handover.status == Handover.Status.AGREED, token)


def leave_book(*, kiosk: Kiosk, token: str, compartment: str, now: datetime) -> Handover:
    """The giver whose code it was has put the book into this compartment. Again changes nothing.
    Raises WrongCode where the step is too old, else as `deposits.deposit_book`."""
    step = of_step(kiosk=kiosk, token=token)
    giver = _reader(step.handover, step.handover.giver_id)
    return deposits.deposited(step.handover.pk, giver, Put(compartment), _proof(kiosk, token), now)


def take_book(*, kiosk: Kiosk, token: str, now: datetime) -> Handover:
    """The taker whose code it was, or whoever they have sent, has the book. Again changes nothing. Raises as `leave_book`, and
    what the library says."""
    step = of_step(kiosk=kiosk, token=token)
    _number, kind, serial, _kiosk = _loaded(kiosk, token)
    if kind == COLLECTOR:
        return collecting.collect_at_screen(handover=step.handover, serial=serial, now=now)
    taker = _reader(step.handover, step.handover.taker_id)
    return deposits.collected(step.handover.pk, taker, _proof(kiosk, token), now, by=taker)


def _proof(kiosk: Kiosk, token: str) -> deposits.Proof:
    """The code that was read has not been followed by another of its kind: the page shows a new square every few minutes, and
    whoever typed the digits goes on."""
    _number, kind, serial, _kiosk = _loaded(kiosk, token)

    def why_not(locked: Handover) -> SharingError | None:
        same = _serial(locked, kind) == serial and not locked.code_used
        return None if same else WrongCode(_("Another code has been shown since. Type that one."))

    return why_not


def _serial(handover: Handover, kind: str) -> int | None:
    return {"pin": handover.pin_serial, "qr": handover.qr_serial}.get(kind)


def _loaded(kiosk: Kiosk, token: str) -> list[Any]:
    """Number of the handover, kind and serial of the code, number of the screen."""
    try:
        step: list[Any] = signing.loads(token, salt=STEP, max_age=STEP_LASTS)
    except signing.BadSignature:
        raise WrongCode(_("That took too long, or was sent twice. Type the code once more.")) from None
    if step[3] != kiosk.pk:
        raise NotFound
    return step


def _reader(handover: Handover, number: int) -> Reader:
    lending = handover.lending
    return lending.giver if lending.giver_id == number else lending.taker


def _require_calm(kiosk: Kiosk, now: datetime) -> None:
    """With the kiosk locked: what is forgiven by now comes off the count."""
    since = kiosk.wrong_since
    forgiven = (now - since) // ONE_BACK_AFTER if since is not None else 0
    if since is None or forgiven >= kiosk.wrong_tries:
        kiosk.wrong_tries, kiosk.wrong_since = 0, now
        return
    kiosk.wrong_tries -= forgiven
    kiosk.wrong_since = since + forgiven * ONE_BACK_AFTER
    if kiosk.wrong_tries >= MOST_WRONG:
        raise LimitReached(
            _("Too many wrong codes here. Wait a few minutes, use the shelf code on your own page, or ask the staff."),
            kiosk.wrong_since + ONE_BACK_AFTER,
        )
