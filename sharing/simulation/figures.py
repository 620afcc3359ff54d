"""How the requests of a simulation ended, from the rows that the service itself wrote."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, Exists, Min, OuterRef, Q

from library_bridge.models import Reader
from sharing.models import Ask, Lending, Request

ANSWERED = (Ask.Status.ACCEPTED, Ask.Status.DECLINED)
HOUR = timedelta(hours=1)


def of_all_requests(*, days: int) -> dict[str, float]:
    """Shares are of all requests. `declined_share`, `expired_share` and `unanswered_share` are of those that ended without the
    book: some holder said no; the deadline passed; the deadline passed and no holder had said anything. `at_once_share`: some
    holder had agreed beforehand."""
    answered = Ask.objects.filter(request=OuterRef("pk"), status__in=ANSWERED)
    declined = answered.filter(status=Ask.Status.DECLINED)
    at_once = answered.exclude(consent="")
    rows = Request.objects.annotate(had_answer=Exists(answered), had_no=Exists(declined), had_consent=Exists(at_once))
    failed = ~Q(status=Request.Status.FULFILLED)
    expired = Q(status=Request.Status.UNFILLED)
    count = rows.aggregate(
        all=Count("pk"),
        success=Count("pk", filter=~failed),
        declined=Count("pk", filter=failed & Q(had_no=True)),
        expired=Count("pk", filter=expired),
        unanswered=Count("pk", filter=expired & Q(had_answer=False)),
        at_once=Count("pk", filter=Q(had_consent=True)),
    )
    shares = {
        f"{name}_share": round(count[name] / max(count["all"], 1), 4)
        for name in ("success", "declined", "expired", "unanswered", "at_once")
    }
    return {"requests": count["all"], **shares, **_times(), "asks_per_holder_week": _asks_per_holder_week(days)}


def _times() -> dict[str, float]:
    """The median answer is of holders who were asked; where one had agreed beforehand there was nothing to wait for."""
    said = Q(asks__status__in=ANSWERED, asks__consent="")
    first = Request.objects.annotate(first=Min("asks__answered_at", filter=said)).exclude(first=None)
    out = Lending.objects.filter(handed_over_at__isnull=False)
    return {
        "median_hours_to_answer": _median_hours(first.values_list("placed_at", "first")),
        "median_hours_to_handover": _median_hours(out.values_list("request__placed_at", "handed_over_at")),
    }


def _median_hours(spans: Iterable[tuple[datetime, datetime | None]]) -> float:
    return round(median([(end - start) / HOUR for start, end in spans if end] or [0.0]), 1)


def _asks_per_holder_week(days: int) -> float:
    """Of readers who have been asked at all."""
    holders = Reader.objects.filter(asks__isnull=False).distinct().count()
    return round(Ask.objects.count() / max(holders, 1) / (days / 7), 3)
