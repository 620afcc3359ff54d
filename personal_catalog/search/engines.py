"""The two engines. They store and match the analyser's tokens and know nothing of languages.

SQLite: one FTS5 table, four columns. PostgreSQL: one table with a tsvector of weights A to D under a GIN index.
Both answer only titles that live, so a row left behind is never shown. A question that takes longer than
settings.SEARCH_SECONDS is given up: SearchTimedOut.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any as Anything
from typing import Protocol

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.module_loading import import_string

from personal_catalog.models import Title
from personal_catalog.search.analyse import Tokens
from personal_catalog.search.terms import All, Node, Term

TABLE = "personal_catalog_titleindex"
LIVE = "JOIN personal_catalog_title t ON t.id = i.{key} AND t.status NOT IN ('merged', 'rejected')"
CANDIDATES = 5_000
"""So many are ranked."""
QUERY_CANCELED = "57014"
Titles = QuerySet[Title]


class SearchTimedOut(Exception):
    """The question was too broad to be answered in time."""


class NotRenewed(Exception):
    """An engine outside this database did not take everything anew."""


class Engine(Protocol):
    """`within` are the titles that may be found at all; without it, every live one. `matching` are the ids of all that
    match, for a condition of another query, `in_time` the limit for it. All titles are written anew between `begin_anew` and
    `end_anew`. `behind` says for staff why an engine outside this database is not asked, and what to do; empty: it is."""

    def write(self, rows: Iterable[tuple[int, Tokens]]) -> None: ...

    def drop(self, ids: Sequence[int]) -> None: ...

    def find(self, asked: Node, *, limit: int, within: Titles | None = None) -> list[int]: ...

    def count(self, asked: Node, *, within: Titles | None = None) -> int: ...

    def matching(self, asked: Node) -> RawSQL: ...

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


FIRST_RANKED = (
    f" AND i.rowid >= coalesce((SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s "
    f"ORDER BY rowid DESC LIMIT 1 OFFSET {CANDIDATES}), 0)"
)


class Sqlite(Embedded):
    def write(self, rows: Iterable[tuple[int, Tokens]]) -> None:
        values: list[tuple[int | str, ...]] = [
            (pk, *(" ".join(field) for field in (t.title, t.names, t.other, t.sound))) for pk, t in rows
        ]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT OR REPLACE INTO {TABLE} (rowid, title, names, other, sound) VALUES (%s, %s, %s, %s, %s)",
                values,
            )

    def drop(self, ids: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {TABLE} WHERE rowid = %s", [(pk,) for pk in ids])

    def find(self, asked: Node, *, limit: int, within: Titles | None = None) -> list[int]:
        """What more titles match than can be ranked in time, only the newest of them are."""
        match = _match(asked)
        narrowed, values = _narrowed("+i.rowid", within) if within is not None else (FIRST_RANKED, [match])
        sql = (
            f"SELECT i.rowid FROM {TABLE} i {LIVE.format(key='rowid')} WHERE {TABLE} MATCH %s{narrowed} "
            f"ORDER BY bm25({TABLE}, 10.0, 5.0, 2.0, 1.0), t.passed_on DESC LIMIT %s"
        )
        with self.in_time():
            return _ids(sql, [match, *values, limit])

    def count(self, asked: Node, *, within: Titles | None = None) -> int:
        narrowed, values = _narrowed("+i.rowid", within)
        with self.in_time():
            return _ids(f"SELECT count(*) FROM {TABLE} i WHERE {TABLE} MATCH %s{narrowed}", [_match(asked), *values])[0]

    def matching(self, asked: Node) -> RawSQL:
        return RawSQL(f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s", [_match(asked)])

    def missing(self) -> list[int]:
        return _ids(
            f"SELECT id FROM personal_catalog_title WHERE status NOT IN ('merged', 'rejected') AND id NOT IN (SELECT rowid FROM {TABLE})"
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
        made = {pk: _vector(tokens) for pk, tokens in rows}
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

    def find(self, asked: Node, *, limit: int, within: Titles | None = None) -> list[int]:
        narrowed, values = _narrowed("i.title_id", within)
        sql = (
            "SELECT id FROM (SELECT t.id, t.passed_on, i.vector, q FROM "
            f"{TABLE} i {LIVE.format(key='title_id')}, CAST(%s AS tsquery) q WHERE i.vector @@ q{narrowed} LIMIT {CANDIDATES}) c "
            "ORDER BY ts_rank('{0.1, 0.2, 0.5, 1.0}', vector, q, 1) DESC, passed_on DESC, id LIMIT %s"
        )
        with self.in_time():
            return _ids(sql, [_tsquery(asked), *values, limit])

    def count(self, asked: Node, *, within: Titles | None = None) -> int:
        narrowed, values = _narrowed("i.title_id", within)
        sql = f"SELECT count(*) FROM {TABLE} i WHERE i.vector @@ CAST(%s AS tsquery){narrowed}"
        with self.in_time():
            return _ids(sql, [_tsquery(asked), *values])[0]

    def matching(self, asked: Node) -> RawSQL:
        return RawSQL(f"SELECT title_id FROM {TABLE} WHERE vector @@ CAST(%s AS tsquery)", [_tsquery(asked)])

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
    """The condition that a title is one of these, with its values."""
    if within is None:
        return "", []
    sql, values = within.order_by().values("pk").query.sql_with_params()
    return f" AND {key} IN ({sql})", list(values)


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


def _match(node: Node) -> str:
    """FTS5's query language, every token quoted."""
    if isinstance(node, Term):
        columns = "sound" if node.field == "sound" else "{title names other}"
        return f'{columns} : "{node.token}"{" *" if node.prefix else ""}'
    joint = " AND " if isinstance(node, All) else " OR "
    return f"({joint.join(map(_match, node.parts))})"


def _tsquery(node: Node) -> str:
    if isinstance(node, Term):
        marks = ("*" if node.prefix else "") + ("D" if node.field == "sound" else "ABC")
        return f"'{_lexeme(node.token)}':{marks}"
    joint = " & " if isinstance(node, All) else " | "
    return f"({joint.join(map(_tsquery, node.parts))})"


def _vector(tokens: Tokens) -> str:
    made, place = [], 0
    for weight, field in zip("ABCD", (tokens.title, tokens.names, tokens.other, tokens.sound), strict=True):
        for token in field:
            place += 1
            made.append(f"'{_lexeme(token)}':{min(place, 16_000)}{weight}")
    return " ".join(made)


def _lexeme(token: str) -> str:
    return token.replace("\\", "").replace("'", "").replace('"', "")
