"""A code that was read while the taker's phone had no network: it counts when it arrives.

The phone says only how long after its page was made the code was read; when that was is in the page's slip, which is signed
here for this handover and this taker. Between which moments each code lived is known here, too. So a phone with a wrong clock
changes nothing, and a lie of a few minutes gains no more than a code that the giver did show: one that lived, is given in
within the policy's grace, and is no guess, for guesses are counted as ever (T-C1, T-C2).
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import code_tries, codes, handovers, jobs, locks, policies
from sharing.code_tries import Shown
from sharing.errors import IllegalTransition, SharingError, WrongCode
from sharing.models import CirculationPolicy, Handover, Lending

SALT = "late code"
SLIP_LASTS = timedelta(days=1)
AMISS = timedelta(seconds=30)  # between two clocks, and for the way to the phone


def slip_for(handover: Handover, taker: Reader, *, now: datetime, policy: CirculationPolicy) -> str:
    """What the taker's page carries: whose it is, for what, and when it was made; empty where the policy wants none."""
    if not policy.late_code_minutes:
        return ""
    return signing.dumps([handover.pk, taker.pk, int(now.timestamp())], salt=SALT)


def confirm_late(
    *, handover_id: int, actor: Reader, slip: str, seconds: int, pin: str = "", qr_payload: str = "", now: datetime
) -> Handover:
    """As `handovers.confirm_handover`; the code was read `seconds` after the slip was made. Again changes nothing.

    Raises WrongCode for a slip that is not this taker's for this handover, and for a code that did not live then or arrives
    later than the policy's grace.
    """
    read_at = _read_at(slip, handover_id, actor, seconds, now)
    shown = code_tries.read(pin=pin, qr_payload=qr_payload)
    refusal = handovers.ask_library_again(handover_id, actor, now)
    handover, problem = _confirm(handover_id, actor, shown, read_at, refusal, now)
    if problem is not None:
        raise problem
    if handover.lending.status == Lending.Status.TRANSFERRING:
        jobs.hurry("sharing.tasks.advance_transfer", handover.lending_id)
    return handover


def _read_at(slip: str, handover_id: int, actor: Reader, seconds: int, now: datetime) -> datetime:
    """Never before the slip was made, never after now."""
    try:
        number, reader, made = signing.loads(slip, salt=SALT, max_age=SLIP_LASTS)
    except signing.BadSignature:
        number = reader = made = 0
    wanted = policies.current().late_code_minutes > 0
    if not wanted or (number, reader) != (handover_id, actor.pk):
        raise WrongCode(_("This confirmation can’t be counted any more. Type the code once more."), "late_code")
    made_at = datetime.fromtimestamp(made, UTC)
    return min(max(made_at + timedelta(seconds=seconds), made_at), now)


@transaction.atomic(durable=True)
def _confirm(
    handover_id: int, actor: Reader, shown: Shown, read_at: datetime, refusal: SharingError | None, now: datetime
) -> tuple[Handover, SharingError | None]:
    handover = locks.handover(handover_id, actor=actor)
    if handover.taker_id != actor.pk:
        return handover, IllegalTransition(handover.status, "confirmed")
    if handover.status == Handover.Status.CONFIRMED:
        again = any(_is(entry, handover, shown) for entry in handover.codes_shown)
        return handover, None if again else IllegalTransition(handover.status, "confirmed")
    if handover.status != Handover.Status.AGREED or not policies.is_next(handover):
        return handover, IllegalTransition(
            handover.status, "confirmed",
            _("This handover had ended before your confirmation arrived. If you have the book, write to the other side."),
        )  # fmt: skip
    problem = refusal or _why_not(handover, shown, read_at, now)
    if problem is None:
        handovers.both_confirmed(handover, actor, now, read_at=read_at)
    return handover, problem


def _why_not(handover: Handover, shown: Shown, read_at: datetime, now: datetime) -> SharingError | None:
    if handover.wrong_tries >= settings.CODE_TRIES:
        return WrongCode(_("Too many wrong codes were entered. Ask the other side to show a new one."), "code_dead")
    entry = next((one for one in reversed(handover.codes_shown) if _is(one, handover, shown)), None)
    if entry is None:
        return code_tries.mistyped(shown.pin, shown.token) or code_tries.count(handover, now)
    since, until = (datetime.fromisoformat(moment) for moment in entry[2:4])
    grace = timedelta(minutes=policies.current().late_code_minutes)
    if since - AMISS <= read_at <= until + AMISS and now <= until + grace:
        return None
    return WrongCode(
        _("Your confirmation arrived too late to be counted. Ask the other side for a new code."), "late_code"
    )


def _is(entry: list[str], handover: Handover, shown: Shown) -> bool:
    """Whether this is the code that the entry of `codes_shown` tells of."""
    return codes.is_of_serial(handover, entry[0], int(entry[1]), pin=shown.pin, token=shown.token)
