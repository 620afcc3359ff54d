"""For which open requests somebody is left who could still be asked: what a requester may be promised, never who it is (P2)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sharing import holdings, policies
from sharing.holdings import CopyHolding, Holding
from sharing.models import Ask, CirculationPolicy, Request


def onward(requests: Sequence[Request], *, policy: CirculationPolicy, now: datetime) -> set[int]:
    """Keys of the requests that can go on to another holder as things stand. Five queries, however many requests, whose
    asks are prefetched."""
    if not requests:
        return set()
    free = [h for h in holdings.of_titles({r.title_id for r in requests}, policy=policy, now=now) if h.free]
    busy = policies.holders_with_enough_asks({h.holder.pk for h in free}, policy, now)
    unwilling = _unwilling(requests, now)
    by_title = defaultdict[int, list[Holding]](list)
    for holding in free:
        if holding.holder.pk not in busy and holding.holder.is_active:
            by_title[holding.title_id].append(holding)
    return {
        request.pk
        for request in requests
        if any(_is_new(h, request, unwilling[request.title_id]) for h in by_title[request.title_id])
    }


def _unwilling(requests: Sequence[Request], now: datetime) -> dict[int, set[tuple[int, int]]]:
    """By title: holder and requester where the holder said no lately."""
    said_no = defaultdict[int, set[tuple[int, int]]](set)
    rows = Ask.objects.filter(
        request__title__in=[r.title_id for r in requests], request__requester__in=[r.requester_id for r in requests],
        status=Ask.Status.DECLINED, answered_at__gt=now - policies.ASK_AGAIN_AFTER,
    ).order_by()  # fmt: skip
    for title, holder, requester in rows.values_list("request__title_id", "holder_id", "request__requester_id"):
        said_no[title].add((holder, requester))
    return said_no


def _is_new(holding: Holding, request: Request, unwilling: set[tuple[int, int]]) -> bool:
    asks = request.asks.all()
    copy = holding.copy if isinstance(holding, CopyHolding) else None
    wanted = request.copy_id or request.library_loan_id
    if wanted and holding.key != (f"copy-{request.copy_id}" if request.copy_id else f"loan-{request.library_loan_id}"):
        return False
    if request.requester_id in {holding.holder.pk, copy.owner_id if copy else None}:
        return False
    asked = {ask.holder_id for ask in asks} | {holder for holder, by in unwilling if by == request.requester_id}
    return holding.holder.pk not in asked and (copy is None or copy.pk not in {ask.copy_id for ask in asks})
