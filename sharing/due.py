"""Everything in sharing whose deadline has passed. Each deed is a transition of its own; a lost race is no deed, and a row
that cannot be worked on does not stop the others; nor does a part of the round that fails as a whole."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from library_bridge import clocks
from library_bridge.clocks import Clock
from library_bridge.models import LibraryLoan
from sharing import (
    asks,
    circulation,
    data_exports,
    disputes,
    erasing,
    events,
    following,
    harvest,
    harvests,
    kept,
    lendings,
    open_flags,
    outcomes,
    outside,
    policies,
    prepared,
    purchases,
    queues,
    saved_searches,
    shipments,
    suggestions,
    transferring,
    uncollected,
    waves,
    widening,
    withdrawals,
)
from sharing.api import auth, idempotency
from sharing.models import Ask, DataExport, DomainEvent, Erasure, Lending, OutsideLoan, Request

logger = logging.getLogger(__name__)

Deed = dict[str, object]
Rows = QuerySet[Any]
SWEEP = 500  # rows of one kind in one round; the next round takes the rest


def act(*, now: datetime) -> Iterator[Deed]:
    yield from _requests(now, clocks.running_from(now))
    yield from _beside(now)


def _requests(now: datetime, clock: Clock) -> Iterator[Deed]:
    """Reminders before lapses, lapses before new waves, all of them before requests end."""
    yield from _apart(_asks, now)
    yield from _apart(_unfulfilled, now)
    yield from _apart(_widened, now)
    yield from _apart(_next_waves, now)
    yield from _apart(_lendings, now, clock)


def _beside(now: datetime) -> Iterator[Deed]:
    """What no request waits for; the catalogues of libraries late, because they may take their time, and last what only decides
    where a search looks first."""
    yield from _apart(_uncatalogued, now)
    yield from _apart(_saved_searches, now)
    yield from _apart(_purchases, now)
    yield from _apart(_flags, now)
    yield from _apart(_shelves, now)
    yield from _apart(_own_data, now)
    yield from _apart(_kept_past, now)
    yield from _apart(_run_out)
    yield from _apart(suggestions.act, now=now)
    yield from _apart(_deliveries, now)  # of all that has happened in this round
    yield from _apart(harvests.act, now=now)
    yield from _apart(_circulating)


def _asks(now: datetime) -> Iterator[Deed]:
    waiting = Ask.objects.waiting()
    if not waiting.exists():
        return
    vain = withdrawals.vain_ask_ids(now=now)[:SWEEP]
    yield from _each_of("ask.withdrawn", vain, lambda pk: withdrawals.withdraw_vain_ask(ask_id=pk, now=now))
    yield from _each(
        "ask.reminded",
        waiting.filter(remind_at__lte=now, respond_by__gt=now),
        lambda pk: asks.remind_holder(ask_id=pk, now=now),
    )
    yield from _each("ask.lapsed", waiting.filter(respond_by__lte=now), lambda pk: asks.lapse_ask(ask_id=pk, now=now))


def _unfulfilled(now: datetime) -> Iterator[Deed]:
    passed = Request.objects.filter(status=Request.Status.OPEN, deadline_at__lte=now)
    yield from _each("request.unfilled", passed, lambda pk: _ended(pk, now))


def _ended(request_id: int, now: datetime) -> bool:
    return outcomes.expire_request(request_id=request_id, now=now).status == Request.Status.UNFILLED


def _widened(now: datetime) -> Iterator[Deed]:
    stuck = widening.stuck_request_ids(now=now)[:SWEEP]
    yield from _each_of("request.widened", stuck, lambda pk: widening.widen_request(request_id=pk, now=now))


def _next_waves(now: datetime) -> Iterator[Deed]:
    for title_id in queues.titles_to_serve(policy=policies.current(), now=now):
        yield from _guarded(title_id, "title", lambda pk: _asked(pk, now))


def _asked(title_id: int, now: datetime) -> list[Deed]:
    sent = waves.serve_title(title_id=title_id, now=now)
    return [{"did": "ask.sent", "request": ask.request_id, "ask": ask.pk, "wave": ask.wave} for ask in sent]


def _lendings(now: datetime, clock: Clock) -> Iterator[Deed]:
    """Library systems take their time: each transfer begins when the ones before it have ended (`clock`)."""
    status = Lending.Status
    passed = Lending.objects.filter(deadline_at__lte=now)
    yield from _each(
        "lending.no_show", passed.filter(status=status.AGREED), lambda pk: lendings.miss_lending(lending_id=pk, now=now)
    )
    yield from _each(
        "lending.reminded",
        passed.filter(status=status.ON_LOAN),
        lambda pk: lendings.remind_borrower(lending_id=pk, now=now),
    )
    yield from _each(
        "lending.reminded",
        passed.filter(status=status.RETURNING),
        lambda pk: lendings.remind_of_return(lending_id=pk, now=now),
    )
    yield from _underway(now)
    for pk in _due(transferring.waiting()):
        yield from _guarded(pk, "lending", lambda pk: _transferred(pk, clock()))
    stuck = passed.filter(status__in=(status.TRANSFERRING, status.NEEDS_LIBRARIAN, status.DISPUTED))
    yield from _each("lending.still_waiting", stuck, lambda pk: disputes.remind_staff(lending_id=pk, now=now))


def _underway(now: datetime) -> Iterator[Deed]:
    """What lies at a drop point or is in the post."""
    lying = uncollected.due(now=now)
    yield from _each("handover.looked_after", lying, lambda pk: uncollected.act_on_deposit(handover_id=pk, now=now))
    sent = shipments.due(now=now)
    yield from _each("handover.looked_after", sent, lambda pk: shipments.act_on_shipment(handover_id=pk, now=now))


def _transferred(lending_id: int, now: datetime) -> list[Deed]:
    lending = transferring.advance_transfer(lending_id=lending_id, now=now)
    moved = lending.status != Lending.Status.TRANSFERRING
    return [{"did": f"lending.{lending.status}", "lending": lending_id}] if moved else []


def _deliveries(now: datetime) -> Iterator[Deed]:
    waiting = prepared.objects(_undelivered, values={})
    for event, delivered in events.deliver_all(waiting, now=now):
        yield {"did": "event.delivered" if delivered else "failed", "event": event.pk}


def _undelivered() -> QuerySet[DomainEvent]:
    return events.undelivered()[:SWEEP]


def _uncatalogued(now: datetime) -> Iterator[Deed]:
    """Loans that the library's nightly word brought, and that have no title in the shared catalogue yet."""
    new = LibraryLoan.objects.filter(closed_at=None, catalogued=None).select_related("library").order_by("pk")[:SWEEP]
    for loan in list(new):
        yield from _guarded(loan.pk, "loan", partial(_catalogued, loan, now))


def _catalogued(loan: LibraryLoan, now: datetime, pk: int) -> list[Deed]:
    harvest.catalogue_loan(loan, now=now)
    return [{"did": "loan.catalogued", "loan": pk}]


def _saved_searches(now: datetime) -> Iterator[Deed]:
    yield from _each(
        "search.ended", saved_searches.ended(now=now), lambda pk: saved_searches.expire_search(search_id=pk, now=now)
    )
    for saved in list(saved_searches.due(now=now)[: saved_searches.IN_ONE_ROUND]):
        yield from _guarded(saved.pk, "search", lambda pk: _looked_through(pk, now))


def _purchases(now: datetime) -> Iterator[Deed]:
    """Who is late is reminded of in the same round."""
    late = purchases.overdue(now=now)
    yield from _each("purchase.late", late, lambda pk: purchases.pass_deadline(suggestion_id=pk, now=now))
    if reminded := purchases.remind_librarians(now=now):
        yield {"did": "purchase.reminded", "count": reminded}


def _flags(now: datetime) -> Iterator[Deed]:
    if reminded := open_flags.remind_moderators(now=now):
        yield {"did": "flag.reminded", "count": reminded}


def _shelves(now: datetime) -> Iterator[Deed]:
    grown = following.due(now=now)
    yield from _each("shelf.grew", grown, lambda pk: following.tell_followers(shelf_id=pk, now=now))
    passed = OutsideLoan.objects.running().filter(remind_at__lte=now)
    yield from _each("outside.due", passed, lambda pk: outside.remind_of_outside(loan_id=pk, now=now))


def _own_data(now: datetime) -> Iterator[Deed]:
    to_make = DataExport.objects.to_make()
    yield from _each("data.put_together", to_make, lambda pk: data_exports.make_export(export_id=pk, now=now))
    leaving = Erasure.objects.waiting().filter(act_at__lte=now)
    yield from _each("account.erased", leaving, lambda pk: erasing.erase_account(erasure_id=pk, now=now))
    yield from ({"did": "data.export_forgotten", "export": pk} for pk in data_exports.forget_expired(now=now))


def _kept_past(now: datetime) -> Iterator[Deed]:
    yield from ({"did": "kept.over", "kept": pk} for pk in kept.forget_past(now=now))


def _circulating() -> Iterator[Deed]:
    circulation.tell_index()
    yield from ()


def _looked_through(search_id: int, now: datetime) -> list[Deed]:
    told = saved_searches.look_through(search_id=search_id, now=now)
    return [{"did": "search.matched", "search": search_id}] if told else []


def _run_out() -> Iterator[Deed]:
    """By the clock on the wall, whatever time the rest is told: what is purged does not come back."""
    now = timezone.now()
    for what, gone in (("idempotency key", idempotency.purge(now)), ("API token", auth.purge(now))):
        if gone:
            yield {"did": "purged", "what": what, "count": gone}


def _apart(part: Callable[..., Iterable[Deed]], *said: Any, **named: Any) -> Iterator[Deed]:
    """What of it fails as a whole is `where`, and found again in the next round."""
    try:
        yield from part(*said, **named)
    except Exception as problem:
        where = f"{part.__module__}.{part.__name__}"
        logger.exception("%s could not finish what is due", where)
        yield {"did": "failed", "where": where, "problem": type(problem).__name__}


def _each(did: str, rows: Rows, act_on: Callable[[int], bool]) -> Iterator[Deed]:
    yield from _each_of(did, _due(rows), act_on)


def _each_of(did: str, pks: list[int], act_on: Callable[[int], bool]) -> Iterator[Deed]:
    noun = did.split(".")[0]
    for pk in pks:
        yield from _guarded(pk, noun, lambda pk: [{"did": did, noun: pk}] if act_on(pk) else [])


def _guarded(pk: int, noun: str, act_on: Callable[[int], Iterable[Deed]]) -> Iterator[Deed]:
    try:
        deeds = act_on(pk)
    except Exception as problem:  # the next round finds the row again
        logger.exception("%s %s could not be worked on", noun, pk)
        yield {"did": "failed", noun: pk, "problem": type(problem).__name__}
    else:
        yield from deeds


def _due(rows: Rows) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:SWEEP])
