import os
import subprocess
import sys

import pytest

from personal_catalog.search.pinyin import toneless

TITLES = ("长安十二时辰", "音乐与银行", "重庆大学重要论文", "单田芳评书", "一不小心", "㐂龘", "行行出状元")


@pytest.mark.parametrize(
    ("run", "read"), [("长安", "chang an"), ("音乐", "yin yue"), ("银行", "yin hang"), ("重庆", "chong qing")]
)
def test_a_phrase_decides_how_its_signs_are_read(run: str, read: str) -> None:
    assert toneless(run) == read.split()


def test_the_small_phrases_read_as_the_library_does_by_itself() -> None:
    code = (
        "import sys; from pypinyin import Style, lazy_pinyin; "
        "print([lazy_pinyin(run, style=Style.NORMAL, errors='ignore') for run in sys.argv[1:]])"
    )
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYPINYIN_")}
    alone = subprocess.run([sys.executable, "-c", code, *TITLES], env=plain, capture_output=True, text=True, check=True)
    assert alone.stdout.strip() == str([toneless(run) for run in TITLES])
