"""One cell of a table: what is no text, no number, no date of ours is refused by name. Pure."""

import re
import unicodedata
from datetime import date

from library_bridge.imports.problems import Bad

FORMULA = ("=", "+", "-", "@")
SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")
NO_NUMBER = re.compile(r"[\s|]")
DATE = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})(?:[-/.月]?)(\d{1,2})日?(?:[ T].{0,20})?")
FOR_EVER = {"长期", "永久", "永久有效", "permanent", "never"}
SHORTEST_PIN, LONGEST_PIN = 4, 64


def text(value: str, column: str, *, most: int) -> str:
    """One line, as typed. An apostrophe before what looks like a formula is the way to mean it, and is taken off."""
    said = value.strip(" \u3000")
    if said.startswith("'") and said[1:2] in FORMULA:
        said = said[1:]
    elif said.startswith(FORMULA) or value.startswith(("\t", "\r")):
        raise Bad("formula", column=column)
    if not _is_one_line(said):
        raise Bad("control", column=column)
    if len(said) > most:
        raise Bad("cell_too_long", column=column, most=most)
    return unicodedata.normalize("NFC", said)


def number(value: str, column: str, *, most: int) -> str:
    """A card number or barcode, as a scanner would send it."""
    said = unicodedata.normalize("NFKC", text(value, column, most=most))
    if SHORTENED.fullmatch(said):
        raise Bad("digits_lost", column=column)
    if not said:
        raise Bad("missing", column=column)
    if NO_NUMBER.search(said) or len(said) > most:
        raise Bad("not_a_number", column=column)
    return said


def pin(value: str) -> str:
    """ "" where none is given. It may begin with anything: nobody will ever see it in a spreadsheet again."""
    if not value.isprintable() or "|" in value:
        raise Bad("control", column="pin")
    if value and len(value) < SHORTEST_PIN:
        raise Bad("pin_short")
    if len(value) > LONGEST_PIN:
        raise Bad("cell_too_long", column="pin", most=LONGEST_PIN)
    return value


def day(value: str, column: str) -> date | None:
    """None for one that never comes."""
    said = unicodedata.normalize("NFKC", text(value, column, most=40))
    if said.lower() in FOR_EVER:
        return None
    found = DATE.fullmatch(said)
    try:
        return date(*(int(part) for part in found.groups())) if found else _no_date(column)
    except ValueError:
        return _no_date(column)


def _no_date(column: str) -> date:
    raise Bad("date", column=column)


def _is_one_line(said: str) -> bool:
    """Blanks of all kinds are fine, and so are the marks that join letters in some scripts."""
    return not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in said)
