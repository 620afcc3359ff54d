"""Fields for asks in turn, and the asks of today set right: of several for one holding the oldest request's goes on."""

import django.core.validators
from django.conf import settings
from django.db import migrations, models
from django.db.models import F
from django.utils import timezone


def let_the_others_go(apps, schema_editor):
    Ask = apps.get_model("sharing", "Ask")
    withdrawn = Ask.objects.filter(status="withdrawn")
    taken_back = withdrawn.filter(request__status="cancelled", answered_at=F("request__closed_at"))
    for pk in taken_back.values_list("pk", flat=True):
        Ask.objects.filter(pk=pk).update(withdrawn_because="cancelled")
    withdrawn.filter(withdrawn_because="").update(withdrawn_because="not_needed")
    seen = set()
    for ask in Ask.objects.filter(status="asked").select_related("request").order_by("request__placed_at", "request_id"):
        book = (ask.copy_id, ask.library_loan_id)
        if book in seen:
            _let_go(apps, ask)
        seen.add(book)


def _let_go(apps, ask):
    now = timezone.now()
    ask.status, ask.withdrawn_because, ask.answered_at, ask.remind_at = "withdrawn", "not_needed", now, None
    ask.save(update_fields=["status", "withdrawn_because", "answered_at", "remind_at"])
    apps.get_model("sharing", "Conversation").objects.filter(ask=ask).update(closed_at=now)
    apps.get_model("sharing", "DomainEvent").objects.create(
        kind="ask.withdrawn", at=now, request=ask.request, ask=ask, from_status="asked", to_status="withdrawn",
        why="not_needed", audience=sorted({ask.request.requester_id, ask.holder_id}),
    )  # fmt: skip


class Migration(migrations.Migration):

    dependencies = [
        ('library_bridge', '0001_initial'),
        ('personal_catalog', '0002_search_index'),
        ('sharing', '0002_site'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='ask',
            name='withdrawn_because',
            field=models.CharField(blank=True, choices=[('cancelled', 'the reader no longer wants it'), ('expired', 'the request has ended'), ('not_needed', 'another holder agreed'), ('gone', 'the book cannot be lent any more')], max_length=10),
        ),
        migrations.AddField(
            model_name='circulationpolicy',
            name='least_window_hours',
            field=models.PositiveSmallIntegerField(default=12, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(168)], verbose_name='shortest answer window (hours)'),
        ),
        migrations.AddField(
            model_name='request',
            name='looked_at',
            field=models.DateTimeField(blank=True, help_text='When somebody was last looked for who could be asked.', null=True),
        ),
        migrations.RunPython(let_the_others_go, migrations.RunPython.noop),
    ]
