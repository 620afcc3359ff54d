"""What a voucher of the service's own can be used for. Sharing says what may be (`sharing.policies`) and does it (`sharing.favours`)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from incentives.models import Reward
from library_bridge.models import Reader
from sharing import favours
from sharing.models import DomainEvent

Effect = Reward.Effect


@dataclass(frozen=True, slots=True)
class Use:
    """`target` is what `carry_out` takes; `due_at` where it is a book that has to go back."""

    target: int
    title: str
    due_at: datetime | None = None


def choices(effect: str, reader: Reader, *, now: datetime) -> list[Use]:
    """For what it could be used now; empty too for rewards that leave no choice."""
    if effect == Effect.LONGER_LOAN:
        lendings = favours.may_be_lengthened(reader, now=now)
        return [Use(one.pk, one.request.title.full_title, one.due_at) for one in lendings]
    if effect == Effect.PURCHASE_FIRST:
        return [Use(one.pk, one.title) for one in favours.may_be_put_first(reader)]
    return []


def idle(effects: set[str], reader: Reader, *, now: datetime) -> set[str]:
    """Those that leave a choice and fit nothing the reader has: told before points are spent on one."""
    return {effect for effect in effects.intersection(Reward.CHOSEN) if not choices(effect, reader, now=now)}


def carry_out(reward: Reward, *, target: int, actor: Reader, now: datetime) -> None:
    """Inside the transaction that closes the voucher. Raises what sharing refuses."""
    _DONE[Effect(reward.effect)](reward, target, actor, now)


def was_carried_out(reward: Reward, *, target: int, actor: Reader, at: datetime) -> bool:
    """At that moment, for this: a voucher is closed at the moment of what it was used for."""
    done = DomainEvent.objects.filter(actor=actor, at=at)
    if reward.effect == Effect.LONGER_LOAN:
        return done.filter(kind="lending.extended", lending=target).exists()
    return done.filter(kind="purchase.put_first", data__purchase=target).exists()


def _lengthen(reward: Reward, target: int, actor: Reader, now: datetime) -> None:
    assert reward.days is not None
    favours.lengthen_lending(lending_id=target, days=reward.days, actor=actor, now=now)


def _put_first(reward: Reward, target: int, actor: Reader, now: datetime) -> None:
    favours.put_purchase_first(suggestion_id=target, actor=actor, now=now)


_DONE: dict[Effect, Callable[[Reward, int, Reader, datetime], None]] = {
    Effect.LONGER_LOAN: _lengthen,
    Effect.PURCHASE_FIRST: _put_first,
}
