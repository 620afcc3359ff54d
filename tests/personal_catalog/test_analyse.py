"""How words are cut for the index and for questions."""

import pytest

from personal_catalog.search import analyse, syllables

pytestmark = pytest.mark.django_db


def test_pinyin_is_cut_into_syllables_in_all_ways() -> None:
    assert syllables.cut("xian") == (("xian",), ("xi", "an"))
    assert ("tuo", "yan") in syllables.cut("tuoyan")
    assert syllables.cut("procrastination") == ()
    assert syllables.cut("x" * 100) == ()


def test_a_part_of_a_traditional_word_becomes_what_the_whole_becomes() -> None:
    whole = analyse.fold("顯著的後來")
    assert whole == "".join(analyse.fold(char) for char in "顯著的後來")


def test_records_have_single_characters_and_pairs_questions_only_pairs() -> None:
    assert analyse.in_record("三体Ⅱ") == ["三", "体", "三体", "ii"]
