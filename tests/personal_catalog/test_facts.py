"""What a hostile or broken source may send (T-D1, T-R19)."""

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personal_catalog.facts import FIELDS, LONGEST, MOST, BookFacts, from_json, from_outside, typed, year

HOSTILE = [
    "<script>alert(1)</script>Title",
    "<img src=x onerror=alert(1)>",
    "a\x00b\x1bc\u202ed",
    "A" * 10_000_000,
    "e" + "\u0301" * 10_000,
    "\ud800 lone",
    "   \n\t ",
    "&lt;script&gt;x&lt;/script&gt;",
    "=HYPERLINK(1)",
    None,
    True,
    12.5,
    {"a": {"b": {}}},
    [["deep"], "flat", 7, None],
    ["x"] * 10_000,
    "9.78E+12",
]
json_like = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=10,
)


def assert_clean(facts: BookFacts) -> None:
    for name, most in LONGEST.items():
        value = getattr(facts, name)
        assert isinstance(value, str)
        assert len(value) <= most
        assert not any(ord(c) < 32 or c in "\u202e\u2028" or "\ud800" <= c <= "\udfff" for c in value)
    for name, most in MOST.items():
        assert isinstance(getattr(facts, name), tuple)
        assert len(getattr(facts, name)) <= most
    assert facts.year is None or isinstance(facts.year, int)
    json.dumps(facts.to_json()).encode()


def test_500_hostile_records_are_cleaned_cut_and_typed() -> None:
    random = Random(1)
    for _round in range(500):
        record = {name: random.choice(HOSTILE) for name in random.sample(FIELDS, 8)}
        facts = from_outside(record)
        if facts is not None:
            assert_clean(facts)
            assert "<script" not in facts.title


@given(st.dictionaries(st.sampled_from(FIELDS), json_like))
def test_whatever_json_holds_becomes_facts(raw: dict[str, object]) -> None:
    assert_clean(typed(raw))


def test_a_record_without_a_title_is_refused() -> None:
    assert from_outside({"creators": ["Somebody"]}) is None
    assert from_outside({"title": "<b> </b>"}) is None


def test_what_a_reader_types_stays_as_typed() -> None:
    """T-R15: markup and template marks are letters like others."""
    assert typed({"title": "{{7*7}} <T> %(x)s"}).title == "{{7*7}} <T> %(x)s"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2012-8", 2012),
        ("2012年8月", 2012),
        ("2008.0", 2008),
        (-500, -500),
        ("未知日期", None),
        ("99999", None),
        (True, None),
    ],
)
def test_years_as_lists_have_them(text: object, number: int | None) -> None:
    assert year(text) == number


def test_facts_come_back_from_json_as_they_were() -> None:
    facts = typed({"title": "围城", "creators": ["钱锺书"], "year": 1991, "isbns": ["9787020024759"], "language": "zh"})
    assert from_json(facts.to_json()) == facts
