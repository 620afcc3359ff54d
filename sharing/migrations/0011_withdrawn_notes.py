"""A withdrawn note knows since when, so that its row can be forgotten."""

from typing import Any

from django.db import migrations, models
from django.db.models import F, Q


def date_them(apps: Any, _editor: Any) -> None:
    """When that was nobody wrote down; it was after they were written."""
    apps.get_model("sharing", "TitleNote").objects.filter(status="withdrawn").update(withdrawn_at=F("written_at"))


class Migration(migrations.Migration):
    dependencies = [("sharing", "0010_course_lists")]

    operations = [
        migrations.RemoveConstraint("titlenote", "note_withdrawn_is_empty"),
        migrations.AddField("titlenote", "withdrawn_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunPython(date_them, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            "titlenote",
            models.CheckConstraint(
                condition=Q(status="withdrawn", text="", withdrawn_at__isnull=False)
                | ~Q(status="withdrawn") & ~Q(text="") & Q(withdrawn_at=None),
                name="note_withdrawn_is_empty",
            ),
        ),
    ]
