"""Ids are opaque to clients; a text that is none is simply not found."""

from sharing.errors import NotFound

LONGEST = 18


def number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST):
        raise NotFound
    return int(text)
