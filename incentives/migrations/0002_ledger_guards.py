"""The guards of the ledger were installed here; they name tables of 0010 since, which installs them at its end."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("incentives", "0001_initial")]
    operations: list[migrations.operations.base.Operation] = []
