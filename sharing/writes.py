"""Rows are added, and named fields of a row written, by a statement that is built once for each model and its fields: as
`save` does it, but that no signal is sent. For what is written with every transition."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, transaction
from django.db.models import Field, Model
from django.db.models.sql import InsertQuery, UpdateQuery

from sharing.prepared import PK, Given

Kept = TypeVar("Kept", bound=Model)


@dataclass(frozen=True)
class _Statement:
    sql: str
    fields: Sequence["Field[Any, Any]"]

    def values(self, row: Model, *, adding: bool) -> list[Any]:
        return [field.get_db_prep_save(field.pre_save(row, adding), connection) for field in self.fields]


def add(row: Kept) -> Kept:
    """The row with its key, as `save(force_insert=True)`. IntegrityError where the database refuses it."""
    _require_saved(row)
    made_by_database = row.pk is None and row._meta.auto_field is not None
    statement = _insert(type(row), made_by_database, connection.vendor)
    values = statement.values(row, adding=True)
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), connection.cursor() as cursor:
        cursor.execute(statement.sql, values)
        if made_by_database:
            row.pk = _new_key(cursor, row)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def _new_key(cursor: Any, row: Model) -> Any:
    if connection.features.can_return_columns_from_insert:
        return cursor.fetchone()[0]
    return connection.ops.last_insert_id(cursor, row._meta.db_table, str(row._meta.pk.column))  # SQLite before 3.35


def change(row: Model, *names: str) -> None:
    """The fields as they stand in the row, as `save(update_fields=names)`. DatabaseError where there is no such row."""
    _require_saved(row, [row._meta.get_field(name) for name in names])
    statement = _update(type(row), names, connection.vendor)
    values = statement.values(row, adding=False)
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), connection.cursor() as cursor:
        cursor.execute(statement.sql, [*values, row.pk])
        if cursor.rowcount == 0:
            raise DatabaseError("Save with update_fields did not affect any rows.")


def _require_saved(row: Any, fields: Sequence[Any] | None = None) -> None:
    """ValueError where it hangs on a row that has no key yet."""
    row._prepare_related_fields_for_save(operation_name="save", fields=fields)


@lru_cache(maxsize=128)
def _insert(model: type[Model], made_by_database: bool, vendor: str) -> _Statement:
    fields = [field for field in model._meta.concrete_fields if not (made_by_database and field.primary_key)]
    query = InsertQuery(model)
    query.insert_values(fields, [model(**{field.attname: None for field in fields})], raw=True)
    compiler = query.get_compiler(connection=connection)
    if made_by_database and connection.features.can_return_columns_from_insert:
        compiler.returning_fields = [model._meta.pk]
    ((sql, _none),) = compiler.as_sql()
    return _Statement(sql, fields)


@lru_cache(maxsize=128)
def _update(model: type[Model], names: tuple[str, ...], vendor: str) -> _Statement:
    fields = [field for field in model._meta.concrete_fields if field.name in names or field.attname in names]
    query: Any = model._base_manager.filter(pk=PK).query.chain(UpdateQuery)
    query.add_update_fields([(field, None, Given(field.attname, field)) for field in fields])
    sql, values = query.get_compiler(connection=connection).as_sql()
    assert [one.name for one in values] == [*(field.attname for field in fields), PK.name]
    return _Statement(sql, fields)
