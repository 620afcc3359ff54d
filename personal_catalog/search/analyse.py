"""From text to tokens, the same way for a record and for a question. Pure.

Lower case, NFKC, traditional to simplified character by character (so that a part of a word becomes the same as the
whole does), Chinese runs as overlapping pairs, Latin words stemmed, pinyin as whole word, initials and pairs of
syllables in a field of its own.
"""

import re
import threading
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

import opencc
import snowballstemmer

from personal_catalog import class_numbers, credits
from personal_catalog.facts import BookFacts
from personal_catalog.isbn import to_isbn10
from personal_catalog.search.pinyin import toneless
from personal_catalog.search.syllables import joined_pairs

CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff"
RUN = re.compile(f"[{CJK}]+|[^\\W_{CJK}]+")
CJK_FIRST = re.compile(f"[{CJK}]")
NAME_DOT = re.compile(f"(?<=[{CJK}])[·•・‧∙](?=[{CJK}])")
APOSTROPHE = re.compile("(?<=\\w)['’ʼ](?=\\w)")
SIGNS = (
    (re.compile(r"(?<![^\W_])([a-z])\+\+"), r"\1plusplus "),
    (re.compile(r"(?<![^\W_])([a-z])#"), r"\1sharp "),
    (re.compile(r"(?<![^\W_])\.net\b"), " dotnet "),
)
SAME = {"著": "着", "衞": "卫", "瞭": "了", "敍": "叙", "锺": "钟", "妳": "你", "甚": "什", "麽": "么", "裏": "里"}
LONGEST_TOKEN = 40
MOST_SYLLABLES = 20


class _Simplified(dict[int, str]):
    """Code point → simplified character, worked out once each."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = str(_converter().convert(char)) if code > 0x2E7F else char
        self[code] = SAME.get(plain, plain)
        return self[code]


@dataclass(frozen=True)
class Tokens:
    """The four fields of an indexed record, and the words worth offering as near spellings."""

    title: list[str]
    names: list[str]
    other: list[str]
    sound: list[str]
    words: list[str] = field(default_factory=list)


def of_record(facts: BookFacts) -> Tokens:
    title = f"{facts.title} {facts.subtitle}"
    names = " ".join(credit.name for credit in credits.of(facts.creators, facts.translators, facts.contributors))
    numbers = (*(line.partition(":")[2] for line in facts.numbers), *facts.invalid_isbns)
    other = " ".join((facts.publisher, facts.series, facts.edition, facts.original_title, *facts.subjects, *numbers))
    codes = [form for isbn13 in facts.isbns for form in (isbn13, to_isbn10(isbn13).lower()) if form]
    sound = [*sounds(facts.title), *(token for name in facts.creators for token in _whole(name))]
    codes += [token for number in (facts.clc, facts.ddc) if (token := class_numbers.token(number))]
    latin = [run for run in runs(f"{title} {names} {other}") if not is_cjk(run) and len(run) >= 4 and run.isalpha()]
    return Tokens(in_record(title), in_record(names), [*in_record(other), *codes], _once(sound), _once(latin))


def in_record(text: str) -> list[str]:
    """Pairs and single characters of Chinese runs, stems of words."""
    made: list[str] = []
    for run in runs(text):
        made += [*run, *pairs(run)] if is_cjk(run) else [stem(run)]
    return _once(made)


def runs(text: str) -> list[str]:
    """Unbroken runs of one kind of script, folded: `三体` and `ii` for 三體Ⅱ."""
    return [run[:LONGEST_TOKEN] if not is_cjk(run) else run for run in RUN.findall(fold(text))]


@lru_cache(maxsize=2_000)
def fold(text: str) -> str:
    """Lower case, compatibility forms and accents gone, simplified; `c++` becomes a word."""
    plain = APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).lower())
    for sign, word in SIGNS:
        plain = sign.sub(word, plain)
    return _without_accents(NAME_DOT.sub("", plain)).translate(_SIMPLIFIED)


def letters(text: str) -> str:
    """The folded text without blanks and marks, to compare titles by."""
    return "".join(RUN.findall(fold(text)))


def pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def is_cjk(run: str) -> bool:
    return bool(CJK_FIRST.match(run))


@lru_cache(maxsize=10_000)  # of all words of a large catalogue the frequent ones: fifty thousand would take 12 MB
def stem(word: str) -> str:
    """English stem; a word of another language comes out the same on both sides, which is all it has to."""
    if not hasattr(_LOCAL, "stemmer"):
        _LOCAL.stemmer = snowballstemmer.stemmer("english")
    return str(_LOCAL.stemmer.stemWord(word)) if word.isascii() else word


def syllables(text: str) -> list[str]:
    """Toneless pinyin of the Chinese in a text, read in its phrases (长安 chang an); other runs stay as they are."""
    made: list[str] = []
    for run in runs(text):
        made += toneless(run) if is_cjk(run) else [run]
    return made[:MOST_SYLLABLES]


def sounds(title: str) -> list[str]:
    """Whole pinyin, initials, syllables and their pairs; nothing for a title without Chinese."""
    if not any(is_cjk(run) for run in runs(title)):
        return []
    read = syllables(title)
    initials = "".join(s if s.isdigit() else s[0] for s in read)
    return [*_joined(read), *([initials] if len(initials) > 1 else []), *read, *joined_pairs(read)]


def _whole(text: str) -> list[str]:
    return _joined(syllables(text)) if any(is_cjk(run) for run in runs(text)) else []


def _joined(read: list[str]) -> list[str]:
    return ["".join(read)[:LONGEST_TOKEN]] if len(read) > 1 else []


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.category(char) == "Mn" and kept and kept[-1] < "\u0250":
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def _once(tokens: list[str]) -> list[str]:
    return list(dict.fromkeys(token for token in tokens if token))


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


_SIMPLIFIED = _Simplified()
_LOCAL = threading.local()
