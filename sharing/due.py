"""Everything in sharing whose deadline has passed. Each deed is a transition of its own; a lost race is no deed."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from library_bridge.models import LibraryLoan
from sharing import asks, disputes, events, harvest, lendings, requests, transferring, waves
from sharing.api import auth, idempotency
from sharing.models import Ask, Lending, Request

Deed = dict[str, object]
Rows = QuerySet[Any]
SWEEP = 500  # rows of one kind in one round; the next round takes the rest


def act(*, now: datetime) -> Iterator[Deed]:
    """Reminders before lapses, lapses before new waves, all of them before requests end."""
    yield from _each(
        "ask.reminded",
        Ask.objects.waiting().filter(remind_at__lte=now, respond_by__gt=now),
        lambda pk: asks.remind_holder(ask_id=pk, now=now),
    )
    yield from _each(
        "ask.lapsed", Ask.objects.waiting().filter(respond_by__lte=now), lambda pk: asks.lapse_ask(ask_id=pk, now=now)
    )
    yield from _unfulfilled(now)
    yield from _next_waves(now)
    yield from _lendings(now)
    yield from _deliveries(now)
    yield from _uncatalogued(now)
    yield from _run_out(now)


def _unfulfilled(now: datetime) -> Iterator[Deed]:
    for pk in _due(Request.objects.filter(status=Request.Status.OPEN, deadline_at__lte=now)):
        if requests.expire_request(request_id=pk, now=now).status == Request.Status.UNFILLED:
            yield {"did": "request.unfilled", "request": pk}


def _next_waves(now: datetime) -> Iterator[Deed]:
    waiting = Ask.objects.waiting().filter(request=OuterRef("pk"))
    for pk in _due(Request.objects.filter(status=Request.Status.OPEN, deadline_at__gt=now).exclude(Exists(waiting))):
        for ask in waves.send_next_wave(request_id=pk, now=now):
            yield {"did": "ask.sent", "request": pk, "ask": ask.pk, "wave": ask.wave}


def _lendings(now: datetime) -> Iterator[Deed]:
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
    for pk in _due(transferring.waiting()):
        lending = transferring.advance_transfer(lending_id=pk, now=now)
        if lending.status != status.TRANSFERRING:
            yield {"did": f"lending.{lending.status}", "lending": pk}
    stuck = passed.filter(status__in=(status.TRANSFERRING, status.NEEDS_LIBRARIAN, status.DISPUTED))
    yield from _each("lending.still_waiting", stuck, lambda pk: disputes.remind_staff(lending_id=pk, now=now))


def _deliveries(now: datetime) -> Iterator[Deed]:
    for event in events.undelivered()[:SWEEP]:
        events.deliver(event, now=now)
        yield {"did": "event.delivered", "event": event.pk}


def _uncatalogued(now: datetime) -> Iterator[Deed]:
    """Loans that the library's nightly word brought, and that have no title in the shared catalogue yet."""
    new = list(
        LibraryLoan.objects.filter(closed_at=None, catalogued=None).select_related("library").order_by("pk")[:SWEEP]
    )
    harvest.catalogue_loans(new, now=now)
    yield from ({"did": "loan.catalogued", "loan": loan.pk} for loan in new)


def _run_out(now: datetime) -> Iterator[Deed]:
    for what, gone in (("idempotency key", idempotency.purge(now)), ("API token", auth.purge(now))):
        if gone:
            yield {"did": "purged", "what": what, "count": gone}


def _each(did: str, rows: Rows, act_on: Callable[[int], bool]) -> Iterator[Deed]:
    noun = did.split(".")[0]
    for pk in _due(rows):
        if act_on(pk):
            yield {"did": did, noun: pk}


def _due(rows: Rows) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:SWEEP])
