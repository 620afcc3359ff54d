"""How much one reader may do, and be asked: the limits of the circulation policy, counted from what was done."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_bridge.models import LibraryLoan, Reader
from library_bridge.ports import LoanRecord
from sharing import dates, prepared
from sharing.errors import Denied, LimitReached
from sharing.models import (
    Ask,
    CirculationPolicy,
    DomainEvent,
    Lending,
    ReaderLimit,
    Request,
)
from sharing.phrases import fill
from sharing.prepared import NOW, READER, TITLE, Given

ASK_AGAIN_AFTER = timedelta(days=14)
MOST_ASKS = Given("most_asks", IntegerField())


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


def asked_lately(now: datetime | Given) -> Q:
    """Asks after which their holder is left in peace by that reader for that title, a fortnight from the asking (T-R23).

    A no, silence and an ask that the reader took back count alike: else the next request would tell which it was (P2).
    Whoever was let go because another agreed, or because the lending fell through, may be asked again.
    """
    took_back = Q(withdrawn_because__in=(Ask.Because.CANCELLED, Ask.Because.EXPIRED))
    return Q(asked_at__gt=now - ASK_AGAIN_AFTER) & (
        Q(status__in=(Ask.Status.DECLINED, Ask.Status.LAPSED)) | Q(status=Ask.Status.WITHDRAWN) & took_back
    )


def holders_asked_lately(requester: Reader, title_id: int, now: datetime) -> set[int]:
    values = {"reader": requester.pk, "title": title_id, "now": now}
    return {holder for (holder,) in prepared.run(_asked_lately_for, values=values)}


def _asked_lately_for() -> "QuerySet[Ask, tuple[Any, ...]]":
    rows = Ask.objects.filter(asked_lately(NOW), request__requester=READER, request__title_id=TITLE)
    return rows.order_by().values_list("holder_id")


def holders_asked_enough(holders: Iterable[int], policy: CirculationPolicy, now: datetime) -> set[int]:
    """Of these holders."""
    values = {"holders": prepared.listed(list(holders)), "most_asks": policy.asks_per_holder_week, "now": now}
    return {holder for (holder,) in prepared.run(_asked_enough_of, values=values)}


def _asked_enough_of() -> "QuerySet[Ask, tuple[Any, ...]]":
    of_these = Ask.objects.filter(holder__in=prepared.among("holders"))
    return _asked_so_often(of_these, MOST_ASKS, NOW).values_list("holder_id")


def asked_enough(holder: OuterRef, most: int | Given, now: datetime | Given) -> Exists:
    """Whether this holder has had their share of asks this week, which is so many. Looked up from the holder's side: asks of
    all holders grow by the year."""
    return Exists(_asked_so_often(Ask.objects.filter(holder=holder), most, now))


def _asked_so_often(rows: QuerySet[Ask], most: int | Given, now: datetime | Given) -> "QuerySet[Ask, Any]":
    lately = rows.filter(asked_at__gt=now - timedelta(days=7)).order_by().values("holder")
    return lately.annotate(n=Count("pk")).filter(n__gte=most)


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
