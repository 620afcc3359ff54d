"""Who waits before whom: requests for one holding are served in the order of time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from library_bridge.models import LibraryLoan, Patron
from personal_catalog.models import Copy
from sharing import availability, deadlines, limits
from sharing.models import Ask, CirculationPolicy, Request
from sharing.models.blocks import left_out
from sharing.models.requests import RequestQuerySet

Held = TypeVar("Held", Copy, LibraryLoan)


def place_of(request: Request) -> int | None:
    """1 for the one that is next; None when the request no longer waits."""
    return places([request]).get(request.pk)


def places(requests: Sequence[Request]) -> dict[int, int]:
    """The place of each that still waits, among those who could be given the same book; who pauses keeps theirs and holds
    nobody up. One query."""
    titles = {row.title_id for row in requests}
    if not titles:
        return {}
    rows = Request.objects.filter(title_id__in=titles, status=Request.Status.OPEN).in_line()
    waits = rows.values_list("pk", "paused_at", "title_id", "copy_id", "library_loan_id")
    line = [(pk, paused, wish) for pk, paused, *wish in waits]
    found: dict[int, int] = {}
    for row in requests:
        mine = [row.title_id, row.copy_id, row.library_loan_id]
        before = [pk for pk, paused, wish in line if _in_one_line(wish, mine) and (not paused or pk == row.pk)]
        if row.pk in before:
            found[row.pk] = before.index(row.pk) + 1
    return found


def behind(request: Request) -> "Request | None":
    """Who comes next after this one."""
    rows = Request.objects.filter(title=request.title_id, status=Request.Status.OPEN, paused_at=None).in_line()
    mine = [request.title_id, request.copy_id, request.library_loan_id]
    after = (request.turn_at or request.placed_at, request.pk)
    line = [row for row in rows if _in_one_line([row.title_id, row.copy_id, row.library_loan_id], mine)]
    return next((row for row in line if (row.turn_at or row.placed_at, row.pk) > after), None)


def _in_one_line(wish: Sequence[int | None], mine: Sequence[int | None]) -> bool:
    return wish[0] == mine[0] and (wish == mine or _any(wish) or _any(mine))


def _any(wish: Sequence[int | None]) -> bool:
    return wish[1] is None and wish[2] is None


def could_be_asked(*, policy: CirculationPolicy, now: datetime) -> RequestQuerySet:
    """Open requests that could be put to somebody now, as far as the database knows; only the library is yet to be asked."""
    return _unasked(could_go_on(policy=policy, now=now))


def somebody_waits(*, policy: CirculationPolicy, now: datetime) -> bool:
    """Whether any open request is put to nobody: a short question before the long one of `could_be_asked`."""
    return _unasked(_still_open(policy, now)).exists()


def next_of_title(
    title_id: int, *, tried: Collection[int], policy: CirculationPolicy, now: datetime
) -> "Request | None":
    """Of the open requests for the title that nobody is being asked for, the one that has waited longest. Whether somebody
    could be asked is looked at here only where several wait: it is a long question, and one alone is simply tried."""

    def first(rows: RequestQuerySet, number: int) -> list[Request]:
        return list(rows.filter(title_id=title_id).exclude(pk__in=tried).in_line()[:number])

    line = first(_unasked(_still_open(policy, now)), 2)
    if len(line) > 1:
        line = first(could_be_asked(policy=policy, now=now), 1)
    return line[0] if line else None


def could_go_on(*, policy: CirculationPolicy, now: datetime) -> RequestQuerySet:
    """Open requests for which a holder is left who was not asked yet, whoever is being asked meanwhile."""
    free_copies = _open_to_request(
        availability.free_copies(reader=OuterRef("requester_id"), now=now), "copy", policy, now
    )
    copies = free_copies.filter(title_id=OuterRef("title_id")).exclude(owner=OuterRef("requester_id"))
    card = Patron.objects.filter(library_id=OuterRef("library_id"), reader=OuterRef(OuterRef("requester_id")))
    free_loans = availability.free_loans(reader=OuterRef("requester_id"), policy=policy, now=now).filter(Exists(card))
    loans = _open_to_request(free_loans, "library_loan", policy, now).filter(catalogued__title_id=OuterRef("title_id"))
    anything = Q(copy=None, library_loan=None) & (Exists(copies) | Exists(loans))
    one = Exists(copies.filter(pk=OuterRef("copy_id"))) | Exists(loans.filter(pk=OuterRef("library_loan_id")))
    return _still_open(policy, now).filter(anything | one)


def _still_open(policy: CirculationPolicy, now: datetime) -> RequestQuerySet:
    """With time enough left for an answer."""
    return Request.objects.filter(
        status=Request.Status.OPEN, paused_at=None, deadline_at__gte=now + deadlines.least_window(policy)
    ).select_related("requester__area", "title")


def _unasked(rows: RequestQuerySet) -> RequestQuerySet:
    return rows.filter(~Exists(Ask.objects.waiting().filter(request=OuterRef("pk"))))


def _open_to_request(rows: "QuerySet[Held]", noun: str, policy: CirculationPolicy, now: datetime) -> "QuerySet[Held]":
    """Those that nobody is being asked for, whose holder this reader has not asked lately, who may be asked again, and whom
    no block keeps apart from the reader."""
    holder = "holder" if noun == "copy" else "patron__reader"
    ours = Ask.objects.filter(request=OuterRef(OuterRef("pk"))).exclude(status=Ask.Status.WITHDRAWN)
    lately = Ask.objects.filter(
        limits.asked_lately(now), request__requester=OuterRef(OuterRef("requester_id")),
        request__title=OuterRef(OuterRef("title_id")),
    )  # fmt: skip
    asked_enough = limits.asked_enough(policy, now)
    return (
        rows.filter(
            ~Exists(Ask.objects.waiting().filter(**{noun: OuterRef("pk")})),
            ~Exists(ours.filter(**{noun: OuterRef("pk")})),
            ~Exists(ours.filter(holder=OuterRef(holder))),
            ~Exists(lately.filter(holder=OuterRef(holder))),
            ~left_out(requester=OuterRef(OuterRef("requester_id")), holder=OuterRef(holder)),
            **{f"{holder}__is_active": True},
        )
        .exclude(**{holder: OuterRef("requester_id")})
        .exclude(**{f"{holder}__in": asked_enough})
    )
