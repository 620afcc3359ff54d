"""A handover that was confirmed without network keeps when the taker read the code, not when word of it came."""

from typing import Any

from django.db import migrations
from django.utils.dateparse import parse_datetime


def move_them(apps: Any, _editor: Any) -> None:
    handovers, events = apps.get_model("sharing", "Handover").objects, apps.get_model("sharing", "DomainEvent").objects
    late = events.filter(kind="handover.confirmed", data__has_key="read_at")
    for pk, read_at in late.values_list("handover", "data__read_at").iterator():
        handovers.filter(pk=pk, status="confirmed").update(taker_confirmed_at=parse_datetime(read_at))


class Migration(migrations.Migration):
    dependencies = [("sharing", "0011_withdrawn_notes")]

    operations = [migrations.RunPython(move_them, migrations.RunPython.noop, elidable=True)]
