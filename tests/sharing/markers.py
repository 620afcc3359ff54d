"""CAN: a text of its own in every private column of a reader, found by the register, so that it can be looked for anywhere."""

import re
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import CharField, EmailField, Field, TextField

from library_bridge import keeping
from library_bridge.models import Reader
from sharing.models import Delivery

NOT_TEXT = {
    # codes that other columns, the database or the world rely on
    "title", "isbn13", "creators", "code", "command", "provider", "fingerprint", "kind", "area", "period", "purpose", "source",
    "format", "place_in_file", "current_time_zone", "preferred_language", "reference", "reason_code", "barcode", "call_number",
    "close_reason", "problem", "traits", "scope", "action",
}  # fmt: skip
PUBLIC = {"personal_catalog.Title", "personal_catalog.TitleChange", "wagtailcore.PageLogEntry"}
LIBRARYS_OWN = ("library_bridge_embedded",)


def marker_of(reader: Reader) -> str:
    return f"MARK{reader.pk}X"


def mark(reader: Reader) -> str:
    """Gives the beginning of all its marks; after a Q they say in which column they stand."""
    reader.set_password(None)
    for kept in keeping.rows():
        if kept.model in PUBLIC:
            continue
        names, rows = _columns(kept), keeping.of(kept, reader)
        if kept.model == "sharing.Delivery":  # only a confirmation has an address of its own
            rows = rows.filter(purpose=Delivery.Purpose.CONFIRM)
        if kept.model == "sharing.DomainEvent":  # there it is a code: how it was agreed
            rows = rows.exclude(kind="ask.accepted")
        for pk in rows.values_list("pk", flat=True):
            marks = {name: _text(kept.model, name, reader, pk) for name in names}
            if marks:
                apps.get_model(kept.model)._base_manager.filter(pk=pk).update(**marks)
    reader.refresh_from_db()
    return marker_of(reader)


def private_columns() -> set[str]:
    """All that the register names and that can hold words: `reader.display_name`, in small letters."""
    kept_ones = [kept for kept in keeping.rows() if kept.model not in PUBLIC]
    return {_called(kept.model, name) for kept in kept_ones for name in _columns(kept)}


def standing(reader: Reader) -> set[str]:
    """The columns in which a mark of this reader stands."""
    found = set()
    for kept in keeping.rows():
        rows = keeping.of(kept, reader)
        for name in _columns(kept) if kept.model not in PUBLIC else ():
            if rows.filter(**{f"{name}__icontains": marker_of(reader)}).exists():
                found.add(_called(kept.model, name))
    return found


def _called(model: str, name: str) -> str:
    return f"{model.split('.')[1]}.{name}".lower()


def columns_in(text: str, reader: Reader) -> set[str]:
    """Of which of the reader's columns there is a mark in this text: `reader.display_name`, in small letters."""
    return set(re.findall(rf"{marker_of(reader)}\d+Q([a-z_]+\.[a-z_]+)".lower(), text.lower()))


def found_in_database(marker: str) -> set[str]:
    """Tables in whose rows a mark stands, but those of the library's own system."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(LIBRARYS_OWN) or table.startswith("sqlite"):
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if any(marker.lower() in str(value).lower() for row in cursor.fetchall() for value in row):
                found.add(table)
    return found


def _columns(kept: keeping.Rows) -> list[str]:
    fields = {field.name: field for field in apps.get_model(kept.model)._meta.concrete_fields}
    return [name for name in kept.fields if name in fields and name not in NOT_TEXT and _is_words(fields[name])]


def _is_words(field: Field[Any, Any]) -> bool:
    return isinstance(field, TextField) or (isinstance(field, CharField) and not field.choices)


def _text(model: str, name: str, reader: Reader, pk: Any) -> str:
    field = apps.get_model(model)._meta.get_field(name)
    mark = f"{marker_of(reader)}{pk}Q{model.split('.')[1]}.{name}"
    if isinstance(field, EmailField):
        return f"{mark}@example.org".lower()
    return mark[: field.max_length]
