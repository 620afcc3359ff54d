from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("library_bridge", "0001_initial"),
        ("personal_catalog", "0002_search_index"),
        ("sharing", "0003_asks_in_turn"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="ask", name="one_ask_per_copy"),
        migrations.RemoveConstraint(model_name="ask", name="one_ask_per_loan"),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.UniqueConstraint(
                condition=~Q(status="withdrawn"), fields=("request", "copy"), name="one_ask_per_copy"
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.UniqueConstraint(
                condition=~Q(status="withdrawn"), fields=("request", "library_loan"), name="one_ask_per_loan"
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.UniqueConstraint(
                condition=Q(status="asked"), fields=("copy",), name="one_waiting_ask_per_copy"
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.UniqueConstraint(
                condition=Q(status="asked"), fields=("library_loan",), name="one_waiting_ask_per_loan"
            ),
        ),
    ]
