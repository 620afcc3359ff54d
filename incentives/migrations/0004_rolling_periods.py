from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incentives', '0003_first_rules'),
    ]

    operations = [
        migrations.AlterField(
            model_name='leaderboardentry',
            name='period',
            field=models.CharField(choices=[('week', 'Last 7 days'), ('month', 'Last 30 days'), ('all', 'All years')], max_length=6),
        ),
    ]
