"""A voucher from its issue to its end: used at the desk, returned by the reader, or expired."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from incentives import ledger
from incentives.errors import NotForOneself, TooLateToReturn, VoucherClosed
from incentives.models import Reward, Voucher
from library_bridge.models import Reader
from sharing.errors import NotFound

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 O 1 I: it is read out at a desk
LENGTH = 8
RETURN_DAYS = 7
Status = Voucher.Status


def new_code() -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
        if not Voucher.objects.filter(code=code).exists():
            return code


def read_code(text: str) -> str:
    """What a desk typed or scanned: spaces, hyphens and case don't matter."""
    return "".join(character for character in text.upper() if character.isalnum())[:40]


def visible_to(reader: Reader) -> QuerySet[Voucher]:
    return Voucher.objects.filter(reader=reader).select_related("reward")


def can_return(voucher: Voucher, *, now: datetime) -> bool:
    return voucher.status == Status.ISSUED and now < min(return_until(voucher), voucher.expires_at)


def return_until(voucher: Voucher) -> datetime:
    return voucher.issued_at + timedelta(days=RETURN_DAYS)


@dataclass(frozen=True, slots=True)
class Shown:
    """A voucher as its page shows it: an expired one is shown as such before the sweep has closed it."""

    voucher: Voucher
    status: str
    can_return: bool

    @property
    def status_name(self) -> str:
        return str(Status(self.status).label)


def shown(voucher: Voucher, *, now: datetime) -> Shown:
    over = voucher.status == Status.ISSUED and voucher.expires_at <= now
    status = Status.EXPIRED.value if over else voucher.status
    return Shown(voucher, status, can_return(voucher, now=now))


@transaction.atomic(durable=True)
def cancel_voucher(*, code: str, actor: Reader, now: datetime) -> Voucher:
    """The reader gives it back: points and stock return. Locks account, voucher, reward, in the order of redeeming."""
    ledger.lock(actor)
    voucher = _locked(code, visible_to(actor))
    if voucher.status != Status.ISSUED:
        raise VoucherClosed
    if not can_return(voucher, now=now):
        raise TooLateToReturn
    params = {"reward": voucher.reward_id}
    ledger.reverse(entry=voucher.entry, reason="voucher_returned", at=now, actor=actor, params=params)
    Reward.objects.filter(pk=voucher.reward_id, stock__isnull=False).update(stock=F("stock") + 1)
    return _close(voucher, Status.CANCELLED, now=now)


@transaction.atomic(durable=True)
def honour_voucher(*, code: str, actor: Reader, now: datetime) -> Voucher:
    """At the desk, by staff with the permission, once, and not for oneself."""
    if not actor.has_perm("incentives.honour_voucher"):
        raise NotFound
    voucher = _locked(read_code(code), Voucher.objects.select_related("reward"))
    if voucher.reader_id == actor.pk:
        raise NotForOneself
    if voucher.status != Status.ISSUED or voucher.expires_at <= now:
        raise VoucherClosed
    voucher.honoured_by = actor
    return _close(voucher, Status.USED, now=now)


def expire(*, now: datetime) -> list[str]:
    """Codes that have just expired; a conditional update, so a voucher being honoured meanwhile stays used."""
    codes = Voucher.objects.filter(status=Status.ISSUED, expires_at__lte=now).values_list("code", flat=True)
    return [
        code
        for code in list(codes)
        if Voucher.objects.filter(code=code, status=Status.ISSUED).update(
            status=Status.EXPIRED, closed_at=F("expires_at")
        )
    ]


def _locked(code: str, among: QuerySet[Voucher]) -> Voucher:
    voucher = among.select_for_update(of=("self",)).filter(code=code).first()
    if voucher is None:
        raise NotFound
    return voucher


def _close(voucher: Voucher, status: Voucher.Status, *, now: datetime) -> Voucher:
    voucher.status = status
    voucher.closed_at = now
    voucher.save(update_fields=["status", "closed_at", "honoured_by"])
    return voucher
