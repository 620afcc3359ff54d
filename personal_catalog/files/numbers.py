"""The ISBNs of a row, from cells that have been through spreadsheets and other programs. Repaired only with certainty."""

import re
import unicodedata
from collections.abc import Iterable

from personal_catalog import isbn
from personal_catalog.files.problems import LONGEST_CELL
from personal_catalog.files.rows import Problem

SEVERAL = re.compile(r"[,;，；、/|\n]+")
CUT_OFF = re.compile(r"97[89]\d{5}0{5}")  # the digits that a spreadsheet did not show
UNIFIED = re.compile(r"\d{4,6}\s*[·.・•]\s*\d{1,5}")  # 统一书号, the Chinese number before there were ISBNs
DIGITS = re.compile(r"[\d\s-]{10,40}")
MOST = 20
CODES = {"digits_lost": "digits_lost", "check_digit": "wrong_check_digit"}


def isbn13s(cells: Iterable[str], *, titled: bool) -> tuple[tuple[str, ...], Problem | None]:
    """Every ISBN of the cells, or what is wrong where they hold none. A wrong number is a problem even beside a title: the
    wrong edition is worse than a question. Two good ones must be of one book where each stands in a cell of its own."""
    found: list[tuple[str, ...]] = []
    wrong: Problem | None = None
    for cell in cells:
        numbers, problem = _of_cell(cell, titled)
        found += [numbers] if numbers else []
        wrong = wrong or problem
    if len({numbers[0] for numbers in found if len(numbers) == 1}) > 1:
        return (), Problem("isbns_differ", {"cell": ", ".join(numbers[0] for numbers in found)})
    every = tuple(dict.fromkeys(number for numbers in found for number in numbers))[:MOST]
    return every, None if every else wrong


def _of_cell(cell: str, titled: bool) -> tuple[tuple[str, ...], Problem | None]:
    text = cell.strip()
    if not text.strip('="[]'):
        return (), None
    whole = _mended(text, titled)
    if isinstance(whole, str):
        return (whole,), None
    parts = [part for part in SEVERAL.split(text[: isbn.LONGEST * MOST]) if part.strip()]
    if len(parts) > 1:
        found = [number for part in parts if isinstance(number := _mended(part, titled), str)]
        return tuple(found), None if found else whole
    return (), whole


def _mended(text: str, titled: bool) -> str | Problem | None:
    """None: another number than an ISBN, which a title beside it makes good."""
    plain = unicodedata.normalize("NFKC", text[: isbn.LONGEST]).strip(" =\"'[]")
    shown = {"cell": plain[:LONGEST_CELL]}
    if CUT_OFF.fullmatch(plain):
        return Problem("digits_lost", shown)
    try:
        return isbn.mend(text).isbn13
    except isbn.NotAnIsbn as refused:
        if refused.reason in CODES:
            return Problem(CODES[refused.reason], shown)
        if not titled:
            return Problem("not_isbn", shown)
        is_damaged = refused.reason == "length" and DIGITS.fullmatch(plain) and not UNIFIED.fullmatch(plain)
        return Problem("wrong_length", shown) if is_damaged else None
