"""Purchase suggestions are answered by a day of the policy; those that wait already have it from today on."""

from datetime import timedelta
from typing import Any

import django.core.validators
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

DAYS = 21


def give_days(apps: Any, _editor: Any) -> None:
    rows, now = apps.get_model("sharing", "PurchaseSuggestion").objects, timezone.now()
    rows.filter(status="open").update(answer_by=now + timedelta(days=DAYS), remind_at=now + timedelta(days=1))
    rows.exclude(status="open").update(answer_by=models.F("decided_at"))


class Migration(migrations.Migration):
    atomic = True
    dependencies = [("sharing", "0002_site")]

    operations = [
        migrations.AddField(
            "circulationpolicy",
            "purchase_days",
            models.PositiveSmallIntegerField(
                default=21,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(180),
                ],
                verbose_name="a purchase suggestion is answered within (days)",
            ),
        ),
        migrations.RemoveConstraint("purchasesuggestion", "purchase_decided_when_closed"),
        migrations.RemoveIndex("purchasesuggestion", "purchase_queue"),
        migrations.AlterField(
            "purchasesuggestion",
            "status",
            models.CharField(
                choices=[
                    ("open", "Open"),
                    ("ordered", "Ordered"),
                    ("declined", "Declined"),
                    ("lapsed", "Not decided"),
                ],
                default="open",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            "purchasesuggestion",
            "answer_by",
            models.DateTimeField(default=timezone.now, verbose_name="answer by"),
            preserve_default=False,
        ),
        migrations.AddField("purchasesuggestion", "remind_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("purchasesuggestion", "late_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunPython(give_days, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            "purchasesuggestion",
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None, remind_at__isnull=False)
                | ~Q(status="open") & Q(decided_at__isnull=False, remind_at=None),
                name="purchase_decided_when_closed",
            ),
        ),
        migrations.AddIndex(
            "purchasesuggestion",
            models.Index("answer_by", condition=Q(status="open"), name="purchase_queue"),
        ),
        migrations.AddIndex(
            "purchasesuggestion",
            models.Index("remind_at", condition=Q(status="open"), name="purchase_reminders"),
        ),
    ]
