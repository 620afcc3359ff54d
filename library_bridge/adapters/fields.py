"""Fields of foreign JSON, taken only when they are of the kind they should be. Pure."""

import logging
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import isbnlib

from library_bridge.ports import Unavailable

logger = logging.getLogger(__name__)

Fields = Mapping[str, Any]

CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
END_OF_DAY = time(23, 59)
ID_MAX_CHARACTERS = 60


def fields_of(found: object) -> Fields:
    if not isinstance(found, dict):
        raise Unavailable("something else than one record")
    return found


def rows_of(found: object) -> list[Fields]:
    if not isinstance(found, list):
        raise Unavailable("something else than a list")
    return [fields_of(row) for row in found]


def can_be_sent(number: str) -> bool:
    """What no card and no barcode has is not sent to any library system (T-I1)."""
    return 0 < len(number) <= ID_MAX_CHARACTERS and number.isprintable() and "|" not in number


def text(found: Fields, name: str) -> str:
    """ "" for a field that is missing, null or no text. Characters that are no text are blanks."""
    value = found.get(name)
    return CONTROLS.sub(" ", value) if isinstance(value, str) else ""


def whole(found: Fields, name: str) -> int | None:
    """Also a number that came as text."""
    value = found.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number_of(found: Fields, name: str) -> int:
    """Raises Unavailable: without its number a record can't be told from another."""
    if (value := whole(found, name)) is None:
        raise Unavailable("a record without its number")
    return value


def day(found: Fields, name: str) -> date | None:
    value = text(found, name)
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        logger.warning("a library system sent a date that can't be read in %s", name)
        return None


def moment(found: Fields, name: str, zone: ZoneInfo) -> datetime | None:
    """In the library's zone; a date alone means the end of that day there."""
    value = text(found, name)
    try:
        if not value:
            return None
        if DAY.fullmatch(value):
            return datetime.combine(date.fromisoformat(value), END_OF_DAY, tzinfo=zone)
        said = datetime.fromisoformat(value)
        return said.replace(tzinfo=zone) if said.tzinfo is None else said.astimezone(zone)
    except (ValueError, OverflowError):
        logger.warning("a library system sent a time that can't be read in %s", name)
        return None


def isbn13s(*texts: str) -> tuple[str, ...]:
    """Every valid one, as thirteen digits, each once; a field may hold several, with hyphens."""
    found = (isbnlib.to_isbn13(like) for each in texts for like in isbnlib.get_isbnlike(each))
    return tuple(dict.fromkeys(isbn for isbn in found if isbn))


def first(texts: Iterable[str]) -> str:
    return next(iter(texts), "")
