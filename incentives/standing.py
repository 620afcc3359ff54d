"""How reliable a reader has been in the last half year, from sharing's recorded facts. It decides one thing: the number
of open requests. Nobody but the reader sees it, every line that counts is shown, and each that counts against them says what
would mend it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Count, DateTimeField, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incentives import mending
from incentives.models import Appeal, Reward, Voucher
from library_bridge.models import Reader
from sharing import limits, policies, prepared
from sharing.models import DomainEvent, Handover, Lending, ReaderLimit
from sharing.prepared import NOW, READER, Given

LOOKS_BACK = timedelta(days=180)
SINCE = Given("since", DateTimeField())
PUNCTUAL = timedelta(hours=2)
USUAL_LEVEL = 2
MORE_REQUESTS = (-3, -2, 0, 2, 5)  # by level, against the policy's number
FEWEST, MOST = 2, 10
ANSWERS = ("ask.accepted", "ask.declined")
KINDS = (
    *ANSWERS,
    "ask.lapsed",
    "handover.confirmed",
    "lending.cancelled",
    "lending.no_show",
    "lending.overdue",
    "lending.completed",
)


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    effect: int
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """`open_requests` is what counts: `by_standing`, and what rewards add to it until `rewards_end`, when the first is over."""

    level: int
    open_requests: int
    by_standing: int
    rewards_end: datetime | None
    usual: int
    kept: int
    appointments: int
    lines: tuple[Line, ...]

    @property
    def by_rewards(self) -> int:
        return self.open_requests - self.by_standing


@dataclass(slots=True)
class Facts:
    answered: int = 0
    kept: int = 0
    lapses: list[datetime] = field(default_factory=list)
    misses: list[datetime] = field(default_factory=list)
    cancellations: list[datetime] = field(default_factory=list)
    late: list[tuple[datetime, int]] = field(default_factory=list)
    overdue: bool = False

    @property
    def appointments(self) -> int:
        return self.kept + len(self.misses)

    @property
    def asked(self) -> int:
        return self.answered + len(self.lapses)


def level(reader: Reader, *, now: datetime, more: int = 0) -> Standing:
    """`more`: as if so many further requests had been redeemed."""
    policy = policies.current()
    facts = _facts(reader, now=now, free_days=policy.free_cancel_days)
    extra, extra_ends, forgiven_at = _granted(reader, now=now)
    _forget(facts, until=forgiven_at)
    lines = tuple(_lines(facts, now=now))
    reached = min(max(USUAL_LEVEL + sum(line.effect for line in lines), 0), len(MORE_REQUESTS) - 1)
    earned = policy.open_requests + MORE_REQUESTS[reached]
    return Standing(
        reached,
        _in_bounds(earned + extra + more),
        _in_bounds(earned),
        extra_ends,
        policy.open_requests,
        facts.kept,
        facts.appointments,
        lines,
    )


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
    if event.kind in KINDS and event.ask is not None:
        apply(event.ask.holder, now=now)
        apply(event.ask.request.requester, now=now)


def refresh(*, now: datetime) -> int:
    """Facts grow old: once a night for everybody who has a limit of their own."""
    limits = ReaderLimit.objects.select_related("reader")
    changed = 0
    for limit in limits:
        changed += apply(limit.reader, now=now).open_requests != limit.open_requests
    return changed


def _facts(reader: Reader, *, now: datetime, free_days: int) -> Facts:
    facts = Facts()
    cancelled: list[datetime] = []
    borrowed: dict[int, Lending] = {}
    asked = {"reader": reader.pk, "now": now, "since": now - LOOKS_BACK}
    for event in prepared.objects(_events, values=asked):
        ask = event.ask if event.ask is not None and event.ask.holder_id == reader.pk else None
        if event.kind in ANSWERS and ask is not None:
            facts.answered += not ask.consent  # what one had agreed to beforehand is no answer
        elif event.kind == "ask.lapsed" and ask is not None:
            facts.lapses.append(event.at)
        elif event.kind == "lending.no_show":
            facts.misses += _missed(event, reader)
        elif event.handover is not None and event.handover.method == Handover.Method.IN_PERSON:
            if (event.read_at or event.at) - event.handover.starts_at <= PUNCTUAL:
                facts.kept += 1
            else:
                facts.misses.append(event.at)
        elif event.kind == "lending.cancelled" and event.actor_id == reader.pk:
            cancelled.append(event.at)
        elif event.lending is not None and event.lending.taker_id == reader.pk:
            borrowed[event.lending.pk] = event.lending
    facts.cancellations = _not_free(cancelled, free=timedelta(days=free_days))
    for lending in borrowed.values():
        _look_at_return(lending, facts, now=now)
    return facts


def _missed(event: DomainEvent, reader: Reader) -> list[datetime]:
    """When; never for who has left the book at the drop point as agreed."""
    by_taker = event.data.get("by") == "taker"
    gave = event.lending is not None and event.lending.giver_id == reader.pk
    return [] if by_taker and gave else [event.at]


def _granted(reader: Reader, *, now: datetime) -> tuple[int, datetime | None, datetime | None]:
    """Requests more that points were redeemed for, when the first of them ends, and until when a librarian, appealed to, has
    let things be."""
    ((extra, ends, latest),) = prepared.run(_granted_rows, values={"reader": reader.pk, "now": now})
    return extra, ends, latest


def _granted_rows() -> "QuerySet[Reader, tuple[Any, ...]]":
    more = Voucher.objects.filter(
        reader=READER, reward__effect=Reward.Effect.OPEN_REQUEST, status=Voucher.Status.USED, expires_at__gt=NOW
    ).order_by()
    let_be = Appeal.objects.filter(reader=READER, status=Appeal.Status.GRANTED, answered_at__lte=NOW)
    extra = Coalesce(Subquery(more.values("reader").annotate(n=Count("pk")).values("n")), 0)
    ends = Subquery(more.order_by("expires_at").values("expires_at")[:1])
    latest = Subquery(let_be.order_by("-answered_at").values("answered_at")[:1])
    return Reader.objects.filter(pk=READER).values_list(extra, ends, latest)


def _forget(facts: Facts, *, until: datetime | None) -> None:
    if until is not None:
        for moments in (facts.lapses, facts.misses, facts.cancellations):
            moments[:] = [at for at in moments if at > until]
        facts.late = [(end, days) for end, days in facts.late if end > until]


def _look_at_return(lending: Lending, facts: Facts, *, now: datetime) -> None:
    """A library loan's due date is the library's matter."""
    if lending.mode != Lending.Mode.LEND or lending.due_at is None:
        return
    back_at = lending.return_started_at or lending.closed_at
    days = ((back_at or now) - lending.due_at).days
    if days > 0:
        facts.late.append((back_at or now, days))
        facts.overdue |= back_at is None


def _events() -> QuerySet[DomainEvent]:
    about = Q(ask__holder=READER) | Q(request__requester=READER)
    return (
        DomainEvent.objects.filter(about, kind__in=KINDS, at__gt=SINCE, at__lte=NOW)
        .select_related("ask", "handover", "lending")
        .only(
            "kind",
            "at",
            "actor",
            "data",
            "ask__holder",
            "ask__consent",
            "handover__method",
            "handover__starts_at",
            *(f"lending__{name}" for name in ("taker", "mode", "due_at", "return_started_at", "closed_at")),
        )
        .order_by("at", "pk")
    )


def _not_free(moments: list[datetime], *, free: timedelta) -> list[datetime]:
    """The first cancellation in `free` costs nothing."""
    earlier = [None, *moments]
    return [at for before, at in zip(earlier, moments, strict=False) if before is not None and at - before < free]


def _lines(facts: Facts, *, now: datetime) -> Iterator[Line]:
    if facts.appointments:
        yield _appointments(facts, now=now)
    if facts.asked:
        yield _answers(facts, now=now)
    if facts.cancellations:
        text = ngettext(
            "You cancelled %(n)s time after agreeing; the first in 90 days is not counted",
            "You cancelled %(n)s times after agreeing; the first in 90 days is not counted",
            len(facts.cancellations),
        )
        effect = partial(_of_cancelling, facts)
        yield Line(text % {"n": len(facts.cancellations)}, effect(now), mending.by_itself(effect, now=now))
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
        text = ngettext(
            "You kept your last appointment", "You kept all of your last %(n)s appointments", facts.appointments
        )
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
