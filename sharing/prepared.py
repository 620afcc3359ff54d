"""A query that is built once and run with other values each time: building one costs ten times what the database needs for it.

Only its text is kept, never a row: the conditions are those of the querysets themselves, and whose eyes it is for is a value.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, DateField, DateTimeField, Expression, Field, Model, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.query import ModelIterable
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from sharing.row_objects import Maker, Row, maker

Kept = TypeVar("Kept", bound=Model)

Values = Mapping[str, Any]
BIGGEST = BigIntegerField.MAX_BIGINT


class Given(Expression):
    """A value that is told when the query is run, in the place where a condition takes one."""

    def __init__(self, name: str, field: "Field[Any, Any]", later: timedelta = timedelta()) -> None:
        super().__init__(output_field=field)
        self.name, self.later = name, later

    def __add__(self, span: timedelta) -> "Given":  # type: ignore[override]  # of the value, not in the database
        return Given(self.name, self.output_field, self.later + span)

    def __sub__(self, span: timedelta) -> "Given":  # type: ignore[override]
        return self + -span

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, Any]:
        return "%s", [self]

    def get_group_by_cols(self) -> list[Any]:
        """As of every value: a whole number there would be the place of a column."""
        return []

    def told(self, values: Values) -> Any:
        """Raises EmptyResultSet for a number that no row can have, as Django's own conditions do."""
        value = values[self.name] + self.later if self.later else values[self.name]
        if isinstance(value, int) and abs(value) > BIGGEST:
            raise EmptyResultSet
        return self.output_field.get_db_prep_value(value, connection)


NOW = Given("now", DateTimeField())
TODAY = Given("today", DateField())
READER = Given("reader", BigIntegerField())
PK = Given("pk", BigIntegerField())
TITLE = Given("title", BigIntegerField())


def moment(now: datetime) -> dict[str, Any]:
    """The values of NOW and TODAY."""
    return {"now": now, "today": timezone.localdate(now)}


def among(name: str) -> RawSQL:
    """For a condition `__in`: a list of whole numbers, however many, in one place. Its value goes through `listed`."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(CAST(CAST(%s AS text) AS bigint[]))", [Given(name, TextField())])
    return RawSQL("SELECT value FROM json_each(%s)", [Given(name, TextField())])


def listed(numbers: Sequence[int]) -> str:
    joined = ",".join(map(str, numbers))
    return f"{{{joined}}}" if connection.vendor == "postgresql" else f"[{joined}]"


def run(make: Callable[..., "QuerySet[Any, Row]"], *about: bool, values: Values) -> Iterator[Row]:
    """The rows of the `values_list` that `make(*about)` builds, once for each engine, with these values."""
    return _prepared(make, about, connection.vendor).rows(values)


def objects(make: Callable[..., "QuerySet[Kept, Kept]"], *about: bool, values: Values) -> "list[Kept]":
    """The objects of the queryset that `make(*about)` builds, with what it selects and annotates; each time anew. Locked
    where it locks: raises TransactionManagementError outside a transaction, as the queryset would."""
    prepared = _prepared(make, about, connection.vendor)
    if prepared.locks and connection.get_autocommit():
        raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
    assert prepared.maker is not None
    return [prepared.maker.made_of(row) for row in prepared.rows(values)]


@dataclass(frozen=True)
class _Prepared:
    sql: str
    values: Sequence[Any]
    readers: Sequence[tuple[int, Any, Sequence[Callable[..., Any]]]]
    """Of the columns that do not come as they are: the place of each, the column, and what makes a value of it."""
    locks: bool
    maker: Maker | None

    def rows(self, values: Values) -> Iterator[Row]:
        try:
            told = [one.told(values) if isinstance(one, Given) else one for one in self.values]
        except EmptyResultSet:
            return iter(())
        with connection.cursor() as cursor:
            cursor.execute(self.sql, told)
            rows = cursor.fetchall()
        return map(self._read, rows) if self.readers else iter(rows)

    def _read(self, row: Sequence[Any]) -> Row:
        read = list(row)
        for place, column, ways in self.readers:
            for convert in ways:
                read[place] = convert(read[place], column, connection)
        return tuple(read)


@lru_cache(maxsize=256)
def _prepared(make: Callable[..., "QuerySet[Any, Any]"], about: tuple[bool, ...], vendor: str) -> _Prepared:
    rows = make(*about)
    compiler = rows.query.get_compiler(connection=connection)
    sql, values = compiler.as_sql()
    columns = [column for column, _sql, _alias in compiler.select]
    readers = [(place, column, ways) for place, column in enumerate(columns) if (ways := _converters(column))]
    locks = rows.query.select_for_update and connection.features.has_select_for_update
    return _Prepared(
        sql, tuple(values), readers, locks, maker(compiler) if rows._iterable_class is ModelIterable else None
    )


def forget() -> None:
    """For tests that build queries otherwise than they are."""
    _prepared.cache_clear()


def _converters(column: Any) -> list[Callable[..., Any]]:
    return [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
