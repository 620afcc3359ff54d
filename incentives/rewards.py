"""What points can be had for. Points and stock go together with the voucher, or nothing goes (M5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from incentives import budgets, ledger, standing, switches, vouchers
from incentives.errors import (
    KeyReused,
    NothingGained,
    PriceChanged,
    RedeemingClosed,
    RewardEnded,
    RewardLimitReached,
    SoldOut,
    used_up,
)
from incentives.models import IncentiveSettings, Reward, Voucher
from library_bridge.models import Reader
from sharing.errors import NotFound

WhyNot = Literal["", "sold_out", "limit", "budget", "points"]


@dataclass(frozen=True, slots=True)
class Offer:
    reward: Reward
    spendable: int
    taken: int
    budget_used_up: bool = False

    @property
    def missing(self) -> int:
        return max(self.reward.price - self.spendable, 0)

    @property
    def is_sold_out(self) -> bool:
        return self.reward.stock == 0

    @property
    def limit_reached(self) -> bool:
        limit = self.reward.per_reader_limit
        return limit is not None and self.taken >= limit

    @property
    def can_redeem(self) -> bool:
        return self.why_not == ""

    @property
    def why_not(self) -> WhyNot:
        """Empty where it can be redeemed; what nobody can change comes first."""
        reasons: dict[WhyNot, bool] = {
            "sold_out": self.is_sold_out,
            "limit": self.limit_reached,
            "budget": self.budget_used_up,
            "points": bool(self.missing),
        }
        return next((reason for reason, holds in reasons.items() if holds), "")


def budget_notice(offers: list[Offer], set_aside: budgets.SetAside) -> str:
    """The sentence for the page, if the budget is what stands against something on it."""
    short = [set_aside.of(offer.reward) for offer in offers if offer.why_not == "budget"]
    found = next((budget for budget in short if budget is not None), None)
    return "" if found is None else used_up(found)


def begun(*, now: datetime) -> QuerySet[Reward]:
    """What readers can know of, though it may be over."""
    return Reward.objects.filter(starts_at__lte=now)


def on_offer(*, now: datetime) -> QuerySet[Reward]:
    return begun(now=now).filter(Q(ends_at=None) | Q(ends_at__gt=now))


def available(
    reader: Reader, *, now: datetime, spendable: int | None = None, set_aside: budgets.SetAside | None = None
) -> list[Offer]:
    """Everything on offer, with what is missing; `spendable` and `set_aside` spare queries if they are known."""
    points = ledger.balance(reader, now=now).spendable if spendable is None else spendable
    taken = Count("vouchers", filter=Q(vouchers__reader=reader) & ~Q(vouchers__status=Voucher.Status.CANCELLED))
    rows = on_offer(now=now).annotate(taken=taken).order_by("sort", "price", "pk")
    limits = budgets.set_aside_for(reader, now=now) if set_aside is None else set_aside
    return [Offer(reward, points, reward.taken, limits.is_used_up_for(reward)) for reward in rows]


@transaction.atomic(durable=True)
def redeem_reward(*, reward_id: int, actor: Reader, key: str, now: datetime, price: int | None = None) -> Voucher:
    """Locks the reader's account, then the reward, then the library's budget. `price` is the one the reader saw; the same key
    gives the same voucher."""
    ledger.lock(actor)
    if (earlier := _earlier(actor, key, reward_id)) is not None:
        return earlier
    _require_open(actor)
    reward = begun(now=now).select_for_update(of=("self",)).filter(pk=reward_id).first()
    if reward is None:
        raise NotFound
    _require_available(reward, actor, price=price, now=now)
    if reward.works_at_once and not standing.can_rise(actor, now=now):
        raise NothingGained
    budget = budgets.draw(reward, actor, now=now)
    entry = ledger.redeem(reader=actor, points=reward.price, at=now, params={"reward": reward.pk})
    _take_one(reward)
    at_once = reward.works_at_once
    voucher = Voucher.objects.create(
        code=vouchers.new_code(),
        reward=reward,
        reader=actor,
        entry=entry,
        price=reward.price,
        budget=budget,
        key=key,
        status=Voucher.Status.USED if at_once else Voucher.Status.ISSUED,
        issued_at=now,
        closed_at=now if at_once else None,
        expires_at=now + timedelta(days=reward.valid_days),
    )
    if at_once:
        standing.apply(actor, now=now)
    return voucher


def _earlier(reader: Reader, key: str, reward_id: int) -> Voucher | None:
    earlier = Voucher.objects.filter(reader=reader, key=key).select_related("reward").first()
    if earlier is not None and earlier.reward_id != reward_id:
        raise KeyReused
    return earlier


def _require_open(reader: Reader) -> None:
    switches.require(reader)
    if not IncentiveSettings.load().redeeming:
        raise RedeemingClosed


def _require_available(reward: Reward, reader: Reader, *, price: int | None, now: datetime) -> None:
    if reward.has_ended(now=now):
        raise RewardEnded
    if price is not None and price != reward.price:
        raise PriceChanged
    if reward.stock == 0:
        raise SoldOut
    if reward.per_reader_limit is not None:
        taken = reward.vouchers.filter(reader=reader).exclude(status=Voucher.Status.CANCELLED).count()
        if taken >= reward.per_reader_limit:
            raise RewardLimitReached


def _take_one(reward: Reward) -> None:
    if reward.stock is not None:
        reward.stock -= 1
        reward.save(update_fields=["stock"])
