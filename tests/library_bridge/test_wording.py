"""The catalogues' Chinese: one way to say a message, 您 for readers, blanks where they belong."""

import pytest
from babel.messages.catalog import Catalog

from library_bridge.management import wording


def catalogue(*messages: tuple[str | None, str, str]) -> Catalog:
    made = Catalog(locale="zh_Hans")
    for context, message_id, words in messages:
        made.add(message_id, words, context=context)
    return made


def test_one_message_is_not_said_in_two_ways() -> None:
    ground, upper = catalogue((None, "closed", "解散时间")), catalogue((None, "closed", "不开放"))
    assert list(wording.collisions({"ground": ground, "upper": upper})) == [
        "'closed': '解散时间' in ground, '不开放' in upper"
    ]


def test_a_context_or_the_same_words_are_no_collision() -> None:
    ground = catalogue((None, "closed", "解散时间"), (None, "kind", "种类"))
    upper = catalogue(("opening hours", "closed", "不开放"), (None, "kind", "种类"))
    assert list(wording.collisions({"ground": ground, "upper": upper})) == []


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        ("图书馆已收到你的荐购。", 1),
        ("只有你们两位能看到。", 0),
        ("最迟 %(date)s 给您结果。", 1),
        ("最迟 %(date)s给您结果。", 0),
        ("保留%(days)s 天。", 1),
        ("保留 %(days)s天。", 1),
        ("保留 %(days)s 天，共 3 次。", 0),
        ("请填1 至 3 天。", 1),
    ],
)
def test_slips_are_found(words: str, faults: int) -> None:
    assert len(list(wording.slips(catalogue((None, "some words", words))))) == faults


@pytest.mark.parametrize(
    ("message_id", "words", "faults"),
    [
        ("Area", "区域", 1),
        ("Area", "园区", 1),
        ("Area", "片区", 0),
        ("The group is full.", "群组已满。", 1),
        ("Print labels", "打印标签", 1),
        ("Print labels", "打印书标", 0),
        ("My tags", "我的标签", 0),
    ],
)
def test_one_thing_has_one_word(message_id: str, words: str, faults: int) -> None:
    assert len(list(wording.slips(catalogue((None, message_id, words))))) == faults
