"""What is done once a night, step by step. A step that has been interrupted is taken up again an hour later; each may run twice
and ends as if it had run once (N6)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from incentives import badges, leaderboards, reward_pictures, standing, subtotals, winners
from incentives.farming import reviews
from incentives.models import NightStep

LEASE = timedelta(hours=1)
Told = Iterator[dict[str, object]]


def act(*, now: datetime) -> Told:
    day = timezone.localdate(now)
    done = set(NightStep.objects.filter(day=day, finished_at__isnull=False).values_list("step", flat=True))
    for name, step in STEPS.items():
        if name not in done and _claim(day=day, step=name, now=now):
            yield from step(now)
            NightStep.objects.filter(day=day, step=name).update(finished_at=now)


def _claim(*, step: str, now: datetime, **of: object) -> bool:
    row, new = NightStep.objects.get_or_create(step=step, **of, defaults={"started_at": now})
    left = NightStep.objects.filter(pk=row.pk, finished_at=None, started_at__lte=now - LEASE)
    return new or bool(left.update(started_at=now))


def _lists(now: datetime) -> Told:
    leaderboards.compute(now=now)
    yield {"did": "leaderboards.computed"}


def _winners(now: datetime) -> Told:
    for ended in winners.write_down(now=now):
        yield {"did": "winners.written_down", "period": ended.period, "first_date": ended.first_date.isoformat()}


def _badges(now: datetime) -> Told:
    yield {"did": "badges.given", "new": badges.give_nightly(now=now)}


def _rings(now: datetime) -> Told:
    for found in reviews.look_for_rings(now=now):
        yield {"did": "ring_review.held", "review": found.pk}


def _balances(now: datetime) -> Told:
    yield {"did": "balances.rolled_up", "count": subtotals.roll_up(now=now)}


def _standing(now: datetime) -> Told:
    yield {"did": "standing.refreshed", "changed": standing.refresh(now=now)}


def _pictures(now: datetime) -> Told:
    yield {"did": "reward_pictures.forgotten", "count": reward_pictures.forget_deleted_images()}


STEPS: dict[str, Callable[[datetime], Told]] = {
    "lists": _lists,
    "winners": _winners,
    "badges": _badges,
    "rings": _rings,
    "balances": _balances,
    "standing": _standing,
    "pictures": _pictures,
}
