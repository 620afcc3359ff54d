import pytest
from hypothesis import given
from hypothesis import strategies as st

from personal_catalog import isbn
from tests.personal_catalog.factories import PROCRASTINATION

twelve = st.integers(0, 999_999_999).map(lambda n: f"978{n:09d}").filter(lambda t: t != "978000000000")


def valid(first_twelve: str) -> str:
    total = sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(first_twelve))
    return f"{first_twelve}{-total % 10}"


@given(twelve)
def test_every_number_with_its_check_digit_is_an_isbn(first: str) -> None:
    assert isbn.parse(valid(first)).isbn13 == valid(first)


@given(twelve)
def test_the_short_form_leads_back_to_the_long_one(first: str) -> None:
    assert isbn.parse(isbn.to_isbn10(valid(first))).isbn13 == valid(first)


@given(twelve, st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_noticed_and_the_right_number_suggested(first: str, place: int, by: int) -> None:
    right = valid(first)
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    with pytest.raises(isbn.NotAnIsbn) as refused:
        isbn.parse(wrong)
    if not wrong.startswith("9790"):  # printed music, another number altogether
        assert right in refused.value.suggestions


@given(twelve, st.integers(3, 11))
def test_swapped_neighbours_are_suggested_back_first(first: str, place: int) -> None:
    right = valid(first)
    wrong = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    suggestions = isbn.repair(wrong)
    assert wrong == right or not suggestions or right in suggestions[:12]


@given(st.text(max_size=200))
def test_any_text_is_an_isbn_or_refused(text: str) -> None:
    try:
        found = [isbn.parse(text).isbn13]
    except isbn.NotAnIsbn as refused:
        found = list(refused.suggestions)
    assert all(map(isbn.is_valid13, found))


@pytest.mark.parametrize(
    "form",
    [
        "978-7-300-11390-6",
        "978 7 300 11390 6",
        "９７８７３００１１３９０６",
        "ISBN 978-7-300-11390-6",
        "ISBN-13: 9787300113906",
        "isbn9787300113906",
        "书号：978-7-300-11390-6",
        "978–7–300–11390–6",
        "7300113907",
        "ISBN-10: 7-300-11390-7",
        '="9787300113906"',
        "[9787300113906]",
        "\u30009787300113906\u00a0",
        "urn:isbn:9787300113906",
        "URN:ISBN:7-300-11390-7",
    ],
)
def test_people_write_one_number_in_many_ways(form: str) -> None:
    assert isbn.parse(form).isbn13 == PROCRASTINATION


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("拖延心理学", "characters"),
        ("12345", "length"),
        ("9" * 10_000, "length"),
        ("9.7873E+12", "digits_lost"),
        ("9790260000438", "prefix"),
        ("9787300113907", "check_digit"),
        ("0000000000", "check_digit"),
        ("73001X3905", "length"),
    ],
)
def test_a_refusal_says_why(text: str, reason: str) -> None:
    with pytest.raises(isbn.NotAnIsbn) as refused:
        isbn.parse(text)
    assert refused.value.reason == reason


@pytest.mark.parametrize("form", ["SBN 340 01381 8", "340013818", "sbn: 340-01381-8", "0340013818"])
def test_a_number_of_the_sixties_has_nine_digits(form: str) -> None:
    assert isbn.parse(form).isbn10 == "0340013818"


def test_nine_digits_whose_check_digit_does_not_fit_are_none() -> None:
    with pytest.raises(isbn.NotAnIsbn) as refused:
        isbn.parse("SBN 340 01381 7")
    assert refused.value.reason == "check_digit"


def test_look_alikes_are_suggested_before_other_digits() -> None:
    suggestions = isbn.repair("9787300113908")  # the last 6 read as 8
    assert suggestions.index(PROCRASTINATION) < suggestions.index("9783300113908")  # 7 read as 3


def test_a_file_may_have_lost_leading_zeros() -> None:
    assert isbn.mend("439023483").isbn13 == "9780439023481"
    assert isbn.mend("9787300113906.0").isbn13 == PROCRASTINATION
    with pytest.raises(isbn.NotAnIsbn):
        isbn.parse("9023483")


def test_979_has_no_short_form() -> None:
    assert isbn.to_isbn10("9791032305690") == ""


def test_an_unknown_range_is_shown_without_hyphens() -> None:
    assert isbn.hyphenate(PROCRASTINATION) == "978-7-300-11390-6"
    assert isbn.hyphenate("9789900161998") == "9789900161998"
