from django.apps.registry import Apps
from django.core.validators import MinValueValidator
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def for_a_day_at_least(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("incentives", "Reward").objects.filter(valid_days=0).update(valid_days=1)


class Migration(migrations.Migration):
    dependencies = [("incentives", "0005_budgets_and_favours")]

    operations = [
        migrations.RunPython(for_a_day_at_least, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="reward",
            name="valid_days",
            field=models.PositiveSmallIntegerField(
                default=60, validators=[MinValueValidator(1)], verbose_name="voucher valid for days"
            ),
        ),
        migrations.AddConstraint(
            model_name="reward",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_days__gte", 1)), name="a_voucher_is_valid_for_a_day"
            ),
        ),
    ]
