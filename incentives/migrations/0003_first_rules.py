"""The rules a new service starts with; librarians change them from then on."""

from datetime import UTC, datetime

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
RULES = [  # what is paid for, and the terms of its first version
    ({"code": "first_lending", "event_kind": "lending.completed", "pays": "giver", "once": True},
     {"points": 20, "min_hours_out": 24, "partner_days": 7}),
    ({"code": "lending_completed", "event_kind": "lending.completed", "pays": "giver"},
     {"points": 10, "min_hours_out": 24, "pair_cap": 3, "copy_cap": 1, "day_cap": 5}),
    ({"code": "quick_answer", "event_kind": "ask.accepted", "pays": "actor"},
     {"points": 3, "within_hours": 6, "pair_cap": 3, "day_cap": 5}),
    ({"code": "kept_appointment", "event_kind": "handover.confirmed", "pays": "both"},
     {"points": 2, "within_hours": 2, "pair_cap": 3, "day_cap": 5}),
    ({"code": "careful_return", "event_kind": "lending.completed", "pays": "taker"},
     {"points": 3, "min_hours_out": 24, "pair_cap": 3, "copy_cap": 1, "day_cap": 5}),
    ({"code": "cataloguing_help", "event_kind": "suggestion.accepted", "pays": "helper"}, {"points": 2, "day_cap": 10}),
    ({"code": "drift_journey", "event_kind": "lending.completed", "pays": "giver"},
     {"points": 5, "hands_at_least": 5, "pair_cap": 3, "copy_cap": 1, "day_cap": 5}),
]  # fmt: skip


def add(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Rule, Version = apps.get_model("incentives", "Rule"), apps.get_model("incentives", "RuleVersion")
    for facts, terms in RULES:
        rule = Rule.objects.create(**facts)
        Version.objects.create(rule=rule, number=1, starts_at=ALWAYS, made_at=timezone.now(), **terms)


class Migration(migrations.Migration):
    dependencies = [("incentives", "0002_ledger_guards")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
