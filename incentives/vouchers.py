"""A voucher from its issue to its end: used at the desk or for what its reader chose, returned, or expired. One that the service
carries out by itself never expires to its reader's loss: what was not used by then is given back."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from incentives import budgets, ledger, switches, uses
from incentives.errors import NotForOneself, NotForTheDesk, TooLateToReturn, VoucherClosed
from incentives.models import Reward, Voucher
from library_bridge.models import Reader
from sharing.errors import NotFound
from sharing.models import DomainEvent

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 O 1 I: it is read out at a desk
LENGTH = 8
RETURN_DAYS = 7
SECOND_CLICK = timedelta(minutes=10)
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
    return voucher.status == Status.ISSUED and now < return_until(voucher)


def return_until(voucher: Voucher) -> datetime:
    """What costs the library nothing may come back as long as it lasts."""
    if not voucher.reward.is_given_by_hand:
        return voucher.expires_at
    return min(voucher.issued_at + timedelta(days=RETURN_DAYS), voucher.expires_at)


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
    """The reader gives it back: points, stock and budget return. Locks account, voucher, reward, budget, as redeeming does."""
    ledger.lock(actor)
    voucher = _locked(code, visible_to(actor))
    if voucher.status != Status.ISSUED:
        raise VoucherClosed
    if not can_return(voucher, now=now):
        raise TooLateToReturn
    return _give_back(voucher, "voucher_returned", actor=actor, now=now)


@transaction.atomic(durable=True)
def use_voucher(*, code: str, target: int, actor: Reader, now: datetime) -> Voucher:
    """Its reader says for what: a lending or a purchase suggestion of theirs, whose change and the voucher's end are one. Locks
    the voucher, then what it is for. A second click, for the same, changes nothing."""
    switches.require(actor)
    voucher = _locked(code, visible_to(actor))
    if voucher.reward.effect not in Reward.CHOSEN:
        raise NotFound
    if _is_second_click(voucher, target, now=now):
        return voucher
    if voucher.status != Status.ISSUED or voucher.expires_at <= now:
        raise VoucherClosed
    uses.carry_out(voucher.reward, target=target, actor=actor, now=now)
    return _close(voucher, Status.USED, now=now)


def _is_second_click(voucher: Voucher, target: int, *, now: datetime) -> bool:
    """For another book or suggestion it is a second use, which has to be refused: nothing would have happened to that."""
    if voucher.status != Status.USED or voucher.closed_at is None or now - voucher.closed_at >= SECOND_CLICK:
        return False
    return uses.was_carried_out(voucher.reward, target=target, actor=voucher.reader, at=voucher.closed_at)


@transaction.atomic(durable=True)
def honour_voucher(*, code: str, actor: Reader, now: datetime) -> Voucher:
    """At the desk, by staff with the permission, once, and not for oneself."""
    if not actor.has_perm("incentives.honour_voucher"):
        raise NotFound
    voucher = _locked(read_code(code), Voucher.objects.select_related("reward"))
    if not voucher.reward.is_given_by_hand:
        raise NotForTheDesk
    if voucher.reader_id == actor.pk:
        raise NotForOneself
    if voucher.status != Status.ISSUED or voucher.expires_at <= now:
        raise VoucherClosed
    voucher.honoured_by = actor
    return _close(voucher, Status.USED, now=now)


@transaction.atomic
def refund_undecided(event: DomainEvent) -> Voucher | None:
    """The librarians never decided about a suggestion that its reader had paid to put first: the points come back. Again changes
    nothing. Which voucher it was is told by the moment at which it moved up."""
    moved = DomainEvent.objects.filter(kind="purchase.put_first", data__purchase=event.data["purchase"]).first()
    if moved is None or moved.actor is None:
        return None
    ledger.lock(moved.actor)
    used = Voucher.objects.filter(status=Status.USED, reward__effect=Reward.Effect.PURCHASE_FIRST, closed_at=moved.at)
    code = used.filter(reader=moved.actor).values_list("code", flat=True).first()
    if code is None:
        return None
    voucher = _locked(code, visible_to(moved.actor))
    return _give_back(voucher, "voucher_in_vain", actor=None, now=event.at)


def expire(*, now: datetime) -> list[str]:
    """Codes that have just expired, or were given back because the service never came to carry them out."""
    codes = Voucher.objects.filter(status=Status.ISSUED, expires_at__lte=now).values_list("code", flat=True)
    return [code for code in list(codes) if _expire(code, now=now)]


@transaction.atomic(durable=True)
def _expire(code: str, *, now: datetime) -> bool:
    """Under the same locks, so a voucher being used or returned meanwhile stays so. The library keeps what it set aside for one
    that nobody showed."""
    ledger.lock(Voucher.objects.select_related("reader").get(code=code).reader)
    voucher = _locked(code, Voucher.objects.select_related("reward"))
    if voucher.status != Status.ISSUED:
        return False
    if voucher.reward.is_given_by_hand:
        budgets.give_back(voucher.budget_id, voucher.price)
        _close(voucher, Status.EXPIRED, now=voucher.expires_at)
    else:
        _give_back(voucher, "voucher_unused", actor=None, now=now)
    return True


def _give_back(voucher: Voucher, reason: str, *, actor: Reader | None, now: datetime) -> Voucher:
    params = {"reward": voucher.reward_id}
    ledger.reverse(entry=voucher.entry, reason=reason, at=now, actor=actor, params=params)
    Reward.objects.filter(pk=voucher.reward_id, stock__isnull=False).update(stock=F("stock") + 1)
    budgets.give_back(voucher.budget_id, voucher.price)
    return _close(voucher, Status.CANCELLED, now=now)


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
