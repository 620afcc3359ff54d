"""The shelves of the home page: what is passed on most, what is free close by, what has just been listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet

from library_bridge.models import Reader
from personal_catalog.models import Copy, ReaderGroup, Title
from sharing import availability
from sharing.crowds import FEWEST_PEOPLE
from sharing.models import Request

MOST = 10
NEAR = 3
NEW = 8
SOUGHT = 4
SOUGHT_SINCE = timedelta(days=60)
SECONDS = 600


@dataclass(frozen=True)
class Near:
    copies: list[Copy]
    count: int
    area: str
    """Code of the reader's area when something is free there, else empty: then these are from anywhere."""


def most_passed_on() -> list[Title]:
    return list(Title.objects.live().filter(passed_on__gt=0).order_by("-passed_on", "pk").defer("summary")[:MOST])


def near(*, reader: Reader | None, now: datetime) -> Near:
    """Copies of others that are free now and that the reader may see, newest first. Two queries with the reader's area, one
    without."""
    area = reader.area.code if reader and reader.area else ""
    free = (
        _presentable(availability.free_copies(reader=reader, now=now))
        .select_related("title")
        .order_by("-created_at", "-pk")
    )
    if reader:
        free = free.exclude(owner=reader).exclude(holder=reader)
    here = free.filter(area=area)
    if area and (rows := list(here[:NEAR])):
        return Near(rows, here.values("title").distinct().count(), area)
    return Near(list(free[:NEAR]), 0, "")


def _presentable(copies: QuerySet[Copy]) -> QuerySet[Copy]:
    """A record that only a number or one reader's typing stands behind is found by searching, not set before everyone."""
    return copies.filter(title__status=Title.Status.APPROVED, title__lookup_pending=False)


def newly_listed(*, reader: Reader | None, but: Sequence[Copy] = ()) -> list[Copy]:
    """One a title, so that somebody who lists twenty volumes of a series does not fill the shelf."""
    listed = _presentable(availability.shown_copies(reader=reader).filter(status=Copy.Status.LISTED))
    rows = listed.exclude(title__in=[copy.title_id for copy in but])
    newest = rows.select_related("title").order_by("-created_at", "-pk")[: NEW * 8]
    return list({copy.title_id: copy for copy in reversed(newest)}.values())[::-1][:NEW]


def of_group(group: ReaderGroup, *, reader: Reader) -> list[Copy]:
    """What stands in no other reader's sight: for this group, or for all groups of one of its members. Newest first."""
    theirs = Q(group=group) | Q(group=None, owner__in=group.memberships.values("reader"))
    shown = Copy.objects.lendable().shown_to(reader).filter(theirs, visibility=Copy.Visibility.GROUPS)
    return list(shown.select_related("title").order_by("-created_at", "-pk")[:MOST])


def sought(*, now: datetime) -> list[Title]:
    """Titles that at least five readers have asked for lately. Kept for ten minutes."""
    found: list[Title] | None = cache.get("sought")
    if found is None:
        asked = Request.objects.filter(placed_at__gt=now - SOUGHT_SINCE).values("title_id").order_by()
        often = asked.annotate(readers=Count("requester", distinct=True)).filter(readers__gte=FEWEST_PEOPLE)
        ids = [row["title_id"] for row in often.order_by("-readers", "title_id")[:SOUGHT]]
        titles = Title.objects.live().in_bulk(ids)
        found = [titles[pk] for pk in ids if pk in titles]
        cache.set("sought", found, SECONDS)
    return found
