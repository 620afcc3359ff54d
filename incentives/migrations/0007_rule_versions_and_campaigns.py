from datetime import UTC, datetime

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

TERMS = (
    "active", "points", "waiting_days", "within_hours", "min_hours_out", "cap_days", "pair_cap", "copy_cap", "day_cap",
    "partner_days",
)  # fmt: skip
NEW_RULES = [
    {"code": "cataloguing_help", "event_kind": "suggestion.accepted", "pays": "helper", "points": 2, "day_cap": 10},
    {"code": "drift_journey", "event_kind": "lending.completed", "pays": "giver", "points": 5, "pair_cap": 3,
     "copy_cap": 1, "day_cap": 5},
]  # fmt: skip
HANDS = {"drift_journey": 5}


def begin_versions(apps, schema_editor):
    """What the rules say becomes their first version, and has always held."""
    Rule, Version = apps.get_model("incentives", "Rule"), apps.get_model("incentives", "RuleVersion")
    for facts in NEW_RULES:
        Rule.objects.get_or_create(code=facts["code"], defaults=facts)
    for rule in Rule.objects.all():
        terms = {name: getattr(rule, name) for name in TERMS}
        Version.objects.create(
            rule=rule, number=1, starts_at=datetime(2000, 1, 1, tzinfo=UTC), made_at=timezone.now(),
            **{**terms, "cap_days": max(rule.cap_days, 1), "hands_at_least": HANDS.get(rule.code)},
        )  # fmt: skip



class Migration(migrations.Migration):

    dependencies = [
        ('incentives', '0006_held_points'),
        ('sharing', '0015_paused_requests'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_zh', models.CharField(max_length=60, verbose_name='name (Chinese)')),
                ('name_en', models.CharField(max_length=60, verbose_name='name (English)')),
                ('percent', models.PositiveSmallIntegerField(default=200, help_text='200 is twice as many. Parts of a point are dropped.', validators=[django.core.validators.MinValueValidator(101), django.core.validators.MaxValueValidator(500)], verbose_name='percent of the usual points')),
                ('starts_at', models.DateTimeField(verbose_name='begins')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
            ],
            options={
                'verbose_name': 'campaign',
                'verbose_name_plural': 'campaigns',
                'ordering': ['-starts_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='RuleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(editable=False, verbose_name='version')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('points', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='points')),
                ('waiting_days', models.PositiveSmallIntegerField(default=7, verbose_name='waiting period in days')),
                ('within_hours', models.PositiveSmallIntegerField(blank=True, help_text='How quick an answer, how punctual a handover.', null=True, verbose_name='within hours')),
                ('hands_at_least', models.PositiveSmallIntegerField(blank=True, help_text='For a drifting book: from the reader of this number on.', null=True, verbose_name='readers it has reached at least')),
                ('min_hours_out', models.PositiveSmallIntegerField(default=0, help_text='For own copies on loan. A transfer is confirmed by the library.', verbose_name='hours out at least')),
                ('cap_days', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1)], verbose_name='caps count days')),
                ('pair_cap', models.PositiveSmallIntegerField(blank=True, help_text='Empty: no cap.', null=True, verbose_name='times for the same two readers')),
                ('copy_cap', models.PositiveSmallIntegerField(blank=True, help_text='Empty: no cap.', null=True, verbose_name='times for the same two readers and the same book')),
                ('day_cap', models.PositiveSmallIntegerField(blank=True, help_text='Empty: no cap.', null=True, verbose_name='times a day')),
                ('partner_days', models.PositiveSmallIntegerField(default=0, help_text='Against bonuses among fresh accounts.', verbose_name='other reader here for days')),
                ('starts_at', models.DateTimeField(verbose_name='holds from')),
                ('ends_at', models.DateTimeField(blank=True, help_text='Empty: until it is changed.', null=True, verbose_name='holds until')),
                ('made_at', models.DateTimeField(verbose_name='changed at')),
            ],
            options={
                'verbose_name': 'version of a points rule',
                'verbose_name_plural': 'versions of points rules',
                'ordering': ['rule', '-number'],
            },
        ),
        migrations.AlterField(
            model_name='rule',
            name='code',
            field=models.CharField(choices=[('first_lending', 'first book passed on'), ('lending_completed', 'book passed on'), ('quick_answer', 'quick answer'), ('kept_appointment', 'appointment kept'), ('careful_return', 'returned in time'), ('cataloguing_help', 'help with the catalogue, accepted by a curator'), ('drift_journey', 'a drifting book on a long journey')], max_length=30, unique=True, verbose_name='rule'),
        ),
        migrations.AlterField(
            model_name='rule',
            name='pays',
            field=models.CharField(choices=[('giver', 'who gives'), ('taker', 'who takes'), ('actor', 'who acts'), ('both', 'both'), ('helper', 'who helped')], editable=False, max_length=8, verbose_name='pays'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='reading_list',
            field=models.ForeignKey(blank=True, help_text='Empty: every book.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sharing.readinglistpage', verbose_name='only books of the course list'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='rules',
            field=models.ManyToManyField(related_name='campaigns', to='incentives.rule', verbose_name='rules that pay more'),
        ),
        migrations.AddField(
            model_name='ruleversion',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='ruleversion',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='incentives.rule', verbose_name='rule'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('percent__gt', 100), ('percent__lte', 500)), name='campaign_percent_in_range'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='campaign_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='ruleversion',
            constraint=models.UniqueConstraint(fields=('rule', 'number'), name='one_version_of_a_number'),
        ),
        migrations.AddConstraint(
            model_name='ruleversion',
            constraint=models.CheckConstraint(condition=models.Q(('points__gte', 1), ('points__lte', 1000)), name='version_points_in_range'),
        ),
        migrations.AddConstraint(
            model_name='ruleversion',
            constraint=models.CheckConstraint(condition=models.Q(('cap_days__gte', 1)), name='version_caps_count_a_day_or_more'),
        ),
        migrations.AddConstraint(
            model_name='ruleversion',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at', None), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='version_ends_after_it_starts'),
        ),
        migrations.RunPython(begin_versions, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name='rule',
            name='rule_points_in_range',
        ),
        migrations.RemoveField(
            model_name='rule',
            name='active',
        ),
        migrations.RemoveField(
            model_name='rule',
            name='cap_days',
        ),
        migrations.RemoveField(
            model_name='rule',
            name='copy_cap',
        ),
        migrations.RemoveField(
            model_name='rule',
            name='day_cap',
        ),
        migrations.RemoveField(
            model_name='rule',
            name='min_hours_out',
        ),
        migrations.RemoveField(
            model_name='rule',
            name='pair_cap',
        ),
        migrations.RemoveField(
            model_name='rule',
            name='partner_days',
        ),
        migrations.RemoveField(
            model_name='rule',
            name='points',
        ),
        migrations.RemoveField(
            model_name='rule',
            name='waiting_days',
        ),
        migrations.RemoveField(
            model_name='rule',
            name='within_hours',
        ),
    ]
