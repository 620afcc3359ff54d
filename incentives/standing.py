"""How reliable a reader has been in the last half year, from sharing's recorded facts. It decides one thing: the number
of open requests. Nobody but the reader sees it, every line that counts is shown, and each that counts against them says what
would mend it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incentives import mending
from incentives.facts import COUNTED, Facts, gather
from incentives.models import Appeal, Reward, Voucher
from library_bridge.models import Reader
from sharing import limits, policies, prepared
from sharing.models import DomainEvent, ReaderLimit
from sharing.prepared import NOW, READER

USUAL_LEVEL = 2
MORE_REQUESTS = (-3, -2, 0, 2, 5)  # by level, against the policy's number
FEWEST, MOST = 2, 10


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    effect: int
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """`open_requests` is what counts: `by_standing`, and what `rewards`, so many, add to it. They become fewer at `rewards_end`:
    where the upper bound hides one, another may end before."""

    level: int
    open_requests: int
    by_standing: int
    rewards_end: datetime | None
    usual: int
    kept: int
    appointments: int
    lines: tuple[Line, ...]
    rewards: int = 0

    @property
    def by_rewards(self) -> int:
        return self.open_requests - self.by_standing


def level(reader: Reader, *, now: datetime, more: int = 0) -> Standing:
    """`more`: as if so many further requests had been redeemed."""
    policy = policies.current()
    facts = gather(reader, now=now, free_days=policy.free_cancel_days)
    ends, forgiven_at = _granted(reader, now=now)
    if forgiven_at is not None:
        facts.forget(forgiven_at)
    lines = tuple(_lines(facts, free_days=policy.free_cancel_days, now=now))
    reached = min(max(USUAL_LEVEL + sum(line.effect for line in lines), 0), len(MORE_REQUESTS) - 1)
    earned = policy.open_requests + MORE_REQUESTS[reached]
    return Standing(
        reached,
        _in_bounds(earned + len(ends) + more),
        _in_bounds(earned),
        _falls_at(earned, ends),
        policy.open_requests,
        facts.kept,
        facts.appointments,
        lines,
        len(ends),
    )


def _falls_at(earned: int, ends: Sequence[datetime]) -> datetime | None:
    """`ends` of rewards, the first before the others. None where they add nothing."""
    all_of_them = _in_bounds(earned + len(ends))
    left = reversed(range(len(ends)))
    return next((end for end, n in zip(ends, left, strict=True) if _in_bounds(earned + n) < all_of_them), None)


def _in_bounds(requests: int) -> int:
    return min(max(requests, FEWEST), MOST)


def can_rise(reader: Reader, *, now: datetime) -> bool:
    """Whether one more open request would be one more: above MOST nobody gets, and below FEWEST one fills up only what
    everybody has anyway."""
    return level(reader, now=now, more=1).open_requests > level(reader, now=now).open_requests


def apply(reader: Reader, *, now: datetime) -> Standing:
    """Tells sharing the limit where it has changed; without one of their own, readers have the policy's."""
    standing = level(reader, now=now)
    told = ReaderLimit.objects.filter(reader=reader).values_list("open_requests", flat=True).first()
    if standing.open_requests != (standing.usual if told is None else told):
        limits.set_open_request_limit(reader_id=reader.pk, limit=standing.open_requests, now=now)
    return standing


def follow(event: DomainEvent, *, now: datetime) -> None:
    """After an event that counts, for the two it is about."""
    if event.kind in COUNTED and event.ask is not None:
        apply(event.ask.holder, now=now)
        apply(event.ask.request.requester, now=now)


def refresh(*, now: datetime) -> int:
    """Facts grow old: once a night for everybody who has a limit of their own."""
    limits = ReaderLimit.objects.select_related("reader")
    changed = 0
    for limit in limits:
        changed += apply(limit.reader, now=now).open_requests != limit.open_requests
    return changed


def _granted(reader: Reader, *, now: datetime) -> tuple[list[datetime], datetime | None]:
    """When each request more that points were redeemed for ends, and until when a librarian, appealed to, has let things be."""
    rows = list(prepared.run(_granted_rows, values={"reader": reader.pk, "now": now}))
    return [end for end, effect, _latest in rows if effect == Reward.Effect.OPEN_REQUEST], rows[0][-1]


def _granted_rows() -> "QuerySet[Reader, tuple[Any, ...]]":
    """Of each voucher that is used and not yet over: its end and its effect; one row without, where there is none."""
    in_force = Q(vouchers__status=Voucher.Status.USED, vouchers__expires_at__gt=NOW)
    let_be = Appeal.objects.filter(reader=READER, status=Appeal.Status.GRANTED, answered_at__lte=NOW)
    latest = Subquery(let_be.order_by("-answered_at").values("answered_at")[:1])
    mine = Reader.objects.filter(pk=READER).annotate(more=FilteredRelation("vouchers", condition=in_force))
    return mine.order_by("more__expires_at").values_list("more__expires_at", "more__reward__effect", latest)


def _lines(facts: Facts, *, free_days: int, now: datetime) -> Iterator[Line]:
    if facts.appointments:
        yield _appointments(facts, now=now)
    if facts.asked:
        yield _answers(facts, now=now)
    if facts.cancellations:
        text = ngettext(
            "You cancelled %(n)s time after agreeing; the first in %(days)s days is not counted",
            "You cancelled %(n)s times after agreeing; the first in %(days)s days is not counted",
            len(facts.cancellations),
        )
        effect = partial(_of_cancelling, facts)
        yield Line(
            text % {"n": len(facts.cancellations), "days": free_days}, effect(now), mending.by_itself(effect, now=now)
        )
    if days := sum(days for _end, days in facts.late):
        text = ngettext(
            "Books came back %(n)s day late in all; it counts for half a year",
            "Books came back %(n)s days late in all; it counts for half a year",
            days,
        )
        effect = partial(_of_lateness, facts)
        bring = _("Bring back what is overdue: every day adds to it.")
        yield Line(text % {"n": days}, effect(now), bring if facts.overdue else mending.by_itself(effect, now=now))


def _of_cancelling(facts: Facts, now: datetime) -> int:
    return -min(int(mending.weights(facts.cancellations, now=now) + 0.5), 2)


def _of_lateness(facts: Facts, now: datetime) -> int:
    days = sum(days * mending.weight(end, now=now) for end, days in facts.late)
    return 0 if days < 0.5 else -1 if days <= 14 else -2


def _of_missing(facts: Facts, now: datetime) -> int:
    """Once can happen to anybody."""
    return -1 if mending.weights(facts.misses, now=now) >= 1.5 else 0


def _of_silence(facts: Facts, now: datetime) -> int:
    return -1 if mending.weights(facts.lapses, now=now) >= 2.5 and len(facts.lapses) * 2 > facts.asked else 0


def _appointments(facts: Facts, *, now: datetime) -> Line:
    if not facts.misses:
        if facts.appointments == 1:  # in Chinese, too, one is told otherwise than several
            return Line(_("You kept your last appointment"), 0)
        text = _("You kept all of your last %(n)s appointments")
        return Line(text % {"n": facts.appointments}, 1 if facts.kept >= 5 else 0)
    text = _("You kept %(kept)s of your last %(all)s appointments")
    effect = partial(_of_missing, facts)
    said = text % {"kept": facts.kept, "all": facts.appointments}
    return Line(said, effect(now), mending.by_itself(effect, now=now))


def _answers(facts: Facts, *, now: datetime) -> Line:
    said = _("You answered %(n)s of %(all)s asks") % {"n": facts.answered, "all": facts.asked}
    if facts.answered >= 5 and facts.answered * 5 >= facts.asked * 4:
        return Line(said, 1)
    if (effect := _of_silence(facts, now)) == 0:
        return Line(said, 0)
    more = 2 * len(facts.lapses) - facts.asked
    mend = ngettext(
        "A yes or a no to the next %(n)s ask mends it.", "A yes or a no to the next %(n)s asks mends it.", more
    )
    return Line(said, effect, mend % {"n": more})
