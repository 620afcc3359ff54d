"""Notations of the Chinese Library Classification: prefixes, ranges, the next finer class."""

import pytest

from sharing import classes


@pytest.mark.parametrize(
    ("notation", "covers"),
    [
        ("O22", ["O22"]),
        ("tp31", ["TP31"]),
        ("I3/7", ["I3", "I4", "I5", "I6", "I7"]),
        ("D73/77", ["D73", "D74", "D75", "D76", "D77"]),
        ("K33/7", ["K33", "K34", "K35", "K36", "K37"]),
        ("B84.", ["B84"]),
        ("I7/3", ["I7"]),
        ("005.13", ["005.13"]),
        ("no class", []),
        ("O22'; DROP", []),
        ("", []),
    ],
)
def test_a_notation_covers_its_finer_classes_and_a_range_all_between(notation, covers):
    assert classes.prefixes(notation) == covers


def test_a_huge_range_is_its_first_class_only():
    assert classes.prefixes("K100000/999999") == ["K100000"]


def test_one_step_finer_each_time():
    steps = [classes.stem("TP312.8", within=inside) for inside in ("", "TP", "TP3", "TP31")]
    assert steps == ["TP", "TP3", "TP31", "TP312"]
    assert classes.stem("O22", within="") == "O"
    assert classes.stem("O22", within="F") == ""


def test_main_classes_have_names():
    assert classes.label("O") == "O Mathematics, physics and chemistry"
    assert classes.label("O221") == "O221"
