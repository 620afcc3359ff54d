"""Words backwards, so that one can be found by its end in a catalogue of any size."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

BATCH = 2_000


def mirror(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    terms = apps.get_model("personal_catalog", "SearchTerm").objects.order_by("pk")
    last = 0
    while rows := list(terms.filter(pk__gt=last)[:BATCH]):
        for row in rows:
            row.mirror = row.term[::-1]
        terms.bulk_update(rows, ["mirror"], batch_size=500)
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [("personal_catalog", "0010_the_record")]
    operations = [
        migrations.AddField("searchterm", "mirror", models.CharField(max_length=40, default="", db_index=True)),
        migrations.RunPython(mirror, migrations.RunPython.noop),
        migrations.AlterField("searchterm", "mirror", models.CharField(max_length=40, db_index=True)),
        migrations.RemoveIndex("searchterm", "searchterm_head"),
        migrations.RemoveIndex("searchterm", "searchterm_tail"),
        migrations.AddIndex("searchterm", models.Index("head", "tail", "length", name="searchterm_ends")),
    ]
