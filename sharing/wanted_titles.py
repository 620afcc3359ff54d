"""What a library might buy: titles that many readers asked for, without telling of any one of them (P6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from sharing.crowds import FEWEST_PEOPLE
from sharing.models import HarvestedRecord, Request

AT_LEAST = timedelta(days=180)
"""So long a time is looked at: in a shorter one few titles have five readers."""
MOST = 10


@dataclass(frozen=True)
class Wanted:
    """A title that many asked for. `waiting` and `unfilled` are None where they would count one to four readers."""

    title_id: int
    title: str
    readers: int
    unfilled: int | None
    waiting: int | None
    items: int


def asked_for(since: datetime, until: datetime) -> Iterator[Wanted]:
    """Titles that at least five readers asked for, most of them first."""
    asked = Request.objects.filter(placed_at__gte=since, placed_at__lt=until).order_by()
    rows = list(
        asked.values("title_id", "title__title")
        .annotate(
            readers=Count("requester", distinct=True),
            unfilled=Count("requester", filter=Q(status=Request.Status.UNFILLED), distinct=True),
            waiting=Count("requester", filter=Q(status=Request.Status.OPEN), distinct=True),
        )
        .filter(readers__gte=FEWEST_PEOPLE)
        .order_by("-readers", "title_id")[:MOST]
    )
    items = _items_of([row["title_id"] for row in rows])
    for row in rows:
        title_id = row["title_id"]
        yield Wanted(
            title_id, row["title__title"], row["readers"], few(row["unfilled"]), few(row["waiting"]), items.get(title_id, 0)
        )  # fmt: skip


def _items_of(title_ids: list[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for title_id, items in HarvestedRecord.objects.filter(title__in=title_ids).values_list("title_id", "items"):
        found[title_id] = found.get(title_id, 0) + items
    return found


def few(readers: int) -> int | None:
    """None for one to four: nobody is told that they are the only one."""
    return None if 0 < readers < FEWEST_PEOPLE else readers
