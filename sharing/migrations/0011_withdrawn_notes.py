"""A withdrawn note knows since when, so that its row can be forgotten."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone


def date_them(apps: Any, _editor: Any) -> None:
    """By the event, as long as it says so; else by today, so that none goes too early. Each row once: PostgreSQL adds no constraint to
    rows that one transaction wrote twice."""
    notes, events = apps.get_model("sharing", "TitleNote").objects, apps.get_model("sharing", "DomainEvent").objects
    said = events.filter(kind="note.withdrawn", data__has_key="note").order_by("at").values_list("data__note", "at")
    undated = notes.filter(status="withdrawn", withdrawn_at=None)
    for pk, at in said.iterator():
        undated.filter(pk=pk).update(withdrawn_at=at)
    undated.update(withdrawn_at=timezone.now())


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
