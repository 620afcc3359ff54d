"""Whom a request is put to, and when to go on to the next.

First wave: up to `wave_size` holders, best first: those near, with a good answer rate. When nobody of a wave is left to
answer, the next goes out. Nobody is asked twice for one request.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from library_bridge.models import Reader
from sharing import deadlines, events, holdings, locks, policies
from sharing.errors import SharingError
from sharing.holdings import Holding, LoanHolding
from sharing.models import Ask, CirculationPolicy, Conversation, Request


def send_next_wave(*, request_id: int, now: datetime) -> list[Ask]:
    """Ask the next holders if the request is open and nobody is being asked. Again at once changes nothing.

    Reads the library system for each loan it is about to ask for, outside the transaction.
    """
    request = Request.objects.select_related("requester__area", "title").get(pk=request_id)
    if request.status != Request.Status.OPEN or request.deadline_at <= now or request.asks.waiting().exists():
        return []
    policy = policies.current()
    chosen = _permitted(_candidates(request, policy, now), request.requester, policy, now)
    return _ask(request_id, chosen, policy, now) if chosen else []


def _candidates(request: Request, policy: CirculationPolicy, now: datetime) -> list[Holding]:
    """Free holdings of the title that this request has not been put to yet, best first, one a holder."""
    found = [h for h in _wanted(request, policy, now) if h.free]
    if not found:
        return []
    holders = {h.holder.pk for h in found}
    asked = set(request.asks.values_list("holder_id", flat=True))
    books = set(request.asks.values_list("copy_id", flat=True)) - {None}  # one may have drifted to another holder since
    out = (
        asked
        | policies.refused_lately(holders, request.requester, request.title_id, now)
        | policies.holders_with_enough_asks(holders, policy, now)
    )
    new = [h for h in found if h.fields().get("copy") is None or h.fields()["copy"].pk not in books]
    able = [h for h in new if h.holder.pk not in out and h.holder.is_active and not _is_own(h, request.requester)]
    rates = answer_rates(h.holder.pk for h in able)
    near = _areas(request)
    able.sort(key=lambda h: (h.area not in near, -rates.get(h.holder.pk, 0.5), h.key))
    return list({h.holder.pk: h for h in reversed(able)}.values())[::-1]


def _wanted(request: Request, policy: CirculationPolicy, now: datetime) -> list[Holding]:
    key = (
        f"copy-{request.copy_id}"
        if request.copy_id
        else f"loan-{request.library_loan_id}"
        if request.library_loan_id
        else ""
    )
    found = holdings.of_title(request.title_id, policy=policy, now=now)
    return [h for h in found if h.key == key] if key else found


def _areas(request: Request) -> set[str]:
    own = request.requester.area
    return set(request.areas) or ({own.code} if own else set())


def _is_own(holding: Holding, reader: Reader) -> bool:
    return reader.pk == holding.holder.pk or (
        isinstance(holding, holdings.CopyHolding) and holding.copy.owner_id == reader.pk
    )


def answer_rates(holder_ids: Iterable[int]) -> dict[int, float]:
    """Share of asks answered, of those that were answered or lapsed; holders without history are left out."""
    rows = (
        Ask.objects.filter(holder_id__in=list(holder_ids), status__in=("accepted", "declined", "lapsed"))
        .values("holder_id")
        .annotate(all=Count("pk"), answered=Count("pk", filter=~Q(status="lapsed")))
    )
    return {row["holder_id"]: row["answered"] / row["all"] for row in rows}


def _permitted(candidates: list[Holding], requester: Reader, policy: CirculationPolicy, now: datetime) -> list[Holding]:
    """As many as a wave holds, leaving out loans that the library would not move now."""
    chosen: list[Holding] = []
    for holding in candidates:
        if len(chosen) == policy.wave_size:
            break
        if not isinstance(holding, LoanHolding) or _library_permits(holding, requester, policy, now):
            chosen.append(holding)
    return chosen


def _library_permits(holding: LoanHolding, requester: Reader, policy: CirculationPolicy, now: datetime) -> bool:
    try:
        holdings.require_transferable(holding.loan, taker=requester, policy=policy, now=now)
    except SharingError:
        return False  # one that could not be asked comes again at the next round of the sweep
    return True


@transaction.atomic(durable=True)
def _ask(request_id: int, chosen: list[Holding], policy: CirculationPolicy, now: datetime) -> list[Ask]:
    request = locks.request(request_id, actor=None)
    if request.status != Request.Status.OPEN or request.asks.waiting().exists():
        return []
    request.wave += 1
    request.save(update_fields=["wave"])
    asks = []
    for holding in chosen:
        until = min(deadlines.respond_by(now, policy), request.deadline_at)
        ask = Ask.objects.create(
            request=request, holder=holding.holder, **holding.fields(), wave=request.wave, asked_at=now, respond_by=until,
            remind_at=deadlines.remind_at(now, until, 0, policy),
        )  # fmt: skip
        Conversation.objects.create(ask=ask)
        events.record("ask.sent", now=now, actor=None, ask=ask, request=request, after=ask.status)
        asks.append(ask)
    return asks
