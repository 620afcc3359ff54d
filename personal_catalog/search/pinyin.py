"""pypinyin, with its 47,000 phrases kept small.

As it loads them itself every syllable of every phrase is a list and a string of its own, which is a quarter of the memory
of a process. Read one by one, phrases share their syllables. It keeps each beginning of each phrase as well; they are found
among the sorted phrases.
"""

import json
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from importlib.resources import files

os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # read once, when it is imported
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")

from pypinyin import Style, lazy_pinyin, load_phrases_dict
from pypinyin.seg import mmseg

Reading = list[list[str]]


def toneless(run: str) -> list[str]:
    """The syllables of a run of Chinese, read in its phrases; signs without a reading are left out."""
    return lazy_pinyin(run, style=Style.NORMAL, errors="ignore")


def _phrases() -> Iterator[tuple[str, Reading]]:
    text = files("pypinyin").joinpath("phrases_dict.json").read_text("utf-8")
    decode, shared = json.JSONDecoder().raw_decode, dict[str, list[str]]()
    place = text.index('"')
    while place > 0:
        phrase, place = decode(text, place)
        reading, place = decode(text, text.index("[", place))
        yield phrase, [shared.setdefault(syllable[0], syllable) for syllable in reading]
        place = text.find('"', place)


class _Beginnings(mmseg.PrefixSet):
    def train(self, phrases: Iterable[str]) -> None:
        self._sorted = sorted(phrases)

    def __contains__(self, text: str) -> bool:
        place = bisect_left(self._sorted, text)
        return place < len(self._sorted) and self._sorted[place].startswith(text)


mmseg.seg._prefix_set = _Beginnings()
load_phrases_dict(dict(_phrases()))
