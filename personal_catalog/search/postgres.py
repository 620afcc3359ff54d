"""PostgreSQL: one table with a tsvector of weights A to D under a GIN index. Titles in circulation have
an index of their own."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection, transaction

from personal_catalog.search import engines, written
from personal_catalog.search.analyse import Tokens
from personal_catalog.search.terms import Node, Term

QUERY_CANCELED = "57014"


class Postgres(engines.Embedded):
    def write(self, rows: Iterable[tuple[int, Tokens]]) -> None:
        """In one statement: one for each row waits as often for the server."""
        made = {pk: written.vector(tokens) for pk, tokens in rows}
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {engines.TABLE} (title_id, vector) SELECT pk, CAST(said AS tsvector) "
                "FROM unnest(CAST(%s AS bigint[]), CAST(%s AS text[])) AS made (pk, said) ORDER BY pk "
                "ON CONFLICT (title_id) DO UPDATE SET vector = excluded.vector",
                [list(made), list(made.values())],
            )

    def drop(self, ids: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {engines.TABLE} WHERE title_id = ANY(%s)", [list(ids)])

    def mark(self, ids: Sequence[int], *, circulating: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {engines.TABLE} SET circulating = %s WHERE title_id = ANY(%s) AND circulating <> %s",
                [circulating, list(ids), circulating],
            )

    def circulating(self) -> set[int]:
        return set(engines.numbers(f"SELECT title_id FROM {engines.TABLE} WHERE circulating"))

    def find(self, asked: Node, *, within: engines.Titles | None = None, newest: bool = False) -> engines.Found:
        parts = (" ORDER BY i.title_id DESC",) if newest else (" AND i.circulating", " AND NOT i.circulating")
        rows: list[tuple[int, int, float]] = []
        with self.in_time():
            for part in parts:
                if len(rows) <= engines.CANDIDATES:
                    rows += self._first(asked, part, within)
        ranked = sorted(rows[: engines.CANDIDATES], key=lambda row: (-row[2], -row[1], row[0]))
        return engines.Found([row[0] for row in ranked], len(rows) > engines.CANDIDATES)

    def _first(self, asked: Node, part: str, within: engines.Titles | None) -> list[tuple[int, int, float]]:
        """Of each: id, how often it was passed on, rank. One more than are looked at."""
        narrowed, values = engines.narrowed("i.title_id", within)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, passed_on, ts_rank('{0.1, 0.2, 0.5, 1.0}', vector, q, 1) FROM (SELECT t.id, t.passed_on, i.vector, q "
                f"FROM {engines.TABLE} i {engines.LIVE.format(key='title_id')}, CAST(%s AS tsquery) q "
                f"WHERE i.vector @@ q{narrowed}{part} LIMIT {engines.CANDIDATES + 1}) c",
                [written.tsquery(asked), *values],
            )
            return list(cursor.fetchall())

    def most_of(self, terms: Sequence[Term], *, limit: int, within: engines.Titles | None = None) -> list[int]:
        one = f"SELECT title_id AS id FROM {engines.TABLE} WHERE vector @@ CAST(%s AS tsquery)"
        return engines.most_of(one, [written.tsquery(term) for term in terms], limit=limit, within=within)

    def indexed(self, ids: Iterable[int]) -> set[int]:
        return set(engines.numbers(f"SELECT title_id FROM {engines.TABLE} WHERE title_id = ANY(%s)", [list(ids)]))

    def missing(self) -> list[int]:
        return engines.numbers(
            "SELECT id FROM personal_catalog_title WHERE status NOT IN ('merged', 'rejected') "
            f"AND NOT EXISTS (SELECT 1 FROM {engines.TABLE} WHERE title_id = id)"
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
                raise engines.SearchTimedOut from problem
            raise
