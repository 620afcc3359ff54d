"""Who waits before whom: requests for one holding are served in the order of time."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet
from django.utils.crypto import salted_hmac

from library_bridge.models import LibraryLoan, Patron
from personal_catalog.models import Copy
from sharing import availability, deadlines, limits, prepared
from sharing.models import Ask, CirculationPolicy, Request
from sharing.models.blocks import left_out
from sharing.models.requests import RequestQuerySet
from sharing.prepared import NOW, TITLE, Given
from sharing.resting import Moment

SEARCHES = 100  # requests for which holders are looked for in one round
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
    after = (turn_of(request), request.pk)
    line = [row for row in rows if _in_one_line([row.title_id, row.copy_id, row.library_loan_id], mine)]
    return next((row for row in line if (turn_of(row), row.pk) > after), None)


def turn_of(request: Request) -> datetime:
    """By which the line stands: when it was placed, or where its reader stepped back to."""
    return request.turn_at or request.placed_at


def turn_seen(request: Request) -> str:
    """The turn as its reader's page and client may hold it: who let another go first stands by that reader's moment, which is
    nobody else's to know."""
    facts = f"{request.pk}:{turn_of(request).astimezone(UTC).isoformat()}"
    return salted_hmac("sharing.queues.turn", facts, algorithm="sha256").hexdigest()


def _in_one_line(wish: Sequence[int | None], mine: Sequence[int | None]) -> bool:
    return wish[0] == mine[0] and (wish == mine or _any(wish) or _any(mine))


def _any(wish: Sequence[int | None]) -> bool:
    return wish[1] is None and wish[2] is None


@dataclass(frozen=True)
class Terms:
    """What the conditions need of the policy and the moment: the values, or the places for them."""

    now: Moment
    soonest_end: Moment
    far_enough: Moment
    most_asks: int | Given


def _terms(policy: CirculationPolicy, now: datetime) -> Terms:
    soonest_end = now + deadlines.least_window(policy)
    return Terms(now, soonest_end, availability.far_enough(policy, now), policy.asks_per_holder_week)


GIVEN = Terms(NOW, Given("soonest_end", DateTimeField()), availability.FAR_ENOUGH, limits.MOST_ASKS)


def could_go_on(*, policy: CirculationPolicy, now: datetime) -> RequestQuerySet:
    """Open requests for which a holder is left who was not asked yet, whoever is being asked meanwhile."""
    return _could_go_on(_terms(policy, now))


def titles_to_serve(*, policy: CirculationPolicy, now: datetime) -> list[int]:
    """The titles of those who could be asked for now as far as the database knows (only the library is yet to be asked), and
    were looked for longest ago, or never. A short question where nobody waits, before the long one."""
    values = _values(policy, now)
    if not any(prepared.run(_somebody_waits, values=values)):
        return []
    return list(dict.fromkeys(title for (title,) in prepared.run(_titles_to_serve, values=values)))


def next_of_title(
    title_id: int, *, tried: Collection[int], policy: CirculationPolicy, now: datetime
) -> "Request | None":
    """Of the open requests for the title that nobody is being asked for, the one that has waited longest. Whether somebody
    could be asked is looked at here only where several wait: it is a long question, and one alone is simply tried."""
    values = {**_values(policy, now), "title": title_id, "tried": prepared.listed(list(tried))}
    line = prepared.objects(_first_two, values=values)
    if len(line) > 1:
        line = prepared.objects(_first_that_can, values=values)
    return line[0] if line else None


def _values(policy: CirculationPolicy, now: datetime) -> dict[str, Any]:
    return {**prepared.moment(now), **asdict(_terms(policy, now))}


def _somebody_waits() -> "QuerySet[Request, tuple[Any, ...]]":
    return _unasked(_still_open(GIVEN)).order_by().values_list("pk")[:1]


def _titles_to_serve() -> "QuerySet[Request, tuple[Any, ...]]":
    ready = _unasked(_could_go_on(GIVEN)).order_by(F("looked_at").asc(nulls_first=True), "pk")
    return ready.values_list("title_id")[:SEARCHES]


def _first_two() -> RequestQuerySet:
    return _line(_still_open(GIVEN))[:2]


def _first_that_can() -> RequestQuerySet:
    return _line(_could_go_on(GIVEN))[:1]


def _line(rows: RequestQuerySet) -> RequestQuerySet:
    return _unasked(rows).filter(title_id=TITLE).exclude(pk__in=prepared.among("tried")).in_line()


def _could_go_on(terms: Terms) -> RequestQuerySet:
    requester = OuterRef("requester_id")
    free_copies = _open_to_request(availability.free_copies(reader=requester, now=terms.now), "copy", terms)
    copies = free_copies.filter(title_id=OuterRef("title_id")).exclude(owner=OuterRef("requester_id"))
    card = Patron.objects.filter(library_id=OuterRef("library_id"), reader=OuterRef(OuterRef("requester_id")))
    free_loans = availability.free_loans_due(requester, terms.now, terms.far_enough).filter(Exists(card))
    loans = _open_to_request(free_loans, "library_loan", terms).filter(catalogued__title_id=OuterRef("title_id"))
    anything = Q(copy=None, library_loan=None) & (Exists(copies) | Exists(loans))
    one = Exists(copies.filter(pk=OuterRef("copy_id"))) | Exists(loans.filter(pk=OuterRef("library_loan_id")))
    return _still_open(terms).filter(anything | one)


def _still_open(terms: Terms) -> RequestQuerySet:
    """With time enough left for an answer."""
    return Request.objects.filter(
        status=Request.Status.OPEN, paused_at=None, deadline_at__gte=terms.soonest_end
    ).select_related("requester__area", "title")


def _unasked(rows: RequestQuerySet) -> RequestQuerySet:
    return rows.filter(~Exists(Ask.objects.waiting().filter(request=OuterRef("pk"))))


def _open_to_request(rows: "QuerySet[Held]", noun: str, terms: Terms) -> "QuerySet[Held]":
    """Those that nobody is being asked for, whose holder this reader has not asked lately, who may be asked again, and whom
    no block keeps apart from the reader."""
    holder = "holder" if noun == "copy" else "patron__reader"
    ours = Ask.objects.filter(request=OuterRef(OuterRef("pk"))).exclude(status=Ask.Status.WITHDRAWN)
    lately = Ask.objects.filter(
        limits.asked_lately(terms.now), request__requester=OuterRef(OuterRef("requester_id")),
        request__title=OuterRef(OuterRef("title_id")),
    )  # fmt: skip
    return rows.filter(
        ~Exists(Ask.objects.waiting().filter(**{noun: OuterRef("pk")})),
        ~Exists(ours.filter(**{noun: OuterRef("pk")})),
        ~Exists(ours.filter(holder=OuterRef(holder))),
        ~Exists(lately.filter(holder=OuterRef(holder))),
        ~left_out(requester=OuterRef(OuterRef("requester_id")), holder=OuterRef(holder)),
        ~limits.asked_enough(OuterRef(holder), terms.most_asks, terms.now),
        **{f"{holder}__is_active": True},
    ).exclude(**{holder: OuterRef("requester_id")})
