"""What the engines have in common (`sqlite`, `postgres`, `opensearch`). They store and match the analyser's tokens and know nothing of
languages.

Both embedded ones answer only titles that live, so a row left behind is never shown. A question that takes longer than
settings.SEARCH_SECONDS is given up: SearchTimedOut.

However many titles match, no more than CANDIDATES are looked at, those in circulation first (decision 17).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.module_loading import import_string

from personal_catalog.models import Title
from personal_catalog.search.analyse import Tokens
from personal_catalog.search.terms import Node, Term

TABLE = "personal_catalog_titleindex"
LIVE = "JOIN personal_catalog_title t ON t.id = i.{key} AND t.status NOT IN ('merged', 'rejected')"
CANDIDATES = 1_000
"""So many are looked at, ranked and counted."""
FEW = 300
"""A token that more titles have says little about which of them is meant."""
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
    in circulation are taken first (on SQLite the newest of them); with `newest` whatever is newest. `most_of` are titles that have the
    most of some tokens, rare ones before frequent ones. `mark` says which titles circulate, `circulating` answers it, `indexed` which of
    these have a row. All titles
    are written anew between `begin_anew` and `end_anew`. `behind` says for staff why an engine outside this database is not
    asked, and what to do; empty: it is."""

    def write(self, rows: Iterable[tuple[int, Tokens]]) -> None: ...

    def drop(self, ids: Sequence[int]) -> None: ...

    def mark(self, ids: Sequence[int], *, circulating: bool) -> None: ...

    def circulating(self) -> set[int]: ...

    def find(self, asked: Node, *, within: Titles | None = None, newest: bool = False) -> Found: ...

    def most_of(self, terms: Sequence[Term], *, limit: int, within: Titles | None = None) -> list[int]: ...

    def indexed(self, ids: Iterable[int]) -> set[int]: ...

    def missing(self) -> list[int]: ...

    def begin_anew(self) -> None: ...

    def end_anew(self) -> None: ...

    def behind(self) -> str: ...

    def in_time(self) -> AbstractContextManager[None]: ...


EMBEDDED = {
    "sqlite": "personal_catalog.search.sqlite.Sqlite",
    "postgresql": "personal_catalog.search.postgres.Postgres",
}


def engine() -> Engine:
    """The embedded one; before it the one that settings.SEARCH_ENGINE names, where a catalogue is too large for it."""
    embedded: Engine = import_string(EMBEDDED[connection.vendor])()
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


def narrowed(key: str, within: Titles | None) -> tuple[str, list[Any]]:
    """The condition that a title is one of these, with its values: asked of each that matches, so that no more of a large
    catalogue is read."""
    if within is None:
        return "", []
    this: Titles = within.order_by().filter(pk=RawSQL(key, []))
    sql, values = this.values("pk").query.sql_with_params()
    return f" AND EXISTS ({sql})", list(values)


def most_of(one: str, terms: Sequence[str], *, limit: int, within: Titles | None) -> list[int]:
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


def numbers(sql: str, values: Sequence[Any] = ()) -> list[int]:
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
