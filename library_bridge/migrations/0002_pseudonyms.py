"""A pseudonym is one reader's. Where two took the same at one moment, the older account keeps it and the other goes on as "Heron 2"."""

from itertools import count
from typing import Any

from django.db import migrations, models
from django.db.models.functions import Lower

LONGEST = 40


def part_doubles(apps: Any, _editor: Any) -> None:
    readers = apps.get_model("library_bridge", "Reader").objects.exclude(pseudonym="")
    rows = list(readers.order_by("pk").values_list("pk", "pseudonym", Lower("pseudonym")))
    taken, met = {folded for _pk, _name, folded in rows}, set()
    for pk, name, folded in rows:
        if folded in met:
            name = next(free for free in _numbered(name) if free.lower() not in taken)
            taken.add(name.lower())
            readers.filter(pk=pk).update(pseudonym=name)
        met.add(folded)


def _numbered(name: str) -> Any:
    return (f"{name[: LONGEST - len(str(number)) - 1]} {number}" for number in count(2))


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("library_bridge", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(part_doubles, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            "reader",
            models.UniqueConstraint(
                Lower("pseudonym"), condition=models.Q(("pseudonym", ""), _negated=True), name="a_pseudonym_is_one_readers"
            ),
        ),
    ]
