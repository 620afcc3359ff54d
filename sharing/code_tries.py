"""What the taker typed or scanned, held against the handover's code; wrong tries are counted (T-C1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharing import codes
from sharing.errors import LimitReached, SharingError, WrongCode
from sharing.models import Handover

REMEMBERED = 40  # codes shown: two hours of a page left open


@dataclass(frozen=True)
class Shown:
    """What was read off the other side's page; one of them is empty."""

    pin: str
    token: str


def read(*, pin: str = "", qr_payload: str = "") -> Shown:
    return Shown(codes.digits_in(pin), codes.token_in(qr_payload))


def mistyped(pin: str, token: str = "") -> WrongCode | None:
    """For what can be no code at all, wherever one is entered: it costs no try."""
    return None if codes.may_be(pin, token) else WrongCode(_("The code has six digits. Look at it once more."))


def why_not(handover: Handover, shown: Shown, now: datetime) -> SharingError | None:
    """None where it is the code that lives. Inside the caller's transaction, with the handover locked: a wrong try is counted."""
    if handover.wrong_tries >= settings.CODE_TRIES:
        return _killed()
    if shown.token and codes.qr_fits(handover, shown.token, now):
        return None
    if shown.pin and codes.pin_fits(handover, shown.pin, now):
        return None
    if codes.is_earlier_qr(handover, shown.token):
        return WrongCode(_("This code has expired. Ask the other side for the new one on their page."))
    if slip := mistyped(shown.pin, shown.token):
        return slip
    if handover.pin_expires_at is None:
        return WrongCode(_("Ask the other side to open the code on their page, then enter its six digits."))
    if handover.pin_expires_at <= now:
        return WrongCode(_("This code has expired. Ask the other side for the new one on their page."))
    return count(handover, now)


def count(handover: Handover, now: datetime) -> WrongCode:
    """One wrong try more."""
    handover.wrong_tries += 1
    if handover.wrong_tries >= settings.CODE_TRIES:
        handover.pins_killed_at = [*handover.pins_killed_at, now.isoformat()][-20:]
        handover.codes_shown = []  # what was killed counts no later either
    handover.save(update_fields=["wrong_tries", "pins_killed_at", "codes_shown"])
    left = settings.CODE_TRIES - handover.wrong_tries
    return (
        _killed()
        if left == 0
        else WrongCode(
            ngettext("Wrong code; %(left)d try left.", "Wrong code; %(left)d tries left.", left) % {"left": left}
        )
    )


def renew_pin(handover: Handover, now: datetime) -> bool:
    """True for a new one. A PIN that still lives stays; one killed by wrong tries is replaced CODES_PER_HOUR times an hour."""
    dead = handover.wrong_tries >= settings.CODE_TRIES
    if handover.pin_expires_at is not None and handover.pin_expires_at > now and not dead:
        return False
    if len(lately := killed_lately(handover, now)) >= settings.CODES_PER_HOUR:
        raise LimitReached(
            _("Too many wrong codes were entered. A new code can be made in an hour at the latest."),
            min(lately) + timedelta(hours=1),
        )
    handover.pin_serial += 1
    handover.pin_expires_at = now + timedelta(minutes=settings.CODE_MINUTES)
    handover.wrong_tries = 0
    note(handover, "pin", handover.pin_serial, now, handover.pin_expires_at)
    return True


def renew_qr(handover: Handover, now: datetime) -> None:
    if handover.qr_expires_at is None or handover.qr_expires_at <= now:
        handover.qr_serial += 1
        handover.qr_expires_at = now + timedelta(minutes=settings.QR_MINUTES)
        note(handover, "qr", handover.qr_serial, now, handover.qr_expires_at)


def note(handover: Handover, kind: str, serial: int, since: datetime, until: datetime) -> None:
    """When the code lived, for one that was read without network."""
    entry = [kind, serial, since.isoformat(), until.isoformat()]
    handover.codes_shown = [*handover.codes_shown, entry][-REMEMBERED:]


def killed_lately(handover: Handover, now: datetime) -> list[datetime]:
    """When codes of this handover died of wrong tries, within the last hour."""
    moments = (datetime.fromisoformat(moment) for moment in handover.pins_killed_at)
    return [moment for moment in moments if moment > now - timedelta(hours=1)]


def end(handover: Handover) -> None:
    """The living code counts no more; the next one is another. The caller saves CODE_FIELDS."""
    handover.pin_serial += 1
    handover.qr_serial += 1
    handover.pin_expires_at = handover.qr_expires_at = None
    handover.wrong_tries, handover.codes_shown = 0, []


CODE_FIELDS = ("pin_serial", "pin_expires_at", "qr_serial", "qr_expires_at", "wrong_tries", "codes_shown")


def _killed() -> WrongCode:
    return WrongCode(
        _("Five wrong tries: this code no longer counts. Ask the other side to show a new one."), "code_dead"
    )
