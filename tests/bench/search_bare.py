"""What a search page says, in plain SQL by hand on the same index, for a visitor who has set no filter.

- The first CANDIDATES that match, those in circulation before others: of these is all that follows, as on the page.
- The twenty best of them, with all that a row shows of a title and the volumes a library has of it: on SQLite those that say it
  in their title and the shorter ones first, on PostgreSQL by its own rank.
- What is shown of those twenty: copies and library loans, each with whether it can be had now and when it comes back.
- How many they are, and the counts beside the filters: free now, kind, place, mode, language, class, subject, year.

`ask` has one statement for each of these, as one would write them first. `in_one_pass` is the quickest we know: what matches is
looked up once, and one statement makes all counts of it. Left out of both is what the page does besides: other ways to read a
question that finds nothing as typed, near spellings, the very title first and what is free before the rest, editions of a work
together, words and HTML.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from personal_catalog.search import engines, readings, sqlite, written
from personal_catalog.search.terms import Node, in_text

TABLE = engines.TABLE
FACETS = 12  # of a facet with many values
WAIT = timedelta(days=3)  # so long a library loan has to run to be passed on

PLACE = sqlite.CIRCULATING - 1
ROW = "t.id, t.title, t.subtitle, t.creators, t.publisher, t.year, t.language, t.clc, t.subjects, t.cover_seed, t.cover_id, t.work_key"
LIVE = "t.status NOT IN ('merged', 'rejected')"
POSTGRES = (
    f"SELECT {ROW}, ts_rank(i.vector, q) AS rank FROM (SELECT CAST(%(asked)s AS tsquery) AS q) asked, {TABLE} i "
    f"JOIN personal_catalog_title t ON t.id = i.title_id WHERE i.vector @@ q AND {LIVE}"
)
FOUND = {
    "sqlite": f"SELECT {ROW}, i.rowid AS place FROM {TABLE} i JOIN personal_catalog_title t ON t.id = i.rowid & {PLACE} "
    f"WHERE {TABLE} MATCH %(asked)s AND {LIVE} ORDER BY i.rowid DESC LIMIT %(most)s",
    "postgresql": f"SELECT * FROM ((SELECT * FROM ({POSTGRES} AND i.circulating LIMIT %(most)s) a) "
    f"UNION ALL (SELECT * FROM ({POSTGRES} AND NOT i.circulating LIMIT %(most)s) b)) c LIMIT %(most)s",
}
RANKED = {
    "sqlite": f"SELECT f.* FROM found f LEFT JOIN (SELECT rowid AS place FROM {TABLE} WHERE {TABLE} MATCH %(in_title)s "
    "AND rowid >= (SELECT min(place) FROM found)) said ON said.place = f.place ORDER BY said.place IS NULL, length(title)",
    "postgresql": "SELECT f.* FROM found f ORDER BY rank DESC",
}
BEST = (
    "WITH found AS MATERIALIZED ({found}) "
    "SELECT best.*, (SELECT sum(items) FROM sharing_harvestedrecord h WHERE h.title_id = best.id) FROM ({ranked} LIMIT 20) best"
)

REST = """
    NOT EXISTS (SELECT 1 FROM sharing_lending x WHERE x.{noun}_id = {one}.id AND x.closed_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM sharing_absence a WHERE a.reader_id = {holder} AND %(today)s BETWEEN a.first_date AND a.last_date)
    AND NOT EXISTS (SELECT 1 FROM sharing_rest r WHERE r.{noun}_id = {one}.id AND r.holder_id = {holder} AND r.last_date >= %(today)s)
    AND NOT EXISTS (SELECT 1 FROM sharing_erasure e WHERE e.reader_id = {holder} AND e.erased_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM sharing_kept k WHERE k.{noun}_id = {one}.id AND k.holder_id = {holder} AND k.last_date >= %(today)s)"""

HELD = f"""
SELECT c.title_id, 'personal' AS kind, c.mode, c.area, x.due_at,
    c.status = 'listed' AND c.mode <> 'display' AND {REST.format(noun="copy", one="c", holder="c.holder_id")}
    AND NOT EXISTS (SELECT 1 FROM sharing_outsideloan o WHERE o.copy_id = c.id AND o.closed_at IS NULL) AS free
FROM {{titles}} f JOIN personal_catalog_copy c ON c.title_id = f.id
LEFT JOIN sharing_lending x ON x.copy_id = c.id AND x.closed_at IS NULL
WHERE c.status IN ('listed', 'paused') AND c.visibility = 'everyone'
UNION ALL
SELECT lt.title_id, 'library', '', coalesce(a.code, ''), l.due_at,
    coalesce(l.hold_count, 0) = 0 AND NOT l.recalled AND l.due_at >= %(now)s AND (l.renewable OR l.due_at >= %(far_enough)s)
    AND {REST.format(noun="library_loan", one="l", holder="p.reader_id")}
FROM {{titles}} f JOIN sharing_loantitle lt ON lt.title_id = f.id
JOIN library_bridge_libraryloan l ON l.id = lt.library_loan_id JOIN library_bridge_patron p ON p.id = l.patron_id
JOIN library_bridge_reader d ON d.id = p.reader_id LEFT JOIN library_bridge_area a ON a.id = d.area_id
WHERE l.closed_at IS NULL"""

CLASS = "substr(clc, 1, CASE WHEN clc LIKE 'T%%' THEN 2 ELSE 1 END)"
COUNTS = (
    "SELECT 'all', '' AS value, count(*) AS n FROM {found} f",
    "SELECT 'available', '' AS value, count(DISTINCT title_id) AS n FROM {held} h WHERE free",
    "SELECT 'kind', kind AS value, count(*) AS n FROM (SELECT title_id, kind FROM {held} h UNION SELECT f.id, 'library' "
    "FROM {found} f JOIN sharing_harvestedrecord r ON r.title_id = f.id WHERE r.items > 0) k GROUP BY kind",
    "SELECT 'area', area AS value, count(DISTINCT title_id) AS n FROM {held} h WHERE area <> '' GROUP BY area",
    "SELECT 'mode', mode AS value, count(DISTINCT title_id) AS n FROM {held} h WHERE kind = 'personal' GROUP BY mode",
    "SELECT 'language', language AS value, count(*) AS n FROM {found} f GROUP BY language",
    f"SELECT 'class', {CLASS} AS value, count(*) AS n FROM {{found}} f GROUP BY {CLASS}",
    "SELECT 'year', CAST(year AS text) AS value, count(*) AS n FROM {found} f GROUP BY year",
    "SELECT 'subject', part.value AS value, count(*) AS n FROM {found} f, {parts}(f.subjects) part GROUP BY part.value",
)
MOST = f" ORDER BY n DESC LIMIT {FACETS}"


def ask(text: str, *, now: datetime | None = None) -> list[Any]:
    """The answer, a list for each statement; nothing for a question without words."""
    found = f"({FOUND[connection.vendor]})"
    held = f"({HELD.format(titles=found)})"
    return _answer(
        text, now or timezone.now(), [count.format(found=found, held=held, parts=_parts()) + MOST for count in COUNTS]
    )


def in_one_pass(text: str, *, now: datetime | None = None) -> list[Any]:
    counts = (
        f"SELECT * FROM ({count.format(found='found', held='held', parts=_parts())}{MOST}) c{n}"
        for n, count in enumerate(COUNTS)
    )
    found, held = FOUND[connection.vendor], HELD.format(titles="found")
    return _answer(
        text,
        now or timezone.now(),
        [f"WITH found AS MATERIALIZED ({found}), held AS MATERIALIZED ({held}) {' UNION ALL '.join(counts)}"],
    )


def _answer(text: str, now: datetime, counts: list[str]) -> list[Any]:
    tree = readings.as_typed(readings.words_of(text))
    if tree is None:
        return []
    values = _values(tree, now)
    best = _rows(BEST.format(found=FOUND[connection.vendor], ranked=RANKED[connection.vendor]), values)
    ids = ", ".join(str(row[0]) for row in best)
    twenty = f"(SELECT id FROM personal_catalog_title WHERE id IN ({ids or 'NULL'}))"
    return [best, _rows(HELD.format(titles=twenty), values), *(_rows(sql, values) for sql in counts)]


def _parts() -> str:
    return "jsonb_array_elements_text" if connection.vendor == "postgresql" else "json_each"


def _values(tree: Node, now: datetime) -> dict[str, Any]:
    words = {"asked": written.tsquery(tree)}
    if connection.vendor == "sqlite":
        words = {"asked": written.match(tree), "in_title": written.match(in_text(tree) or tree, "title")}
    days = {"now": now, "far_enough": now + WAIT, "today": timezone.localdate(now)}
    return {**words, **days, "most": engines.CANDIDATES}


def _rows(sql: str, values: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
