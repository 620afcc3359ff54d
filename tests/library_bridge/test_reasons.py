"""Each code is a sentence a reader understands, in both languages."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from library_bridge import reasons

CODE = re.compile(r'(?:Refused|refused|librarian)\("([a-z_]+)"\)')


def test_every_code_of_the_code_has_a_sentence() -> None:
    package = Path(reasons.__file__).parent
    used = {code for path in package.rglob("*.py") for code in CODE.findall(path.read_text())}
    assert used <= set(reasons.SENTENCES)
    assert len(used) > 8


@pytest.mark.parametrize("code", [*reasons.SENTENCES, "something_new"])
def test_no_sentence_is_empty_or_shouts(code: str) -> None:
    assert reasons.sentence(code).endswith(".")
    assert "!" not in reasons.sentence(code)


@pytest.mark.parametrize("code", [*reasons.SENTENCES, "something_new"])
def test_every_sentence_has_its_chinese(code: str) -> None:
    with translation.override("zh-hans"):
        assert reasons.sentence(code).endswith("。")


def test_a_full_card_is_told_its_limit() -> None:
    assert reasons.sentence("loan_limit", limit=20).startswith("This card is at its limit of 20 loans.")
    with translation.override("zh-hans"):
        assert "20 册" in reasons.sentence("loan_limit", limit=20)
