"""One open suggestion for each reader and title; where a merge has left several, the latest word on each field stands."""

from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def join(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("personal_catalog", "TitleSuggestion").objects.filter(status="open", reader__isnull=False)
    latest = {}
    for suggestion in rows.order_by("created_at", "pk"):
        key = (suggestion.title_id, suggestion.reader_id)
        if key in latest:
            suggestion.changes = {**latest[key].changes, **suggestion.changes}
            suggestion.save(update_fields=["changes"])
            latest[key].delete()
        latest[key] = suggestion


class Migration(migrations.Migration):
    dependencies = [
        ("personal_catalog", "0002_search_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunPython(join, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="titlesuggestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(status="open"), fields=("title", "reader"), name="suggestion_one_open_each"
            ),
        ),
    ]
