"""The numbers of a record besides its ISBNs: `lccn:2001012345`, `oclc:12345`, `issn:1234-5679`, `douban:1000001`, `csbn:10019·2342`
(统一书号), and control numbers under the code of the library that gave them, `DLC:123`. Pure.
"""

import re
import unicodedata
from collections.abc import Iterable

from personal_catalog import isbn

LONGEST = 60
KNOWN = ("lccn", "oclc", "issn", "csbn", "douban", "doi")
NOT_ONE_EDITION = frozenset({"issn"})
"""Shared by all volumes of a series: found by it, never matched by it."""
OTHER_NAMES = {"ocolc": "oclc", "ocm": "oclc", "ocn": "oclc", "统一书号": "csbn", "豆瓣": "douban", "worldcat": "oclc"}
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9/\-]{0,19}")
DASHES = re.compile("[\u2010-\u2015\u2212]")


def tidy(line: str) -> str:
    """`OCLC: ocm00012345` → `oclc:12345`; empty for what is no number with its kind before it."""
    before, colon, rest = unicodedata.normalize("NFKC", line).partition(":")
    scheme = OTHER_NAMES.get(before.strip().lower(), before.strip())
    scheme = scheme.lower() if scheme.lower() in KNOWN else scheme
    if not colon or not SCHEME.fullmatch(scheme):
        return ""
    value = _value(scheme, DASHES.sub("-", rest.strip()))
    return f"{scheme}:{value}"[:LONGEST] if value else ""


def _value(scheme: str, text: str) -> str:
    plain = " ".join(text.split())
    match scheme:
        case "oclc":
            return re.sub(r"\D", "", plain).lstrip("0")
        case "lccn":
            return lccn(plain)
        case "issn":
            return issn(plain)
        case "douban":
            return plain if plain.isascii() and plain.isdigit() else ""
        case "csbn":
            found = re.fullmatch(r"(\d{1,6})\s?[·•.・‧∙]\s?(\d{1,6})", plain)
            return f"{found[1]}·{found[2]}" if found else ""
        case "doi":
            return plain.lower() if plain.startswith("10.") else ""
    return plain


def lccn(text: str) -> str:
    """Normal form by the Library of Congress: no blanks, nothing from a slash on, six digits behind the hyphen."""
    plain = text.replace(" ", "").partition("/")[0]
    head, hyphen, tail = plain.partition("-")
    plain = f"{head}{tail.zfill(6)}" if hyphen else plain
    return plain if re.fullmatch(r"[a-z]{0,3}(?:\d{8}|\d{10})", plain) else ""


def issn(text: str) -> str:
    """With its hyphen; empty where the check digit is wrong."""
    digits = text.replace("-", "").upper()
    if not re.fullmatch(r"\d{7}[\dX]", digits):
        return ""
    sum_ = sum(int(digit) * weight for digit, weight in zip(digits, range(8, 1, -1), strict=False))
    check = "0123456789X"[-sum_ % 11]
    return f"{digits[:4]}-{digits[4:]}" if digits[-1] == check else ""


def tidy_isbn(text: str) -> str:
    """A number that was printed or withdrawn as an ISBN, without its marks; thirteen digits where it is a whole one."""
    digits = re.sub(r"[^0-9Xx]", "", unicodedata.normalize("NFKC", text[:LONGEST])).upper()
    if not 8 <= len(digits) <= 13:
        return ""
    try:
        return isbn.parse(digits).isbn13
    except isbn.NotAnIsbn:
        return digits


def keys(numbers: Iterable[str], invalid_isbns: Iterable[str]) -> list[str]:
    """By which a record is found again."""
    matching = [line for line in numbers if line.partition(":")[0] not in NOT_ONE_EDITION]
    return list(dict.fromkeys([*matching, *(f"isbn:{number}" for number in invalid_isbns)]))


def shown(line: str) -> tuple[str, str]:
    """(kind, number) as a page shows them."""
    scheme, _colon, value = line.partition(":")
    names = {"lccn": "LCCN", "oclc": "OCLC", "issn": "ISSN", "doi": "DOI", "csbn": "统一书号", "douban": "豆瓣"}
    return names.get(scheme, scheme), value
