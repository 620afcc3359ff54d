"""Sentences with something put in: a space between Han and Latin, and nothing else is touched."""

import pytest

from sharing.phrases import fill


@pytest.mark.parametrize(
    ("words", "part", "shown"),
    [
        ("%(x)s答应了", "Bob", "Bob 答应了"),
        ("%(x)s答应了", "小鲸", "小鲸答应了"),
        ("到%(x)s为止", "12 月 1 日", "到 12 月 1 日为止"),
        ("借到%(x)s。", "2027", "借到 2027。"),
        ("关于%(x)s的对话", "《1984》", "关于《1984》的对话"),
        ("%(x)s agreed", "Bob", "Bob agreed"),
        ("您给%(x)s看", "<b>Bob</b>", "您给 <b>Bob</b> 看"),
        ("理由：“%(x)s”", "100%% sure", "理由：“100%% sure”"),
        ("100%% %(x)s", "x", "100% x"),
        ("%(x)s", "%(y)s", "%(y)s"),
        ("%(x)s了", "", "了"),
    ],
)
def test_filling(words: str, part: str, shown: str) -> None:
    assert fill(words, {"x": part}) == shown
