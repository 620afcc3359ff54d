"""Who may do what, as predicates used by transition, API and template alike, and the limits of the circulation policy."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_bridge.models import LibraryLoan, Reader
from library_bridge.ports import LoanRecord
from personal_catalog.models import Copy
from sharing import dates, prepared
from sharing.errors import Denied, LimitReached, SharingError
from sharing.models import (
    Ask,
    CirculationPolicy,
    Deposit,
    DomainEvent,
    Handover,
    Lending,
    PurchaseSuggestion,
    ReaderLimit,
    Request,
)
from sharing.phrases import fill

ASK_AGAIN_AFTER = timedelta(days=14)
LIMITS = [field.attname for field in CirculationPolicy._meta.concrete_fields]


def current() -> CirculationPolicy:
    row = next(prepared.run(_kept_policy, values={}), None)
    if row is not None:
        kept: CirculationPolicy = CirculationPolicy.from_db(connection.alias, LIMITS, row)
        return kept
    made: CirculationPolicy = CirculationPolicy.load()
    return made


def _kept_policy() -> "QuerySet[CirculationPolicy, tuple[Any, ...]]":
    first: QuerySet[CirculationPolicy, tuple[Any, ...]] = CirculationPolicy.objects.order_by("pk").values_list(*LIMITS)
    return first[:1]


def require(allowed: bool, otherwise: SharingError) -> None:
    if not allowed:
        raise otherwise


def open_request_limit(reader: Reader, policy: CirculationPolicy) -> int:
    limit = ReaderLimit.objects.filter(reader=reader).values_list("open_requests", flat=True).first()
    return limit if limit is not None else policy.open_requests


def set_open_request_limit(*, reader_id: int, limit: int, now: datetime) -> None:
    """Standing, computed upstairs, sets this and nothing else; 2 to 10."""
    ReaderLimit.objects.update_or_create(
        reader_id=reader_id, defaults={"open_requests": min(10, max(2, limit)), "set_at": now}
    )


def require_room_for_request(reader: Reader, policy: CirculationPolicy) -> None:
    limit = open_request_limit(reader, policy)
    deadlines = Request.objects.filter(requester=reader, status=Request.Status.OPEN).values_list(
        "deadline_at", flat=True
    )
    if len(deadlines) >= limit:
        raise LimitReached(
            ngettext(
                "You already have %(count)d open request. Withdraw it or wait for its answer, then ask again. Nothing was sent.",
                "You already have %(count)d open requests. Withdraw one or wait for an answer, then ask again. Nothing was sent.",
                limit,
            )
            % {"count": limit},
            min(deadlines, default=None),
        )


def require_calm_requester(reader: Reader, now: datetime) -> None:
    """So many new requests within a day; a withdrawn one counts too, for holders were asked all the same (T-R23)."""
    lately = Request.objects.filter(requester=reader, placed_at__gt=now - timedelta(days=1)).order_by("-placed_at")
    counted = list(lately.values_list("placed_at", flat=True)[: settings.REQUESTS_PER_DAY])
    if len(counted) >= settings.REQUESTS_PER_DAY:
        raise LimitReached(
            ngettext(
                "You have placed %(count)d request within a day, which is as many as may be. Ask again tomorrow. Nothing was sent.",
                "You have placed %(count)d requests within a day, which is as many as may be. Ask again tomorrow. Nothing was sent.",
                settings.REQUESTS_PER_DAY,
            )
            % {"count": settings.REQUESTS_PER_DAY},
            counted[-1] + timedelta(days=1),
        )


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
    """In the taker's place, with a code for the giver: only where two meet, or nothing is proposed yet."""
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


def loan_is_too_near_its_due_date(loan: LibraryLoan | LoanRecord, policy: CirculationPolicy, now: datetime) -> bool:
    return not loan.renewable and loan.due_at < now + timedelta(days=policy.untransferable_days)


def transfers_this_year(loan: LibraryLoan, taker: Reader, now: datetime) -> int:
    return Lending.objects.filter(
        library_loan__library_id=loan.library_id, library_loan__barcode=loan.barcode, taker=taker,
        status=Lending.Status.COMPLETED, closed_at__gte=now - timedelta(days=365),
    ).count()  # fmt: skip


def require_transfer_cap(loan: LibraryLoan, taker: Reader, policy: CirculationPolicy, now: datetime) -> None:
    if transfers_this_year(loan, taker, now) >= policy.transfers_per_year:
        raise Denied(_("This library copy has come to you as often as the rules allow within a year."), "yearly_cap")


def asked_lately(now: datetime) -> Q:
    """Asks after which their holder is left in peace by that reader for that title, a fortnight from the asking (T-R23).

    A no, silence and an ask that the reader took back count alike: else the next request would tell which it was (P2).
    Whoever was let go because another agreed, or because the lending fell through, may be asked again.
    """
    took_back = Q(withdrawn_because__in=(Ask.Because.CANCELLED, Ask.Because.EXPIRED))
    return Q(asked_at__gt=now - ASK_AGAIN_AFTER) & (
        Q(status__in=(Ask.Status.DECLINED, Ask.Status.LAPSED)) | Q(status=Ask.Status.WITHDRAWN) & took_back
    )


def holders_asked_lately(requester: Reader, title_id: int, now: datetime) -> set[int]:
    rows = Ask.objects.filter(asked_lately(now), request__requester=requester, request__title_id=title_id)
    return set(rows.values_list("holder_id", flat=True))


def asked_enough(policy: CirculationPolicy, now: datetime) -> "QuerySet[Ask, int]":
    """Holders who have had their share of asks this week."""
    lately = Ask.objects.filter(asked_at__gt=now - timedelta(days=7)).order_by().values("holder")
    many = lately.annotate(n=Count("pk")).filter(n__gte=policy.asks_per_holder_week)
    return many.values_list("holder_id", flat=True)


def recent_cancellations(reader: Reader, policy: CirculationPolicy, now: datetime) -> int:
    since = now - timedelta(days=policy.free_cancel_days)
    return DomainEvent.objects.filter(kind="lending.cancelled", actor=reader, at__gt=since).count()


def cools_off_until(reader: Reader, policy: CirculationPolicy, now: datetime) -> datetime | None:
    """When a reader who has stepped back from what was agreed again and again may place requests anew (T-C10); None when
    that is now. One query."""
    since = now - timedelta(days=policy.free_cancel_days)
    rows = DomainEvent.objects.filter(kind="lending.cancelled", actor=reader, at__gt=since).order_by("-at")
    lately = list(rows.values_list("at", flat=True)[: policy.cool_off_after])
    if len(lately) < policy.cool_off_after:
        return None
    until = lately[0] + timedelta(days=policy.cool_off_days)
    return until if until > now else None


def require_not_cooling_off(reader: Reader, policy: CirculationPolicy, now: datetime) -> None:
    until = cools_off_until(reader, policy, now)
    if until is not None:
        sentence = ngettext(
            "You have stepped back after agreeing %(count)s time lately. You can place requests again from %(date)s. Nothing was sent.",
            "You have stepped back after agreeing %(count)s times lately. You can place requests again from %(date)s. Nothing was sent.",
            policy.cool_off_after,
        )
        day = dates.long_date(until, today=timezone.localdate(now))
        raise LimitReached(fill(sentence, {"count": policy.cool_off_after, "date": day}), until)
