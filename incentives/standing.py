"""How reliable a reader has been in the last half year, from sharing's recorded facts. It decides one thing: the number
of open requests. Nobody but the reader sees it, and every line that counts is shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incentives.models import Reward, Voucher
from library_bridge.models import Reader
from sharing import policies
from sharing.models import CirculationPolicy, DomainEvent, Handover, Lending, ReaderLimit

LOOKS_BACK = timedelta(days=180)
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


@dataclass(frozen=True, slots=True)
class Standing:
    level: int
    open_requests: int
    usual: int
    kept: int
    appointments: int
    lines: tuple[Line, ...]


@dataclass(slots=True)
class Facts:
    answered: int = 0
    lapsed: int = 0
    kept: int = 0
    appointments: int = 0
    cancellations: int = 0
    days_late: int = 0


def level(reader: Reader, *, now: datetime) -> Standing:
    policy = CirculationPolicy.load()
    facts = _facts(reader, now=now, free_days=policy.free_cancel_days)
    lines = tuple(_lines(facts))
    reached = min(max(USUAL_LEVEL + sum(line.effect for line in lines), 0), len(MORE_REQUESTS) - 1)
    extra = Voucher.objects.filter(
        reader=reader, reward__effect=Reward.Effect.OPEN_REQUEST, status=Voucher.Status.USED, expires_at__gt=now
    ).count()
    limit = min(max(policy.open_requests + MORE_REQUESTS[reached] + extra, FEWEST), MOST)
    return Standing(reached, limit, policy.open_requests, facts.kept, facts.appointments, lines)


def apply(reader: Reader, *, now: datetime) -> Standing:
    """Tells sharing the limit where it has changed; without one of their own, readers have the policy's."""
    standing = level(reader, now=now)
    told = ReaderLimit.objects.filter(reader=reader).values_list("open_requests", flat=True).first()
    if standing.open_requests != (standing.usual if told is None else told):
        policies.set_open_request_limit(reader_id=reader.pk, limit=standing.open_requests, now=now)
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
    late: dict[int, int] = {}
    for event in _events(reader, now=now):
        ask = event.ask if event.ask is not None and event.ask.holder_id == reader.pk else None
        if event.kind in ANSWERS and ask is not None:
            facts.answered += not ask.consent  # what one had agreed to beforehand is no answer
        elif event.kind == "ask.lapsed" and ask is not None:
            facts.lapsed += 1
        elif event.kind == "lending.no_show":
            facts.appointments += 1
        elif event.handover is not None and event.handover.method == Handover.Method.IN_PERSON:
            facts.appointments += 1
            facts.kept += event.at - event.handover.starts_at <= PUNCTUAL
        elif event.kind == "lending.cancelled" and event.actor_id == reader.pk:
            cancelled.append(event.at)
        elif event.lending is not None and event.lending.taker_id == reader.pk:
            late[event.lending.pk] = _days_late(event.lending, now=now)
    facts.cancellations = _not_free(cancelled, free=timedelta(days=free_days))
    facts.days_late = sum(late.values())
    return facts


def _days_late(lending: Lending, *, now: datetime) -> int:
    """A library loan's due date is the library's matter."""
    if lending.mode != Lending.Mode.LEND or lending.due_at is None:
        return 0
    return max(((lending.return_started_at or lending.closed_at or now) - lending.due_at).days, 0)


def _events(reader: Reader, *, now: datetime) -> Iterable[DomainEvent]:
    about = Q(ask__holder=reader) | Q(request__requester=reader)
    return (
        DomainEvent.objects.filter(about, kind__in=KINDS, at__gt=now - LOOKS_BACK, at__lte=now)
        .select_related("ask", "handover", "lending")
        .order_by("at", "pk")
    )


def _not_free(moments: list[datetime], *, free: timedelta) -> int:
    """The first cancellation in `free` costs nothing."""
    earlier = [None, *moments]
    return sum(1 for before, at in zip(earlier, moments, strict=False) if before is not None and at - before < free)


def _lines(facts: Facts) -> Iterator[Line]:
    if facts.appointments:
        yield _appointments(facts)
    if facts.answered + facts.lapsed:
        yield _answers(facts)
    if facts.cancellations:
        text = ngettext(
            "You cancelled %(n)s time after agreeing; the first in 90 days is not counted",
            "You cancelled %(n)s times after agreeing; the first in 90 days is not counted",
            facts.cancellations,
        )
        yield Line(text % {"n": facts.cancellations}, -min(facts.cancellations, 2))
    if facts.days_late:
        text = ngettext(
            "Books came back %(n)s day late in all; it counts for half a year",
            "Books came back %(n)s days late in all; it counts for half a year",
            facts.days_late,
        )
        yield Line(text % {"n": facts.days_late}, -1 if facts.days_late <= 14 else -2)


def _appointments(facts: Facts) -> Line:
    missed = facts.appointments - facts.kept
    if not missed:
        text = ngettext(
            "You kept your last appointment", "You kept all of your last %(n)s appointments", facts.appointments
        )
        return Line(text % {"n": facts.appointments}, 1 if facts.kept >= 5 else 0)
    text = _("You kept %(kept)s of your last %(all)s appointments")
    return Line(text % {"kept": facts.kept, "all": facts.appointments}, -1 if missed >= 2 else 0)


def _answers(facts: Facts) -> Line:
    asked = facts.answered + facts.lapsed
    if facts.answered >= 5 and facts.answered * 5 >= asked * 4:
        return Line(_("You answered %(n)s of %(all)s asks") % {"n": facts.answered, "all": asked}, 1)
    effect = -1 if facts.lapsed >= 3 and facts.lapsed * 2 > asked else 0
    return Line(_("You answered %(n)s of %(all)s asks") % {"n": facts.answered, "all": asked}, effect)
