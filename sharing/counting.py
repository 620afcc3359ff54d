"""What the counts beside the filters are made of: the titles of the list, or, where more match than a list holds, all of
them, put together by the database so that few rows come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from personal_catalog.models import Title
from personal_catalog.search.engines import engine
from sharing import availability, prepared
from sharing.availability import Wish
from sharing.facets import MOST_VALUES, Candidate
from sharing.filters import TitleFilter
from sharing.models import HarvestedRecord

NOBODY = 0
"""Instead of an id, of a candidate that stands for several titles."""


@dataclass(frozen=True)
class Groups:
    records: Sequence[Candidate]
    """For language, class and year."""
    subjects: Sequence[Candidate]
    held: Sequence[Candidate]
    """For all that is said of holdings."""


def of_listed(found: Sequence[Candidate]) -> Groups:
    return Groups(found, found, [one for one in found if one.held or one.items])


def of_all(titles: QuerySet[Title], *, filters: TitleFilter) -> Groups:
    """Six queries, three of them over all that match, however many titles. Raises SearchTimedOut."""
    with engine().in_time():
        return Groups(_records(titles), _subjects(titles), _held(titles, filters))


def _records(titles: QuerySet[Title]) -> list[Candidate]:
    rows = titles.order_by().values_list("language", "year", "clc").annotate(n=Count("pk"))
    return [Candidate(NOBODY, language, year, clc, times=n) for language, year, clc, n in rows]


def _subjects(titles: QuerySet[Title]) -> list[Candidate]:
    """The most frequent. Django has no words for a row each part of a JSON list."""
    inside, values = titles.order_by().values("pk").query.sql_with_params()
    parts = "jsonb_array_elements_text" if connection.vendor == "postgresql" else "json_each"
    sql = (
        f"SELECT part.value, count(*) FROM personal_catalog_title t, {parts}(t.subjects) part "
        f"WHERE t.id IN ({inside}) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_VALUES + 1}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Candidate(NOBODY, subjects=(subject,), times=n) for subject, n in cursor.fetchall()]


def _held(titles: QuerySet[Title], filters: TitleFilter) -> list[Candidate]:
    """Each title of which something is shown, and one for all of which only the library's record is known. What matches is
    gone through twice; the rest is asked of the few that are shown."""
    shown = list(titles.order_by().filter(filters.having(Wish())).values_list("pk", flat=True))
    held = availability.of_titles(shown, reader=filters.reader, policy=filters.policy, now=filters.now)
    both = {pk for (pk,) in prepared.run(_recorded_of_listed, values={"ids": prepared.listed(shown)})}
    recorded = titles.order_by().filter(pk__in=HarvestedRecord.objects.filter(items__gt=0).values("title_id")).count()
    found = [Candidate(pk, items=int(pk in both), held=tuple(rows)) for pk, rows in held.items()]
    return [*found, Candidate(NOBODY, items=1, times=recorded - len(both))]


def _recorded_of_listed() -> "QuerySet[HarvestedRecord, tuple[Any, ...]]":
    listed = HarvestedRecord.objects.filter(items__gt=0, title__in=prepared.among("ids"))
    return listed.order_by().values_list("title_id").distinct()
