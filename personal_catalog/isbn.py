"""ISBNs in whatever form people have them, turned into thirteen plain digits. Pure: no database, no network."""

import re
import unicodedata
from dataclasses import dataclass

import isbnlib

LONGEST = 64
PREFIX = re.compile(r"^(?:urn:)?(?:e-?)?(?:i?sbn|国际标准书号|书号)(?:[- ]?1[03](?=[:\s]))?[:\s]*", re.IGNORECASE)
SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?e\+?\d{1,2}$", re.IGNORECASE)
SEPARATORS = re.compile("[-\u2010-\u2015\u2212\u00ad\\s\u200b.'\"=\\[\\]]")
LOOK_ALIKE = {
    "0": "68",
    "1": "74",
    "2": "75",
    "3": "85",
    "4": "19",
    "5": "63",
    "6": "058",
    "7": "12",
    "8": "3069",
    "9": "48",
}


class NotAnIsbn(ValueError):
    """`reason` is empty, characters, digits_lost, length, prefix or check_digit; `suggestions` are valid ISBN-13s that
    one misread digit or one swap of neighbours would explain, likeliest first; they are worked out for who asks, unless
    they were given."""

    def __init__(self, reason: str, digits: str = "", suggestions: tuple[str, ...] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.digits = digits
        self._suggestions = suggestions

    @property
    def suggestions(self) -> tuple[str, ...]:
        if self._suggestions is not None:
            return self._suggestions
        return tuple(_explained(self.digits)) if self.digits else ()


@dataclass(frozen=True)
class Isbn:
    isbn13: str

    @property
    def isbn10(self) -> str:
        return to_isbn10(self.isbn13)

    @property
    def hyphenated(self) -> str:
        return hyphenate(self.isbn13)

    def __str__(self) -> str:
        return self.isbn13


def parse(text: str) -> Isbn:
    """Accepts 10 and 13 digits, hyphens, blanks, full-width digits, a leading "ISBN-13:", "SBN" or "urn:isbn:". Raises NotAnIsbn."""
    digits = _digits(text)
    if len(digits) == 9:  # an SBN of the sixties, or a leading zero that a spreadsheet has dropped
        digits = f"0{digits}"
    if len(digits) not in (10, 13) or "X" in digits[:-1] or (len(digits) == 13 and digits[-1] == "X"):
        raise NotAnIsbn("length")
    if len(digits) == 13 and not _is_book(digits):
        raise NotAnIsbn("prefix", digits)
    if not _checks(digits) or not digits.strip("0"):
        raise NotAnIsbn("check_digit", digits)
    return Isbn(_thirteen(digits))


def isbn13_in(text: str) -> str:
    """Empty where it is none."""
    try:
        return parse(text).isbn13
    except NotAnIsbn:
        return ""


def mend(text: str) -> Isbn:
    """Like `parse`, for files: fills up the leading zeros that a spreadsheet takes from an ISBN-10."""
    try:
        return parse(text)
    except NotAnIsbn:
        digits = _digits(text.strip().removesuffix(".0"))
        if 6 <= len(digits) <= 8 and _checks(digits.zfill(10)):
            return Isbn(_thirteen(digits.zfill(10)))
        if len(digits) in (9, 10, 13) and _checks(digits.zfill(10)) and text.strip().endswith(".0"):
            return parse(digits)
        raise


def repair(text: str) -> list[str]:
    """The ISBN-13s of `NotAnIsbn.suggestions`; empty when the text is an ISBN or nothing like one."""
    try:
        parse(text)
    except NotAnIsbn as refused:
        return list(refused.suggestions)
    return []


def to_isbn10(isbn13: str) -> str:
    """Empty for 979, which has no short form."""
    return str(isbnlib.to_isbn10(isbn13) or "")


def hyphenate(isbn13: str) -> str:
    """With hyphens by the agency's ranges; as it is where the ranges are too new to be known."""
    return str(isbnlib.mask(isbn13) or isbn13)


def is_valid13(text: str) -> bool:
    return len(text) == 13 and text.isascii() and text.isdigit() and _is_book(text) and _checks(text)


def _digits(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text[: LONGEST + 1]).strip()
    if not plain:
        raise NotAnIsbn("empty")
    if len(text) > LONGEST:
        raise NotAnIsbn("length")
    if SCIENTIFIC.match(plain):
        raise NotAnIsbn("digits_lost")
    kept = SEPARATORS.sub("", PREFIX.sub("", plain)).upper()
    if not kept or not re.fullmatch("[0-9X]+", kept):
        raise NotAnIsbn("characters")
    return kept


def _is_book(thirteen: str) -> bool:
    """978 and 979 are books, except 979-0, which is printed music (ISMN)."""
    return thirteen.startswith(("978", "979")) and not thirteen.startswith("9790")


def _checks(digits: str) -> bool:
    if len(digits) == 13:
        return "X" not in digits and (sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10 == 0
    return len(digits) == 10 and bool(isbnlib.check_digit10(digits[:-1]) == digits[-1])


def _thirteen(digits: str) -> str:
    return digits if len(digits) == 13 else f"978{digits[:-1]}{isbnlib.check_digit13('978' + digits[:-1])}"


def _explained(digits: str) -> list[str]:
    swapped = [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in range(len(digits) - 1)]
    alike: list[str] = []
    other: list[str] = []
    for place, digit in enumerate(digits):
        for instead in "0123456789X" if len(digits) == 10 and place == 9 else "0123456789":
            word = digits[:place] + instead + digits[place + 1 :]
            (alike if instead in LOOK_ALIKE.get(digit, "") else other).append(word)
    valid = [w for w in (*swapped, *alike, *other) if _valid(w)]
    return list(dict.fromkeys(_thirteen(w) for w in valid))


def _valid(digits: str) -> bool:
    if len(digits) == 13 and not _is_book(digits):
        return False
    return "X" not in digits[:-1] and bool(digits.strip("0")) and _checks(digits)


def other_prefix(isbn13: str) -> str:
    """The same book under the other book prefix, as some lists print it; empty where there is none."""
    stem = {"978": "979", "979": "978"}[isbn13[:3]] + isbn13[3:12]
    other = f"{stem}{isbnlib.check_digit13(stem)}"
    return other if is_valid13(other) else ""
