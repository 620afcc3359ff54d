"""Names as lists have them: several in one cell, with nationality in brackets and role words at the end. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

BETWEEN = re.compile(r"\s*(?:\||;|；|、|/|／|\s&\s)\s*")
NATION = re.compile(r"^\s*[\[(（【〔［][^\])）】〕］]{1,8}[\])）】〕］]\s*")
ROLE = re.compile(
    r"[\s,，]*(?:\b(?:by|ed\.?|eds\.?|trans\.?)|编著|主编|编译|选编|译注|编绘|著绘|合著|等著|编|著|译|绘|撰|辑|注)$"
)
DOTS = re.compile("[·•・‧∙．]")


def split_names(text: str) -> list[str]:
    """Persons of one cell. A comma parts Latin names only where every part is a name of two words."""
    text = " ".join(text.split())  # long runs of blanks would cost the patterns below their square
    parts = [p for p in BETWEEN.split(text) if p]
    if len(parts) == 1:
        by_comma = [p.strip() for p in re.split(r"[,，]", text) if p.strip()]
        if all(" " in p or not p.isascii() for p in by_comma):
            parts = by_comma
    return [name for name in map(plain_name, parts) if name]


def plain_name(name: str) -> str:
    """`[日] 东野圭吾 著` → `东野圭吾`."""
    bare = NATION.sub("", " ".join(name.split()))
    cut = ROLE.sub("", bare)
    return cut if len(cut) > 1 else bare


def match_key(title: str, creators: Iterable[str]) -> str:
    """Title and first creator without case, blanks and marks: what makes two records without ISBN the same."""
    first = next(iter(creators), "")
    return f"{_letters(title)}|{_letters(plain_name(first))}"[:300]


@lru_cache(maxsize=4_000)
def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
