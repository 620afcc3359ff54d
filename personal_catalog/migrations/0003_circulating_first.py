"""Titles in circulation are looked at first. On SQLite their rows have other numbers, and nothing changes here."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLE = "personal_catalog_titleindex"
MADE = (
    f"ALTER TABLE {TABLE} ADD COLUMN circulating boolean NOT NULL DEFAULT false",
    f"CREATE INDEX {TABLE}_circulating ON {TABLE} USING gin (vector) WHERE circulating",
)
TAKEN_BACK = (f"ALTER TABLE {TABLE} DROP COLUMN circulating",)


def make(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _execute(MADE, schema_editor)


def take_back(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _execute(TAKEN_BACK, schema_editor)


def _execute(statements: tuple[str, ...], schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("personal_catalog", "0002_search_index")]
    operations = [migrations.RunPython(make, take_back)]
