"""Which editions are editions of one work, and how many volumes a set has. Pure."""

import re
import unicodedata
from collections.abc import Iterable

from personal_catalog.languages import has_han, simplified
from personal_catalog.people import plain_name

LONGEST = 200
DOTS = re.compile("[·•・‧∙．]")
OF_THE_EDITION = re.compile(
    r"[\s,，:：]*[(（\[【]?\s*(?:"
    r"第?\s*[0-9一二三四五六七八九十]{1,3}\s*版|(?:[0-9]{1,2}(?:st|nd|rd|th)|second|third|revised|new|international|(?:[0-9]{1,3}(?:st|nd|rd|th)\s+)?anniversary)\s+ed(?:ition|\.)?"
    r"|(?:典藏|珍藏|纪念|精装|平装|插图|修订|增订|全译|新|新译|英文|中文|双语|原书第[0-9一二三四五六七八九十]+)[版本]"
    r"|(?:unabridged|annotated|illustrated|paperback|hardcover|kindle edition)"
    r")\s*[)）\]】]?\s*$",
    re.IGNORECASE,
)
ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
HAN_NUMBER = dict(zip("一二两三四五六七八九十", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10), strict=True))
ALL_OF_THEM = re.compile("上.{0,2}中.{0,2}下|上.{0,2}下")
COUNTED = re.compile(
    r"(?<![\d.])(\d{1,3}|[一二两三四五六七八九十])\s*(?:册|冊|卷|v\.|vols?\b|volumes?\b|Bd|Bde|Bände|tomes?\b|т\.)",
    re.IGNORECASE,
)
MOST = 999


def work_key(title: str, creators: Iterable[str]) -> str:
    """The same for all editions, translations' spellings and scripts of one work; empty without a creator, because a title
    alone is shared by too many works. The volume of a set is part of the title."""
    letters, name = _letters(_without_edition(title)), _family(next(iter(creators), ""))
    return f"{letters}|{name}"[:LONGEST] if letters and name else ""


def volumes_in(extent: str) -> int | None:
    """How many volumes a set has, by its extent: `2册`, `上下册`, `3 v.`; None for a single one."""
    plain = unicodedata.normalize("NFKC", extent)[:LONGEST]
    if found := COUNTED.search(plain):
        return volumes(HAN_NUMBER.get(found[1]) or found[1])
    if ("册" in plain or "卷" in plain) and (named := ALL_OF_THEM.search(plain)):
        return 3 if "中" in named[0] else 2
    return None


def volumes(value: object) -> int | None:
    """Two or more: a single volume is no set."""
    number = int(value) if isinstance(value, int | str) and str(value).isdecimal() and len(str(value)) < 4 else 0
    return number if 2 <= number <= MOST else None


def _without_edition(title: str) -> str:
    plain = unicodedata.normalize("NFKC", title)
    for _time in range(2):
        plain = OF_THE_EDITION.sub("", plain) or plain
    return ARTICLE.sub("", plain)


def _family(name: str) -> str:
    """The last part of a name with dots, the last word of a Latin one: catalogues agree on that part."""
    plain = plain_name(name)
    if has_han(plain):
        return _letters(DOTS.split(plain)[-1])
    words = [
        word for word in re.sub(r",.*", "", plain).split() if word.strip(".").lower() not in ("jr", "sr", "ii", "iii")
    ]
    return _letters(plain.partition(",")[0] if "," in plain else words[-1] if words else "")


def _letters(text: str) -> str:
    return "".join(c for c in simplified(unicodedata.normalize("NFKC", text)).casefold() if c.isalnum())
