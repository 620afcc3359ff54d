"""Languages and scripts of titles: MARC's three-letter codes, HTML's tags, and what the letters themselves tell."""

from collections.abc import Iterable
from functools import lru_cache

import opencc

TAGS = {
    "alb": "sq",
    "ara": "ar",
    "arm": "hy",
    "ben": "bn",
    "bul": "bg",
    "bur": "my",
    "cat": "ca",
    "cze": "cs",
    "dan": "da",
    "dut": "nl",
    "eng": "en",
    "epo": "eo",
    "est": "et",
    "fin": "fi",
    "fre": "fr",
    "geo": "ka",
    "ger": "de",
    "gle": "ga",
    "gre": "el",
    "guj": "gu",
    "heb": "he",
    "hin": "hi",
    "hrv": "hr",
    "hun": "hu",
    "ice": "is",
    "ind": "id",
    "ita": "it",
    "jpn": "ja",
    "kaz": "kk",
    "khm": "km",
    "kir": "ky",
    "kor": "ko",
    "lao": "lo",
    "lat": "la",
    "lav": "lv",
    "lit": "lt",
    "mac": "mk",
    "mar": "mr",
    "may": "ms",
    "mon": "mn",
    "nep": "ne",
    "nor": "no",
    "pan": "pa",
    "per": "fa",
    "pol": "pl",
    "por": "pt",
    "rum": "ro",
    "rus": "ru",
    "san": "sa",
    "slo": "sk",
    "slv": "sl",
    "spa": "es",
    "srp": "sr",
    "swe": "sv",
    "tam": "ta",
    "tel": "te",
    "tha": "th",
    "tib": "bo",
    "tur": "tr",
    "uig": "ug",
    "ukr": "uk",
    "urd": "ur",
    "vie": "vi",
    "wel": "cy",
    "yid": "yi",
}
# the terminological codes of ISO 639-2 that differ from MARC's, and words found in lists
ALIASES = {
    "zho": "chi",
    "zh": "chi",
    "cn": "chi",
    "中文": "chi",
    "汉语": "chi",
    "chinese": "chi",
    "deu": "ger",
    "fra": "fre",
    "nld": "dut",
    "ces": "cze",
    "ell": "gre",
    "fas": "per",
    "bod": "tib",
    "ron": "rum",
    "slk": "slo",
    "sqi": "alb",
    "hye": "arm",
    "mya": "bur",
    "kat": "geo",
    "isl": "ice",
    "mkd": "mac",
    "msa": "may",
    "cym": "wel",
    "scr": "hrv",
    "scc": "srp",
    "英文": "eng",
    "英语": "eng",
    "english": "eng",
    "日文": "jpn",
    "日语": "jpn",
    **{tag: code for code, tag in TAGS.items()},
}


def code(text: str) -> str:
    """ISO 639-2/B for `zh-CN`, `en`, `zho`, `英文`…; empty when it can't be told."""
    word = text.strip().lower().replace("_", "-").split("-")[0]
    word = ALIASES.get(word, word)
    return word if word in TAGS or word == "chi" else ""


def guess(title: str, isbn13: str = "") -> str:
    """By script first, then by the group of the ISBN: 978-7 is China."""
    if any("\u3040" <= c <= "\u30ff" for c in title):
        return "jpn"
    if any("\uac00" <= c <= "\ud7a3" for c in title):
        return "kor"
    if has_han(title):
        return "jpn" if isbn13.startswith("9784") else "chi"
    return "eng" if isbn13.startswith(("9780", "9781", "9798")) else ""


def has_han(text: str) -> bool:
    return any("\u3400" <= c <= "\u9fff" or "\U00020000" <= c <= "\U0003ffff" for c in text)


def tag(language: str, title: str) -> str:
    """The HTML tag; the script of a Chinese title is told by its characters."""
    if language == "chi":
        return "zh-Hant" if simplified(title) != title else "zh-Hans"
    return TAGS.get(language, "")


def join_names(names: Iterable[str]) -> str:
    """Names joined with the comma of their script."""
    kept = [str(n) for n in names]
    return ("、" if any(has_han(n) for n in kept) else ", ").join(kept)


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    return str(_converter().convert(text))
