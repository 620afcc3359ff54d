"""The guards anew: they no longer add up the accounts of the service."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from incentives import triggers


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("incentives", "0011_appeals")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
