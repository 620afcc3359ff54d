"""A pseudonym is one reader's: the database refuses a second, and what it held before is parted."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from incentives import leaderboards
from incentives.errors import PseudonymTaken
from library_bridge.models import Reader
from tests.incentives.factories import a_reader
from tests.races import together

CONSTRAINT = "a_pseudonym_is_one_readers"


def without_the_constraint() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {CONSTRAINT}")


def names() -> list[str]:
    return list(Reader.objects.exclude(pseudonym="").order_by("pk").values_list("pseudonym", flat=True))


@pytest.mark.django_db
def test_doubles_of_before_are_parted_and_the_older_account_keeps_the_name() -> None:
    without_the_constraint()
    for number, name in enumerate(("Owl", "owl", "OWL", "Owl 2", "x" * 40, "X" * 40, "")):
        a_reader(f"Reader {number}", pseudonym=name)
    import_module("library_bridge.migrations.0002_pseudonyms").part_doubles(apps, None)
    assert names() == ["Owl", "owl 3", "OWL 4", "Owl 2", "x" * 40, "X" * 38 + " 2"]


def _two_take_one_name() -> list[object]:
    two = [a_reader("Alice"), a_reader("Bob")]
    return together(
        *[
            lambda who=who, name=name: leaderboards.take_part(actor=who, pseudonym=name)  # type: ignore[misc]
            for who, name in zip(two, ("Owl", "OWL"), strict=True)
        ]
    )


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_has_it_and_the_other_hears_that_it_is_taken() -> None:
    outcomes = _two_take_one_name()
    assert [type(one) for one in outcomes].count(PseudonymTaken) == len(names()) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_the_constraint_both_have_it() -> None:
    without_the_constraint()
    try:
        assert (_two_take_one_name(), len(names())) == ([None, None], 2)
    finally:
        Reader.objects.update(pseudonym="")
        (constraint,) = (one for one in Reader._meta.constraints if one.name == CONSTRAINT)
        with connection.schema_editor() as editor:
            editor.add_constraint(Reader, constraint)
