"""Pinyin typed without blanks, cut into syllables. Pure.

The list is made from initials and finals; the few combinations Mandarin lacks do no harm.
"""

from functools import lru_cache
from itertools import pairwise

INITIALS = (
    "b",
    "p",
    "m",
    "f",
    "d",
    "t",
    "n",
    "l",
    "g",
    "k",
    "h",
    "j",
    "q",
    "x",
    "zh",
    "ch",
    "sh",
    "r",
    "z",
    "c",
    "s",
    "y",
    "w",
)
FINALS = (
    *(
        "a",
        "o",
        "e",
        "i",
        "u",
        "v",
        "ai",
        "ei",
        "ui",
        "ao",
        "ou",
        "iu",
        "ie",
        "ve",
        "ue",
        "er",
        "an",
        "en",
        "in",
        "un",
        "vn",
    ),
    *("ang", "eng", "ing", "ong", "ia", "iao", "ian", "iang", "iong", "ua", "uo", "uai", "uan", "uang", "van"),
)
ALONE = ("a", "o", "e", "ai", "ei", "ao", "ou", "er", "an", "en", "ang", "eng")
SYLLABLES = frozenset([*ALONE, *(i + f for i in INITIALS for f in FINALS)])
LONGEST = max(map(len, SYLLABLES))
LONGEST_WORD = 60
MOST_WAYS = 4


@lru_cache(maxsize=2_000)
def cut(word: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read a run of letters as syllables, fewest syllables first, at most four; none when it is not pinyin.

    >>> cut("xian")
    (('xian',), ('xi', 'an'))
    """
    if not word.isascii() or not word.isalpha() or len(word) > LONGEST_WORD:
        return ()
    ways: list[list[tuple[str, ...]]] = [[()], *([] for _ in word)]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - LONGEST), end):
            if word[start:end] in SYLLABLES:
                ways[end] += [(*before, word[start:end]) for before in ways[start]]
        ways[end] = sorted(ways[end], key=len)[:MOST_WAYS]
    return tuple(ways[-1])


def joined_pairs(read: list[str] | tuple[str, ...]) -> list[str]:
    return [a + b for a, b in pairwise(read)]
