"""The two engines. They store and match the analyser's tokens and know nothing of languages.

SQLite: one FTS5 table, four columns. PostgreSQL: one table with a tsvector of weights A to D under a GIN index.
Both answer only titles that live, so a row left behind is never shown. A question that takes longer than
settings.SEARCH_SECONDS is given up: SearchTimedOut.

However many titles match, no more than CANDIDATES are looked at, those in circulation first (decision 17). On SQLite these have
row numbers of their own, above all others, so that the index is read from its end; on PostgreSQL they have an index of their own.
"""

import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any as Anything
from typing import Protocol

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.module_loading import import_string

from personal_catalog.models import Title
from personal_catalog.search import written
from personal_catalog.search.analyse import Tokens
from personal_catalog.search.terms import Node, Term, in_text

TABLE = "personal_catalog_titleindex"
LIVE = "JOIN personal_catalog_title t ON t.id = i.{key} AND t.status NOT IN ('merged', 'rejected')"
CANDIDATES = 1_000
"""So many are looked at, ranked and counted."""
FEW = 300
"""A token that more titles have says little about which of them is meant."""
QUERY_CANCELED = "57014"
Titles = QuerySet[Title]


class SearchTimedOut(Exception):
    """The question was too broad to be answered in time."""


class NotRenewed(Exception):
    """An engine outside this database did not take everything anew."""


@dataclass(frozen=True)
class Found:
    ids: list[int]
    """Best first, at most CANDIDATES."""
    more: bool = False
    """More match than were looked at."""


class Engine(Protocol):
    """`within` are the titles that may be found at all; without it, every live one. Where more match than are looked at, those
    in circulation are taken first and of these the newest; with `newest` whatever is newest. `most_of` are titles that have the
    most of some tokens, rare ones before frequent ones. `mark` says which titles circulate, `circulating` answers it. All titles
    are written anew between `begin_anew` and `end_anew`. `behind` says for staff why an engine outside this database is not
    asked, and what to do; empty: it is."""

    def write(self, rows: Iterable[tuple[int, Tokens]]) -> None: ...

    def drop(self, ids: Sequence[int]) -> None: ...

    def mark(self, ids: Sequence[int], *, circulating: bool) -> None: ...

    def circulating(self) -> set[int]: ...

    def find(self, asked: Node, *, within: Titles | None = None, newest: bool = False) -> Found: ...

    def most_of(self, terms: Sequence[Term], *, limit: int, within: Titles | None = None) -> list[int]: ...

    def missing(self) -> list[int]: ...

    def begin_anew(self) -> None: ...

    def end_anew(self) -> None: ...

    def behind(self) -> str: ...

    def in_time(self) -> AbstractContextManager[None]: ...


def engine() -> Engine:
    """The embedded one; before it the one that settings.SEARCH_ENGINE names, where a catalogue is too large for it."""
    embedded: Engine = Postgres() if connection.vendor == "postgresql" else Sqlite()
    if not settings.SEARCH_ENGINE:
        return embedded
    scaled_out: Engine = import_string(settings.SEARCH_ENGINE)(embedded)
    return scaled_out


class Embedded:
    """Written over, row by row: there is nothing to begin."""

    def begin_anew(self) -> None: ...

    def end_anew(self) -> None: ...

    def behind(self) -> str:
        return ""


CIRCULATING = 1 << 40
"""On SQLite: by so much the row number of a title in circulation is above its id."""
PK = f"rowid & {CIRCULATING - 1}"


class Sqlite(Embedded):
    def write(self, rows: Iterable[tuple[int, Tokens]]) -> None:
        said = dict(rows)
        above = self._circulating_among(list(said))
        values: list[tuple[int | str, ...]] = [
            (pk + CIRCULATING * (pk in above), *(" ".join(field) for field in (t.title, t.names, t.other, t.sound)))
            for pk, t in said.items()
        ]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT OR REPLACE INTO {TABLE} (rowid, title, names, other, sound) VALUES (%s, %s, %s, %s, %s)",
                values,
            )

    def drop(self, ids: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {TABLE} WHERE rowid IN (%s, %s)", [(pk, pk + CIRCULATING) for pk in ids])

    def mark(self, ids: Sequence[int], *, circulating: bool) -> None:
        above = self._circulating_among(ids)
        moved = [(pk, pk + CIRCULATING)[:: -1 if circulating else 1] for pk in ids if (pk in above) != circulating]
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {TABLE} SET rowid = %s WHERE rowid = %s", moved)

    def circulating(self) -> set[int]:
        return set(_ids(f"SELECT id - {CIRCULATING} FROM {TABLE}_content WHERE id > {CIRCULATING}"))

    def _circulating_among(self, ids: Sequence[int]) -> set[int]:
        listed = ", ".join(str(int(pk) + CIRCULATING) for pk in ids)
        return set(_ids(f"SELECT id - {CIRCULATING} FROM {TABLE}_content WHERE id IN ({listed})"))

    def find(self, asked: Node, *, within: Titles | None = None, newest: bool = False) -> Found:
        with self.in_time():
            rows = self._first(written.match(asked), "", within)
            if newest and len(rows) > CANDIDATES:
                rows += self._first(written.match(asked), f" AND i.rowid < {CIRCULATING}", within)
                rows = sorted(set(rows), key=lambda row: -row[1])
            looked_at = rows[:CANDIDATES]
            return Found(self._ranked(asked, looked_at), len(rows) > CANDIDATES)

    def _first(self, match: str, part: str, within: Titles | None) -> list[tuple[int, int, int, int]]:
        """Of each: row number, id, length of its title, how often it was passed on. One more than are looked at."""
        narrowed, values = _narrowed(f"(i.{PK})", within)
        live = LIVE.format(key=PK)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT i.rowid, t.id, length(t.title), t.passed_on FROM {TABLE} i {live} "
                f"WHERE {TABLE} MATCH %s{part}{narrowed} ORDER BY i.rowid DESC LIMIT {CANDIDATES + 1}",
                [match, *values],
            )
            return list(cursor.fetchall())

    def _ranked(self, asked: Node, rows: list[tuple[int, int, int, int]]) -> list[int]:
        """What says it all in its title, then what says it there or in its names; of these the shorter titles. FTS5's own
        bm25 reads every row in the whole index that has a token of the question."""
        said = Counter[int]()
        for columns in ("title", "title names"):
            text = in_text(asked)
            if rows and text is not None:
                least = min(row[0] for row in rows)
                said.update(
                    _ids(
                        f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s AND rowid >= {least}",
                        [written.match(text, columns)],
                    )
                )
        return [row[1] for row in sorted(rows, key=lambda row: (-said[row[0]], row[2], -row[3], row[1]))]

    def most_of(self, terms: Sequence[Term], *, limit: int, within: Titles | None = None) -> list[int]:
        one = f"SELECT {PK} AS id FROM {TABLE} WHERE {TABLE} MATCH %s ORDER BY rowid DESC"
        return _most_of(one, [written.match(term) for term in terms], limit=limit, within=within)

    def missing(self) -> list[int]:
        return _ids(
            "SELECT id FROM personal_catalog_title WHERE status NOT IN ('merged', 'rejected') "
            f"AND id NOT IN (SELECT id & {CIRCULATING - 1} FROM {TABLE}_content)"
        )

    @contextmanager
    def in_time(self) -> Iterator[None]:
        connection.ensure_connection()
        raw, end = connection.connection, time.monotonic() + settings.SEARCH_SECONDS
        raw.set_progress_handler(lambda: time.monotonic() > end, 5_000)
        try:
            yield
        except OperationalError as problem:
            if "interrupted" in str(problem):
                raise SearchTimedOut from problem
            raise
        finally:
            raw.set_progress_handler(None, 0)


class Postgres(Embedded):
    def write(self, rows: Iterable[tuple[int, Tokens]]) -> None:
        """In one statement: one for each row waits as often for the server."""
        made = {pk: written.vector(tokens) for pk, tokens in rows}
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {TABLE} (title_id, vector) SELECT pk, CAST(said AS tsvector) "
                "FROM unnest(CAST(%s AS bigint[]), CAST(%s AS text[])) AS made (pk, said) ORDER BY pk "
                "ON CONFLICT (title_id) DO UPDATE SET vector = excluded.vector",
                [list(made), list(made.values())],
            )

    def drop(self, ids: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE} WHERE title_id = ANY(%s)", [list(ids)])

    def mark(self, ids: Sequence[int], *, circulating: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {TABLE} SET circulating = %s WHERE title_id = ANY(%s) AND circulating <> %s",
                [circulating, list(ids), circulating],
            )

    def circulating(self) -> set[int]:
        return set(_ids(f"SELECT title_id FROM {TABLE} WHERE circulating"))

    def find(self, asked: Node, *, within: Titles | None = None, newest: bool = False) -> Found:
        parts = (" ORDER BY i.title_id DESC",) if newest else (" AND i.circulating", " AND NOT i.circulating")
        rows: list[tuple[int, int, float]] = []
        with self.in_time():
            for part in parts:
                if len(rows) <= CANDIDATES:
                    rows += self._first(asked, part, within)
        ranked = sorted(rows[:CANDIDATES], key=lambda row: (-row[2], -row[1], row[0]))
        return Found([row[0] for row in ranked], len(rows) > CANDIDATES)

    def _first(self, asked: Node, part: str, within: Titles | None) -> list[tuple[int, int, float]]:
        """Of each: id, how often it was passed on, rank. One more than are looked at."""
        narrowed, values = _narrowed("i.title_id", within)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, passed_on, ts_rank('{0.1, 0.2, 0.5, 1.0}', vector, q, 1) FROM (SELECT t.id, t.passed_on, i.vector, q "
                f"FROM {TABLE} i {LIVE.format(key='title_id')}, CAST(%s AS tsquery) q "
                f"WHERE i.vector @@ q{narrowed}{part} LIMIT {CANDIDATES + 1}) c",
                [written.tsquery(asked), *values],
            )
            return list(cursor.fetchall())

    def most_of(self, terms: Sequence[Term], *, limit: int, within: Titles | None = None) -> list[int]:
        one = f"SELECT title_id AS id FROM {TABLE} WHERE vector @@ CAST(%s AS tsquery)"
        return _most_of(one, [written.tsquery(term) for term in terms], limit=limit, within=within)

    def missing(self) -> list[int]:
        return _ids(
            "SELECT id FROM personal_catalog_title WHERE status NOT IN ('merged', 'rejected') "
            f"AND NOT EXISTS (SELECT 1 FROM {TABLE} WHERE title_id = id)"
        )

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """The limit holds for this question only, also inside a caller's transaction."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('statement_timeout')")
                before = cursor.fetchone()[0]
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{settings.SEARCH_SECONDS}s"])
                yield
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
        except OperationalError as problem:
            if getattr(problem.__cause__, "sqlstate", "") == QUERY_CANCELED:
                raise SearchTimedOut from problem
            raise


def _narrowed(key: str, within: Titles | None) -> tuple[str, list[Anything]]:
    """The condition that a title is one of these, with its values: asked of each that matches, so that no more of a large
    catalogue is read."""
    if within is None:
        return "", []
    this: Titles = within.order_by().filter(pk=RawSQL(key, []))
    sql, values = this.values("pk").query.sql_with_params()
    return f" AND EXISTS ({sql})", list(values)


def _most_of(one: str, terms: Sequence[str], *, limit: int, within: Titles | None) -> list[int]:
    """`one` is the question for a single token. Of each no more than FEW and one are looked at."""
    parts = [f"SELECT * FROM (SELECT {n} AS n, id FROM ({one} LIMIT {FEW + 1}) r{n}) p{n}" for n in range(len(terms))]
    with engine().in_time(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), list(terms))
        rows = cursor.fetchall()
    having = Counter(n for n, _pk in rows)
    worth = defaultdict[int, float](float)
    for n, pk in rows:
        worth[pk] += math.log(1 + (FEW + 1) / having[n])
    best = sorted(worth, key=lambda pk: (-worth[pk], -pk))[:CANDIDATES]
    shown = set(
        (Title.objects.live() if within is None else within.order_by()).filter(pk__in=best).values_list("pk", flat=True)
    )
    return [pk for pk in best if pk in shown][:limit]


def _ids(sql: str, values: Sequence[Anything] = ()) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [int(row[0]) for row in cursor.fetchall()]


def names(ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Title and subtitle; by hand, because to build so small a question costs more than its answer."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, title, subtitle FROM personal_catalog_title WHERE id IN ({', '.join(map(str, map(int, ids)))})"
        )
        return {pk: (title, subtitle) for pk, title, subtitle in cursor.fetchall()}
