"""Whom a request is put to, and when to go on to the next.

First a holder who has offered the book or agreed beforehand: that ask accepts itself, in the same commit. Else up to
`wave_size` holders, best first: those near, with a good answer rate. When nobody of a wave is left to
answer, the next goes out. Nobody is asked twice for one request, unless another had agreed first and it fell through.

At most one ask for a holding waits at a time: its requests come one after the other, in the order of time.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from library_bridge.models import Reader
from sharing import (
    asks,
    blocks,
    consents,
    deadlines,
    holdings,
    limits,
    locks,
    policies,
    prepared,
    queues,
    transferable,
    writes,
)
from sharing.errors import Denied, SharingError
from sharing.holdings import Holding, LoanHolding
from sharing.models import Ask, CirculationPolicy, Request
from sharing.prepared import PK

MOST_TRIES = 50  # requests for one title in one round; more only when the library refuses one after the other
Book = tuple[int | None, int | None]
"""The primary keys of copy and library loan, one of them None."""


def send_next_wave(*, request_id: int, now: datetime) -> list[Ask]:
    """Ask the next holders if the request is open and nobody is being asked; whoever has waited longer comes first. Again
    at once changes nothing.

    Reads the library system for each loan it is about to ask for, outside the transaction.
    """
    title_id = Request.objects.values_list("title_id", flat=True).get(pk=request_id)
    return [ask for ask in serve_title(title_id=title_id, now=now) if ask.request_id == request_id]


def serve_title(*, title_id: int, now: datetime) -> list[Ask]:
    """The next wave of every request for the title that can be put to somebody, in the order of time."""
    policy, tried, sent = policies.current(), set[int](), list[Ask]()
    while len(tried) < MOST_TRIES:
        request = queues.next_of_title(title_id, tried=tried, policy=policy, now=now)
        if request is None:
            break
        tried.add(request.pk)
        sent += _next_wave(request, policy, now)
    return sent


def _next_wave(request: Request, policy: CirculationPolicy, now: datetime) -> list[Ask]:
    Request.objects.filter(pk=request.pk).update(looked_at=now)
    chosen = _permitted(_candidates(request, policy, now), request.requester, policy, now)
    return _ask(request, chosen, policy, now) if chosen else []


def _candidates(request: Request, policy: CirculationPolicy, now: datetime) -> list[Holding]:
    """Free holdings of the title that this request has not been put to yet, best first, one a holder."""
    found = [h for h in _wanted(request, policy, now) if h.free]
    if not found:
        return []
    ours = list(prepared.run(_asked_of_request, values={"pk": request.pk}))
    books = {*((copy, loan) for _holder, copy, loan in ours), *_being_asked_for(found)}  # one may have drifted on since
    new = [h for h in found if _book(h) not in books]
    if not new:
        return []
    out = {
        *(holder for holder, _copy, _loan in ours),
        *limits.holders_asked_lately(request.requester, request.title_id, now),
        *limits.holders_asked_enough((h.holder.pk for h in new), policy, now),
        *blocks.apart_from(request.requester),
    }
    able = [h for h in new if h.holder.pk not in out and h.holder.is_active and not _is_own(h, request.requester)]
    rates = answer_rates(h.holder.pk for h in able)
    near = _areas(request)
    said = {h.key for h in able if consents.given(h, request.requester, now=now)}
    able.sort(key=lambda h: (h.key not in said, h.area not in near, -rates.get(h.holder.pk, 0.5), h.key))
    return list({h.holder.pk: h for h in reversed(able)}.values())[::-1]


def _being_asked_for(found: list[Holding]) -> Iterable[Book]:
    books = [_book(h) for h in found]
    copies, loans = ([pk for pk in of_one if pk] for of_one in zip(*books, strict=True))
    return prepared.run(_waiting_for, values={"copies": prepared.listed(copies), "loans": prepared.listed(loans)})


def _waiting_for() -> "QuerySet[Ask, tuple[Any, ...]]":
    of_these = Q(copy__in=prepared.among("copies")) | Q(library_loan__in=prepared.among("loans"))
    return Ask.objects.waiting().filter(of_these).order_by().values_list("copy_id", "library_loan_id")


def _asked_of_request() -> "QuerySet[Ask, tuple[Any, ...]]":
    asked = Ask.objects.filter(request=PK).exclude(status=Ask.Status.WITHDRAWN)
    return asked.order_by().values_list("holder_id", "copy_id", "library_loan_id")


def _book(holding: Holding) -> Book:
    if isinstance(holding, LoanHolding):
        return None, holding.loan.pk
    return holding.fields()["copy"].pk, None


def _wanted(request: Request, policy: CirculationPolicy, now: datetime) -> list[Holding]:
    key = (
        f"copy-{request.copy_id}"
        if request.copy_id
        else f"loan-{request.library_loan_id}"
        if request.library_loan_id
        else ""
    )
    found = holdings.of_title(request.title_id, reader=request.requester, policy=policy, now=now)
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
    rows = prepared.run(_answers_of, values={"holders": prepared.listed(list(holder_ids))})
    return {holder: answered / asked for holder, asked, answered in rows}


def _answers_of() -> "QuerySet[Ask, tuple[Any, ...]]":
    ended = Ask.objects.filter(
        holder__in=prepared.among("holders"), status__in=("accepted", "declined", "lapsed")
    ).order_by()
    counted = ended.values("holder_id").annotate(asked=Count("pk"), answered=Count("pk", filter=~Q(status="lapsed")))
    return counted.values_list("holder_id", "asked", "answered")


def _permitted(candidates: list[Holding], requester: Reader, policy: CirculationPolicy, now: datetime) -> list[Holding]:
    """As many as a wave holds, leaving out loans that the library would not move now; one alone where its holder has
    consented beforehand."""
    chosen: list[Holding] = []
    for holding in candidates:
        if len(chosen) == policy.wave_size:
            break
        if not isinstance(holding, LoanHolding) or _library_permits(holding, requester, policy, now):
            chosen.append(holding)
            if len(chosen) == 1 and consents.given(holding, requester, now=now):
                break
    return chosen


def _library_permits(holding: LoanHolding, requester: Reader, policy: CirculationPolicy, now: datetime) -> bool:
    try:
        transferable.require(holding.loan, taker=requester, policy=policy, now=now)
    except SharingError:
        return False  # one that could not be asked comes again at the next round of the sweep
    return True


@transaction.atomic(durable=True)
def _ask(wanted: Request, chosen: list[Holding], policy: CirculationPolicy, now: datetime) -> list[Ask]:
    """Of the chosen those that are still free now that their copies are locked. The asks are made in the order of the
    holdings' keys, so that two requests after the same books do not wait for each other."""
    locks.copies(h.copy.pk for h in chosen if isinstance(h, holdings.CopyHolding))
    consenting = {h.holder.pk for h in chosen if h.consent}  # so many a week, whichever book
    locks.readers({wanted.requester_id, *consenting})  # a block of the two comes before the asks, or finds them
    request = locks.request(wanted.pk, actor=None)
    if request.status != Request.Status.OPEN or request.asks.waiting().exists():
        return []
    found = holdings.of_title(request.title_id, reader=request.requester, policy=policy, now=now)
    apart = blocks.apart_from(request.requester)
    still = {(h.key, h.holder.pk): h for h in found if h.free and h.holder.pk not in apart}
    request.wave += 1
    free = [still[h.key, h.holder.pk] for h in sorted(chosen, key=lambda h: h.key) if (h.key, h.holder.pk) in still]
    sent = [ask for holding in free if (ask := _put_to(holding, request, policy, now))]
    if sent:
        writes.change(request, "wave")
    return sent


def _put_to(holding: Holding, request: Request, policy: CirculationPolicy, now: datetime) -> Ask | None:
    """None when the holder is being asked for this book already, by a request that was quicker, or when it was agreed
    with the one before."""
    if request.status != Request.Status.OPEN:
        return None
    try:
        with transaction.atomic():
            return _send(holding, request, policy, now)
    except (IntegrityError, Denied):
        return None


def _send(holding: Holding, request: Request, policy: CirculationPolicy, now: datetime) -> Ask:
    until = min(deadlines.respond_by(now, policy), request.deadline_at)
    consent = consents.given(holding, request.requester, now=now)
    remind_at = deadlines.remind_at(now, until, 0, policy)
    ask = asks.put(request, holding, until=until, remind_at=remind_at, consent=consent, now=now)
    if consent:
        asks.agree_to(ask, actor=None, consent=consent, now=now)
    return ask
