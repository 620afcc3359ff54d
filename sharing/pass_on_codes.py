"""The code of "pass on now": PIN and square for one book, shown by its holder, good for three minutes and for one use.

Nobody is named to the other before it is used, so a PIN is looked up among all that live; wrong tries are counted by reader.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from library_bridge.throttle import Counter
from sharing import code_tries, codes, in_hand, transferable
from sharing.codes import HandoverCode
from sharing.errors import Denied, LimitReached, NotFound, WrongCode
from sharing.holdings import CopyHolding, Holding, LoanHolding
from sharing.models import OutsideLoan, PassOnCode

TRIES_COUNT_FOR = 600  # seconds
KEPT_APART = 50  # serials tried until the PIN is nobody else's at this moment


@transaction.atomic(durable=True)
def issue_code(*, holding_key: str, actor: Reader, now: datetime) -> HandoverCode:
    """For the holder to show. One that lives is shown again.

    Raises NotFound, or Denied while the book cannot be passed on.
    """
    holding = in_hand.locked(holding_key, actor=actor, now=now)
    require_free(holding)
    code = _row(holding, now)
    if code.lending_id is not None or code.expires_at <= now or code.holder_id != actor.pk:
        _renew(code, actor, now)
    return shown(code)


def require_free(holding: Holding) -> None:
    """Whoever stands there with the book may pass it on though they are away, or have said not now."""
    if holding.lending is not None:
        raise Denied(_("This book is promised to another reader already."), "taken")
    if isinstance(holding, LoanHolding) and holding.reason:
        raise Denied(transferable.sentence(holding.reason), "not_free")
    if isinstance(holding, CopyHolding):
        if not CopyHolding(holding.copy, None).free:
            raise Denied(_("This copy is paused, or only shown. Change that on its page first."), "not_free")
        if OutsideLoan.objects.running().filter(copy=holding.copy).exists():
            raise Denied(_("You have noted it as lent outside the service. Note that it is back first."), "not_free")


def _row(holding: Holding, now: datetime) -> PassOnCode:
    found = PassOnCode.objects.select_for_update().filter(**in_hand.both_keys(holding)).first()
    return found or PassOnCode(**in_hand.both_keys(holding), expires_at=now)


def _renew(code: PassOnCode, holder: Reader, now: datetime) -> None:
    code.holder, code.lending, code.expires_at = holder, None, now + timedelta(minutes=settings.QR_MINUTES)
    code.serial += 1
    code.save()
    taken = {pin_of(other) for other in living(now).exclude(pk=code.pk)}
    for _try in range(KEPT_APART):
        if pin_of(code) not in taken:
            break
        code.serial += 1
    code.save(update_fields=["serial"])


def living(now: datetime) -> "QuerySet[PassOnCode]":
    return PassOnCode.objects.filter(lending=None, expires_at__gt=now)


def shown(code: PassOnCode) -> HandoverCode:
    payload = f"{settings.BASE_URL}/pass-on/?code={token_of(code)}"
    return HandoverCode(pin_of(code), payload, code.expires_at)


def pin_of(code: PassOnCode) -> str:
    return codes.six_digits(codes.derived("pass-on pin", code.pk, code.serial))


def token_of(code: PassOnCode) -> str:
    return f"{code.pk}.{codes.derived('pass-on qr', code.pk, code.serial)[:16].hex()}"


@dataclass(frozen=True)
class Read:
    """What the other side read off the holder's page, and the row that it belongs to."""

    code: PassOnCode
    token: str


def read(*, pin: str = "", qr_payload: str = "", actor: Reader, now: datetime) -> Read:
    """Raises WrongCode, or LimitReached after five wrong PINs within ten minutes (T-C1)."""
    token = codes.token_in(qr_payload)
    code = _of_token(token) if token else _of_pin(codes.digits_in(pin), actor, now)
    return Read(code, token_of(code))


def _of_token(token: str) -> PassOnCode:
    code = _rows().filter(pk=codes.number_of(token) or 0).first()
    if code is None or not constant_time_compare(token, token_of(code)):
        raise over()
    return code


def _of_pin(pin: str, actor: Reader, now: datetime) -> PassOnCode:
    if slip := code_tries.mistyped(pin):
        raise slip
    tries = Counter(f"pass-on:{actor.pk}", settings.CODE_TRIES, TRIES_COUNT_FOR)
    if not tries.enter():
        raise LimitReached(
            _("Too many wrong codes. Scan the square instead, or try again in ten minutes."),
            now + timedelta(seconds=tries.seconds_left(now=now)),
        )
    try:
        found = [code for code in _rows().filter(expires_at__gt=now) if constant_time_compare(pin, pin_of(code))]
        if len(found) != 1:
            tries.add(now=now)
            raise WrongCode(_("Nobody shows this code now. Look at the six digits on the other side’s page again."))
        return found[0]
    finally:
        tries.leave()


def _rows() -> "QuerySet[PassOnCode]":
    return PassOnCode.objects.select_related("holder", "lending", "copy__title", "library_loan")


def over() -> WrongCode:
    return WrongCode(_("This code is over. Ask the other side for a new one."))


def holding_of(code: PassOnCode, *, now: datetime) -> Holding:
    """The book as its holder has it still. Raises WrongCode."""
    try:
        return in_hand.get(code.key, actor=code.holder, now=now)
    except NotFound:
        raise over() from None
