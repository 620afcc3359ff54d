from django.db import migrations, models
from django.db.models import Count
from django.db.models.functions import Upper


def refuse_two_accounts_of_a_card(apps, schema_editor):
    """Which of two accounts stays, nobody can tell but the library."""
    cards = apps.get_model("library_bridge", "Patron").objects.values("library__code", card=Upper("card_number"))
    doubled = [f"{row['library__code']}: {row['card']}" for row in cards.annotate(n=Count("pk")).filter(n__gt=1)]
    if doubled:
        raise RuntimeError(
            "These cards have two accounts, whose numbers differ in capital letters only. Rename the card of the one that is "
            f"not used any more, then migrate again: {', '.join(doubled)}"
        )


class Migration(migrations.Migration):
    dependencies = [("library_bridge", "0007_discovery")]

    operations = [
        migrations.RunPython(refuse_two_accounts_of_a_card, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="patron", name="one_account_a_card"),
        migrations.AddConstraint(
            model_name="patron",
            constraint=models.UniqueConstraint(models.F("library"), Upper("card_number"), name="one_account_a_card"),
        ),
    ]
