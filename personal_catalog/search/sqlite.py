"""SQLite: one FTS5 table, four columns. Titles in circulation have row numbers of their own, above all others, so that the index is
read from its end."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection

from personal_catalog.search import engines, written
from personal_catalog.search.analyse import Tokens
from personal_catalog.search.terms import Node, Term, in_text

CIRCULATING = 1 << 40
"""By so much the row number of a title in circulation is above its id."""
PK = f"rowid & {CIRCULATING - 1}"


class Sqlite(engines.Embedded):
    def write(self, rows: Iterable[tuple[int, Tokens]]) -> None:
        """A title has one row, whatever mark came between."""
        said = dict(rows)
        above = self._circulating_among(list(said))
        self._clear((pk if pk in above else pk + CIRCULATING) for pk in said)
        values: list[tuple[int | str, ...]] = [
            (pk + CIRCULATING * (pk in above), *(" ".join(field) for field in (t.title, t.names, t.other, t.sound)))
            for pk, t in said.items()
        ]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT OR REPLACE INTO {engines.TABLE} (rowid, title, names, other, sound) VALUES (%s, %s, %s, %s, %s)",
                values,
            )

    def drop(self, ids: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"DELETE FROM {engines.TABLE} WHERE rowid IN (%s, %s)", [(pk, pk + CIRCULATING) for pk in ids]
            )

    def mark(self, ids: Sequence[int], *, circulating: bool) -> None:
        above = self._circulating_among(ids)
        moved = [(pk, pk + CIRCULATING)[:: -1 if circulating else 1] for pk in ids if (pk in above) != circulating]
        self._clear(number for number, _former in moved)
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {engines.TABLE} SET rowid = %s WHERE rowid = %s", moved)

    def circulating(self) -> set[int]:
        return set(engines.numbers(f"SELECT id - {CIRCULATING} FROM {engines.TABLE}_content WHERE id > {CIRCULATING}"))

    def _clear(self, numbers: Iterable[int]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {engines.TABLE} WHERE rowid = %s", [(number,) for number in numbers])

    def _circulating_among(self, ids: Sequence[int]) -> set[int]:
        listed = ", ".join(str(int(pk) + CIRCULATING) for pk in ids)
        return set(engines.numbers(f"SELECT id - {CIRCULATING} FROM {engines.TABLE}_content WHERE id IN ({listed})"))

    def find(self, asked: Node, *, within: engines.Titles | None = None, newest: bool = False) -> engines.Found:
        with self.in_time():
            rows = self._first(written.match(asked), "", within)
            if newest and len(rows) > engines.CANDIDATES:
                rows += self._first(written.match(asked), f" AND i.rowid < {CIRCULATING}", within)
                rows = sorted(set(rows), key=lambda row: -row[1])
            looked_at = rows[: engines.CANDIDATES]
            return engines.Found(self._ranked(asked, looked_at), len(rows) > engines.CANDIDATES)

    def _first(self, match: str, part: str, within: engines.Titles | None) -> list[tuple[int, int, int, int]]:
        """Of each: row number, id, length of its title, how often it was passed on. One more than are looked at."""
        narrowed, values = engines.narrowed(f"(i.{PK})", within)
        live = engines.LIVE.format(key=PK)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT i.rowid, t.id, length(t.title), t.passed_on FROM {engines.TABLE} i {live} "
                f"WHERE {engines.TABLE} MATCH %s{part}{narrowed} ORDER BY i.rowid DESC LIMIT {engines.CANDIDATES + 1}",
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
                    engines.numbers(
                        f"SELECT rowid FROM {engines.TABLE} WHERE {engines.TABLE} MATCH %s AND rowid >= {least}",
                        [written.match(text, columns)],
                    )
                )
        return [row[1] for row in sorted(rows, key=lambda row: (-said[row[0]], row[2], -row[3], row[1]))]

    def most_of(self, terms: Sequence[Term], *, limit: int, within: engines.Titles | None = None) -> list[int]:
        one = f"SELECT {PK} AS id FROM {engines.TABLE} WHERE {engines.TABLE} MATCH %s ORDER BY rowid DESC"
        return engines.most_of(one, [written.match(term) for term in terms], limit=limit, within=within)

    def indexed(self, ids: Iterable[int]) -> set[int]:
        listed = ", ".join(f"{int(pk)}, {int(pk) + CIRCULATING}" for pk in ids)
        return set(
            engines.numbers(f"SELECT {PK.replace('rowid', 'id')} FROM {engines.TABLE}_content WHERE id IN ({listed})")
        )

    def missing(self) -> list[int]:
        return engines.numbers(
            "SELECT id FROM personal_catalog_title WHERE status NOT IN ('merged', 'rejected') "
            f"AND id NOT IN (SELECT id & {CIRCULATING - 1} FROM {engines.TABLE}_content)"
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
                raise engines.SearchTimedOut from problem
            raise
        finally:
            raw.set_progress_handler(None, 0)
