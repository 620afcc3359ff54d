"""Who may do what, as predicates used by transition, API and template alike, and the circulation policy as it stands."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing import prepared, whole_days
from sharing.errors import Denied, SharingError
from sharing.models import (
    Ask,
    CirculationPolicy,
    Deposit,
    Handover,
    Holiday,
    Lending,
    PurchaseSuggestion,
    Request,
)
from sharing.models.policy import MATTERS_FOR
from sharing.prepared import TODAY

LIMITS = [field.attname for field in CirculationPolicy._meta.concrete_fields]


def current() -> CirculationPolicy:
    """With its holidays, in one query."""
    lately = timezone.localdate() - MATTERS_FOR
    row = next(prepared.run(_kept_policy, values={"today": lately}), None)
    if row is not None:
        *limits, days = row
        kept: CirculationPolicy = CirculationPolicy.from_db(connection.alias, LIMITS, limits)
        kept.holidays = whole_days.read(days)
        return kept
    made: CirculationPolicy = CirculationPolicy.load()
    return made


def _kept_policy() -> "QuerySet[CirculationPolicy, tuple[Any, ...]]":
    days = whole_days.in_one_text(Holiday.objects.filter(last_date__gte=TODAY))
    first: QuerySet[CirculationPolicy, tuple[Any, ...]] = CirculationPolicy.objects.order_by("pk").annotate(days=days)
    return first.values_list(*LIMITS, "days")[:1]


def require(allowed: bool, otherwise: SharingError) -> None:
    if not allowed:
        raise otherwise


OUTCOMES = {
    Lending.Kind.PERSONAL_COPY: ("returned", "replaced", "paid", "written_off"),
    Lending.Kind.LIBRARY_LOAN: ("returned", "paid", "written_off"),
}
"""How a librarian may end a lending; what replaces a library's item is the library's affair."""


def require_librarian(lending: Lending, *, actor: Reader, reason: str) -> None:
    require(
        actor.has_perm("sharing.change_lending") and bool(reason.strip()),
        Denied(_("A librarian's reason is needed."), "reason_needed"),
    )
    require(
        actor.pk not in (lending.giver_id, lending.taker_id),
        Denied(_("Nobody settles a lending of their own."), "own_lending"),
    )


def require_settling(lending: Lending, *, actor: Reader, outcome: str, reason: str) -> None:
    require_librarian(lending, actor=actor, reason=reason)
    require(
        outcome in OUTCOMES[Lending.Kind(lending.kind)],
        Denied(_("This kind of lending does not end so."), "unfit_outcome"),
    )


def may_answer(ask: Ask, reader: Reader) -> bool:
    return ask.holder_id == reader.pk and ask.status == Ask.Status.ASKED


def may_cancel(lending: Lending, reader: Reader) -> bool:
    """Until both have confirmed, or the book is in the post; afterwards only return, dispute or a librarian (C7). While it lies
    at a drop point only its giver: the other knows where, and may have it."""
    if lending.status != Lending.Status.AGREED:
        return False
    way = lending.underway
    return way is None or (way.status == Handover.Status.DEPOSITED and reader.pk == lending.giver_id)


def may_extend(lending: Lending, reader: Reader, now: datetime) -> bool:
    return (
        reader.pk == lending.taker_id
        and lending.status == Lending.Status.ON_LOAN
        and lending.extended_at is None
        and not lending.is_overdue(now)
        and not someone_waits_for(lending)
    )


def may_lengthen(lending: Lending, reader: Reader, now: datetime) -> bool:
    """Once beside the extension that everybody has; for readers' copies, since the library sets its own dates."""
    return (
        reader.pk == lending.taker_id
        and lending.kind == Lending.Kind.PERSONAL_COPY
        and lending.status == Lending.Status.ON_LOAN
        and lending.longer_days == 0
        and not lending.is_overdue(now)
        and not someone_waits_for(lending)
    )


def may_put_first(suggestion: PurchaseSuggestion, reader: Reader) -> bool:
    return (
        suggestion.reader_id == reader.pk
        and suggestion.status == PurchaseSuggestion.Status.OPEN
        and not suggestion.is_first
    )


def someone_waits_for(lending: Lending) -> bool:
    """For this book; who wants another holding of the title does not."""
    this = Q(copy=None, library_loan=None) | Q(copy__isnull=False, copy=lending.copy_id)
    waiting = Request.objects.filter(
        this, title_id=lending.request.title_id, status=Request.Status.OPEN, paused_at=None
    )
    if lending.copy_id is not None:  # whoever may not see it waits for another
        waiting = waiting.filter(Exists(Copy.objects.shown_to(OuterRef("requester_id")).filter(pk=lending.copy_id)))
    return waiting.exists()


def may_start_return(lending: Lending, reader: Reader) -> bool:
    return reader.pk == lending.taker_id and lending.status == Lending.Status.ON_LOAN


def may_dispute(lending: Lending) -> bool:
    if lending.status == Lending.Status.AGREED:  # what was left or sent, and is not there
        return lending.underway is not None
    return lending.status in {
        Lending.Status.HANDED_OVER, Lending.Status.ON_LOAN, Lending.Status.RETURNING,
        Lending.Status.TRANSFERRING, Lending.Status.NEEDS_LIBRARIAN,
    }  # fmt: skip


def is_going_back(lending: Lending) -> bool:
    """Also once a librarian was called because nobody came to take the book back."""
    return lending.status == Lending.Status.RETURNING or (
        lending.status == Lending.Status.NEEDS_LIBRARIAN and lending.return_started_at is not None
    )


def direction_now(lending: Lending) -> str | None:
    """Which handover the lending's state allows to arrange."""
    if lending.status == Lending.Status.AGREED:
        return Handover.Direction.OUT
    if is_going_back(lending):
        return Handover.Direction.BACK
    return None


def may_agree(handover: Handover, reader: Reader) -> bool:
    return handover.status == Handover.Status.PROPOSED and handover.proposed_by_id != reader.pk


def may_show_code(handover: Handover, reader: Reader) -> bool:
    """The giver; at a drop point's screen also the one who collects."""
    if handover.status == Handover.Status.DEPOSITED:
        return handover.taker_id == reader.pk
    shows = handover.method != Handover.Method.COURIER
    return shows and handover.status == Handover.Status.AGREED and handover.giver_id == reader.pk


def may_confirm(handover: Handover, reader: Reader) -> bool:
    return handover.status == Handover.Status.AGREED and handover.taker_id == reader.pk


def is_next(handover: Handover) -> bool:
    """Whether the lending waits for this handover."""
    return direction_now(handover.lending) == handover.direction


def somebody_else_may_come(handover: Handover | None) -> bool:
    """In the taker's place: not where a parcel comes to the taker."""
    return handover is None or handover.method != Handover.Method.COURIER


def meets_collector(handover: Handover | None) -> bool:
    """Whether the giver meets whoever was sent; at a drop point the two do not."""
    return handover is None or handover.method == Handover.Method.IN_PERSON


def may_deposit(handover: Handover, reader: Reader) -> bool:
    at_drop_point = handover.drop_point_id is not None and handover.status == Handover.Status.AGREED
    return at_drop_point and handover.giver_id == reader.pk and is_next(handover)


def may_collect(handover: Handover, reader: Reader) -> bool:
    return handover.status == Handover.Status.DEPOSITED and handover.taker_id == reader.pk and is_next(handover)


def may_take_back(handover: Handover, reader: Reader) -> bool:
    """What nobody has collected, once the lending is over. One query where it is a drop point's."""
    over = handover.drop_point_id is not None and handover.status == Handover.Status.MISSED
    return over and handover.giver_id == reader.pk and Deposit.objects.lying().filter(handover=handover).exists()


def may_send(handover: Handover, reader: Reader) -> bool:
    by_courier = handover.method == Handover.Method.COURIER and handover.status == Handover.Status.AGREED
    return by_courier and handover.giver_id == reader.pk and is_next(handover)


def may_say_arrived(handover: Handover, reader: Reader) -> bool:
    return handover.status == Handover.Status.SENT and handover.taker_id == reader.pk and is_next(handover)
