"""A catalogue for the search's figures, written in bulk into a database that is thrown away: rows by the thousand, the disk not
waited for, the other indexes made in one pass when all rows are there. A million titles take minutes."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count, islice
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction

from library_bridge.models import Area, Reader
from personal_catalog import titles
from personal_catalog.models import Copy, Title, TitleIsbn
from personal_catalog.search import engines, index
from sharing import circulation
from tests.bench.search_books import Book

BATCH = 5_000
HELD_EVERY = 50  # titles of which a reader has a copy
TABLES = [*(model._meta.db_table for model in (Title, TitleIsbn, Copy)), engines.TABLE]
HURRY = {
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000"),
    "postgresql": ("SET synchronous_commit = off", "SET maintenance_work_mem = '512MB'"),
}
SETTLE = {"sqlite": "ANALYZE", "postgresql": "VACUUM ANALYZE"}
INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = %s",
    "postgresql": "SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid "
    "WHERE NOT indisunique AND indrelid = CAST(%s AS regclass)",
}


def load(books: Iterable[Book], *, now: datetime) -> None:
    """Titles, ISBNs, index, words and a few copies, without the checks of an import."""
    _execute(*HURRY[connection.vendor])
    owners, waiting, numbers, known = _owners(), iter(books), count(1), set[str]()
    with _indexes_afterwards():
        while batch := list(islice(waiting, BATCH)):
            with transaction.atomic():
                _write(batch, [next(numbers) for _book in batch], known, owners, now)
    circulation.tell_index(most=len(known))
    _execute(*connection.ops.sequence_reset_sql(no_style(), [Title]), SETTLE[connection.vendor])


def _write(batch: list[Book], numbers: list[int], known: set[str], owners: list[Reader], now: datetime) -> None:
    """`known` are the ISBNs written so far: a few of the real ones stand in two records."""
    made = [titles.prepare(book.facts, source="list", now=now) for book in batch]
    isbns = []
    for number, title, book in zip(numbers, made, batch, strict=True):
        title.pk = number
        isbns += [TitleIsbn(title=title, isbn13=isbn13) for isbn13 in book.facts.isbns if isbn13 not in known]
        known |= set(book.facts.isbns)
    held = made[::HELD_EVERY]
    for title in held:
        title.passed_on = len(title.title) % 7
    _insert(Title, made)
    _insert(TitleIsbn, isbns)
    _insert(Copy, [_copy(title, owners[place % len(owners)], now) for place, title in enumerate(held)])
    engines.engine().write((number, book.tokens) for number, book in zip(numbers, batch, strict=True))
    index.keep_words(book.tokens for book in batch)


def _copy(title: Title, owner: Reader, now: datetime) -> Copy:
    area = owner.area.code if owner.area else ""
    return Copy(title=title, owner=owner, holder=owner, area=area, code=f"{title.pk:08d}", created_at=now)


def _owners() -> list[Reader]:
    areas = [Area.objects.create(code=f"a{n}", name_zh=f"{n}区", name_en=f"Area {n}") for n in range(4)]
    return [Reader.objects.create(username=f"bench-{n}", area=areas[n % 4]) for n in range(20)]


def _insert(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """As the model would write them; a key that is not set is left to the database."""
    named = [f for f in model._meta.concrete_fields if not f.primary_key or (rows and rows[0].pk is not None)]
    columns = ", ".join(field.column for field in named)
    values = [[_stored(field, getattr(row, field.attname)) for field in named] for row in rows]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(named))
            cursor.executemany(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places})", values)


def _stored(field: Any, value: Any) -> Any:
    if isinstance(field, models.JSONField):
        return json.dumps(value)
    return field.get_db_prep_save(value, connection) if isinstance(value, datetime) else value


@contextmanager
def _indexes_afterwards() -> Iterator[None]:
    """Those that only make questions faster; what is unique stays."""
    with connection.cursor() as cursor:
        made: list[tuple[str, str]] = []
        for table in TABLES:
            cursor.execute(INDEXES[connection.vendor], [table])
            made += [(name, sql) for name, sql in cursor.fetchall() if "UNIQUE" not in sql]
    _execute(*(f'DROP INDEX "{name}"' for name, _sql in made))
    yield
    _execute(*(sql for _name, sql in made))


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
