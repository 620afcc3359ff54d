"""A query that is built once and run with other values each time: building one costs ten times what the database needs for it.

Only its text is kept, never a row: the conditions are those of the querysets themselves, and whose eyes it is for is a value.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BigIntegerField, DateField, DateTimeField, Expression, Field, Model, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.query import ModelIterable, get_related_populators

Values = Mapping[str, Any]
Row = tuple[Any, ...]


class Given(Expression):
    """A value that is told when the query is run, in the place where a condition takes one."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, Any]:
        return "%s", [self]

    def told(self, values: Values) -> Any:
        return self.output_field.get_db_prep_value(values[self.name], connection)


NOW = Given("now", DateTimeField())
TODAY = Given("today", DateField())
READER = Given("reader", BigIntegerField())


def among(name: str) -> RawSQL:
    """For a condition `__in`: a list of whole numbers, however many, in one place. Its value goes through `listed`."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(CAST(CAST(%s AS text) AS bigint[]))", [Given(name, TextField())])
    return RawSQL("SELECT value FROM json_each(%s)", [Given(name, TextField())])


def listed(numbers: Sequence[int]) -> str:
    joined = ",".join(map(str, numbers))
    return f"{{{joined}}}" if connection.vendor == "postgresql" else f"[{joined}]"


@dataclass(frozen=True)
class _Prepared:
    sql: str
    values: Sequence[Any]
    columns: Sequence[Any]
    converted: Sequence[int]
    """Places of the columns that the database does not answer as Python has them."""
    model: "_Model | None"


@dataclass(frozen=True)
class _Model:
    """How a row becomes an object, as `ModelIterable` does it."""

    made: type[Model]
    columns: slice
    names: Sequence[str]
    related: Sequence[Any]
    annotated: Mapping[str, int]

    def of(self, row: Row) -> Any:
        found = self.made.from_db(DEFAULT_DB_ALIAS, self.names, row[self.columns])
        for each in self.related:
            each.populate(row, found)
        for name, place in self.annotated.items():
            setattr(found, name, row[place])
        return found


def run(make: Callable[..., "QuerySet[Any, Row]"], *about: bool, values: Values) -> Iterator[Row]:
    """The rows of the `values_list` that `make(*about)` builds, once for each engine, with these values."""
    return _rows(_prepared(make, about, connection.vendor), values)


def objects(make: Callable[..., "QuerySet[Any, Any]"], *about: bool, values: Values) -> list[Any]:
    """The same for a queryset of objects, with what it annotates and what it selects of their neighbours."""
    prepared = _prepared(make, about, connection.vendor)
    assert prepared.model is not None
    return [prepared.model.of(row) for row in _rows(prepared, values)]


def _rows(prepared: _Prepared, values: Values) -> Iterator[Row]:
    told = [one.told(values) if isinstance(one, Given) else one for one in prepared.values]
    with connection.cursor() as cursor:
        cursor.execute(prepared.sql, told)
        rows = cursor.fetchall()
    readers = [(place, _converters(prepared.columns[place])) for place in prepared.converted]
    return (_read(row, readers, prepared.columns) for row in rows) if readers else iter(rows)


@lru_cache(maxsize=128)
def _prepared(make: Callable[..., "QuerySet[Any, Any]"], about: tuple[bool, ...], vendor: str) -> _Prepared:
    queryset = make(*about)
    compiler = queryset.query.get_compiler(connection=connection)
    sql, values = compiler.as_sql()
    columns = tuple(column for column, _sql, _alias in compiler.select)
    model = _model(compiler) if issubclass(queryset._iterable_class, ModelIterable) else None
    converted = tuple(place for place, column in enumerate(columns) if _converters(column))
    return _Prepared(sql, tuple(values), columns, converted, model)


def _model(compiler: Any) -> _Model:
    places = compiler.klass_info["select_fields"]
    columns = slice(places[0], places[-1] + 1)
    names = [column.target.attname for column, _sql, _alias in compiler.select[columns]]
    related = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of a later Django
    return _Model(compiler.klass_info["model"], columns, names, related, compiler.annotation_col_map or {})


def _converters(column: Any) -> list[Callable[..., Any]]:
    return [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]


def _read(row: Sequence[Any], readers: Sequence[tuple[int, list[Callable[..., Any]]]], columns: Sequence[Any]) -> Row:
    made = list(row)
    for place, how in readers:
        for convert in how:
            made[place] = convert(made[place], columns[place], connection)
    return tuple(made)
