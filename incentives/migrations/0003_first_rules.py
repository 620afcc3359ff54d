"""The rules a new service starts with; librarians change them from then on."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

RULES = [
    {"code": "first_lending", "event_kind": "lending.completed", "pays": "giver", "points": 20, "once": True,
     "min_hours_out": 24, "partner_days": 7},
    {"code": "lending_completed", "event_kind": "lending.completed", "pays": "giver", "points": 10,
     "min_hours_out": 24, "pair_cap": 3, "copy_cap": 1, "day_cap": 5},
    {"code": "quick_answer", "event_kind": "ask.accepted", "pays": "actor", "points": 3,
     "within_hours": 6, "pair_cap": 3, "day_cap": 5},
    {"code": "kept_appointment", "event_kind": "handover.confirmed", "pays": "both", "points": 2,
     "within_hours": 2, "pair_cap": 3, "day_cap": 5},
    {"code": "careful_return", "event_kind": "lending.completed", "pays": "taker", "points": 3,
     "min_hours_out": 24, "pair_cap": 3, "copy_cap": 1, "day_cap": 5},
]  # fmt: skip


def add(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Rule = apps.get_model("incentives", "Rule")
    for facts in RULES:
        Rule.objects.get_or_create(code=facts["code"], defaults=facts)


class Migration(migrations.Migration):
    dependencies = [("incentives", "0002_ledger_guards")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
