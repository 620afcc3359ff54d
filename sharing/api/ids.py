"""Ids are opaque to clients; a text that is none is simply not found."""

from collections.abc import Iterable

from sharing.errors import NotFound

LONGEST = 18


def number(text: str) -> int:
    if not _is_one(text):
        raise NotFound
    return int(text)


def numbers(texts: Iterable[str]) -> list[int]:
    """Of a list that may name what is not there: those that are ids."""
    return [int(text) for text in texts if _is_one(text)]


def _is_one(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST
