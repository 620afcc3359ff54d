"""ISBNs as catalogues have them (hyphens, "(pbk.)", prices beside them) as ISBN-13. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import isbnlib

NUMBER = re.compile(r"(?<![0-9])(?:97[89](?:[- ]?[0-9]){10}|[0-9](?:[- ]?[0-9]){8}[- ]?[0-9Xx])(?![0-9])")
SOME_NUMBER = re.compile(r"(?<![0-9])[0-9](?:[- ]?[0-9]){6,11}[- ]?[0-9Xx](?![0-9])")
LONGEST = 100


def isbn13s(texts: Iterable[str]) -> tuple[str, ...]:
    """The first number of each text, where its check digit is right."""
    found = (NUMBER.search(_folded(text)) for text in texts)
    return tuple(dict.fromkeys(isbn13 for match in found if match and (isbn13 := _thirteen(match[0]))))


@lru_cache(maxsize=1_000)  # of each record it is asked twice: what is valid, and what is not
def _thirteen(text: str) -> str:
    digits = text.replace("-", "").replace(" ", "").upper()
    if len(digits) == 10:
        return str(isbnlib.to_isbn13(digits) or "") if digits.strip("0") else ""
    return digits if _checks(digits) and not digits.startswith("9790") else ""


def _checks(thirteen: str) -> bool:
    """ISO 2108: every second digit counts three times, and the sum is a whole number of tens."""
    return (sum(map(int, thirteen[::2])) + 3 * sum(map(int, thirteen[1::2]))) % 10 == 0


def _folded(text: str) -> str:
    cut = text[:LONGEST]
    return cut if cut.isascii() else unicodedata.normalize("NFKC", cut)


def not_valid(said: Iterable[str], withdrawn: Iterable[str]) -> tuple[str, ...]:
    """The digits of what stands as an ISBN and is none (a wrong check digit), and of what a record calls invalid or cancelled."""
    wrong = [text for text in said if not isbn13s([text])]
    found = (SOME_NUMBER.search(_folded(text)) for text in (*wrong, *withdrawn))
    return tuple(dict.fromkeys(re.sub("[- ]", "", match[0]).upper() for match in found if match))
