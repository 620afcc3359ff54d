"""Who may do what, as predicates used by transition, API and template alike, and the limits of the circulation policy."""

from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_bridge.models import LibraryLoan, Reader
from sharing.errors import Denied, LimitReached, SharingError
from sharing.models import Ask, CirculationPolicy, DomainEvent, Handover, Lending, ReaderLimit, Request

ASK_AGAIN_AFTER = timedelta(days=14)


def current() -> CirculationPolicy:
    policy: CirculationPolicy = CirculationPolicy.load()
    return policy


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


def may_answer(ask: Ask, reader: Reader) -> bool:
    return ask.holder_id == reader.pk and ask.status == Ask.Status.ASKED


def may_cancel(lending: Lending) -> bool:
    """Until both have confirmed; afterwards only return, dispute or a librarian (C7)."""
    return lending.status == Lending.Status.AGREED


def may_extend(lending: Lending, reader: Reader, now: datetime) -> bool:
    return (
        reader.pk == lending.taker_id
        and lending.status == Lending.Status.ON_LOAN
        and lending.extended_at is None
        and not lending.is_overdue(now)
        and not someone_waits_for(lending)
    )


def someone_waits_for(lending: Lending) -> bool:
    return Request.objects.filter(title_id=lending.request.title_id, status=Request.Status.OPEN).exists()


def may_start_return(lending: Lending, reader: Reader) -> bool:
    return reader.pk == lending.taker_id and lending.status == Lending.Status.ON_LOAN


def may_dispute(lending: Lending) -> bool:
    return lending.status in {
        Lending.Status.HANDED_OVER, Lending.Status.ON_LOAN, Lending.Status.RETURNING,
        Lending.Status.TRANSFERRING, Lending.Status.NEEDS_LIBRARIAN,
    }  # fmt: skip


def direction_now(lending: Lending) -> str | None:
    """Which handover the lending's state allows to arrange."""
    if lending.status == Lending.Status.AGREED:
        return Handover.Direction.OUT
    if lending.status == Lending.Status.RETURNING:
        return Handover.Direction.BACK
    return None


def may_agree(handover: Handover, reader: Reader) -> bool:
    return handover.status == Handover.Status.PROPOSED and handover.proposed_by_id != reader.pk


def may_show_code(handover: Handover, reader: Reader) -> bool:
    return handover.status == Handover.Status.AGREED and handover.giver_id == reader.pk


def may_confirm(handover: Handover, reader: Reader) -> bool:
    return handover.status == Handover.Status.AGREED and handover.taker_id == reader.pk


def loan_is_too_near_its_due_date(loan: LibraryLoan, policy: CirculationPolicy, now: datetime) -> bool:
    return not loan.renewable and loan.due_at < now + timedelta(days=policy.untransferable_days)


def transfers_this_year(loan: LibraryLoan, taker: Reader, now: datetime) -> int:
    return Lending.objects.filter(
        library_loan__library_id=loan.library_id, library_loan__barcode=loan.barcode, taker=taker,
        status=Lending.Status.COMPLETED, closed_at__gte=now - timedelta(days=365),
    ).count()  # fmt: skip


def require_transfer_cap(loan: LibraryLoan, taker: Reader, policy: CirculationPolicy, now: datetime) -> None:
    if transfers_this_year(loan, taker, now) >= policy.transfers_per_year:
        raise Denied(_("This library copy has come to you as often as the rules allow within a year."), "yearly_cap")


def refused_lately(holder_ids: set[int], requester: Reader, title_id: int, now: datetime) -> set[int]:
    """Holders who said no to this reader about this title; they are left in peace for a fortnight (T-R23)."""
    return set(
        Ask.objects.filter(
            holder_id__in=holder_ids, request__requester=requester, request__title_id=title_id,
            status=Ask.Status.DECLINED, answered_at__gt=now - ASK_AGAIN_AFTER,
        ).values_list("holder_id", flat=True)
    )  # fmt: skip


def holders_with_enough_asks(holder_ids: set[int], policy: CirculationPolicy, now: datetime) -> set[int]:
    return set(
        Ask.objects.filter(holder_id__in=holder_ids, asked_at__gt=now - timedelta(days=7))
        .values("holder_id").annotate(n=Count("pk")).filter(n__gte=policy.asks_per_holder_week).values_list("holder_id", flat=True)
    )  # fmt: skip


def recent_cancellations(reader: Reader, policy: CirculationPolicy, now: datetime) -> int:
    since = now - timedelta(days=policy.free_cancel_days)
    return DomainEvent.objects.filter(kind="lending.cancelled", actor=reader, at__gt=since).count()
