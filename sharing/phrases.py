"""Sentences with something put in. Between Han and Latin letters or digits Chinese sets a space; whether one is needed
shows only when the sentence is filled, so translations leave it out and this puts it in."""

import re
from collections.abc import Mapping

from django.utils.html import strip_tags

PLACE = re.compile(r"%\((\w+)\)s")
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[0-9A-Za-z\u00c0-\u024f]")


def fill(words: str, parts: Mapping[str, object]) -> str:
    """Like `words % parts`. Parts may be HTML: what counts is the text at their ends."""
    pieces = PLACE.split(words)
    pieces[::2] = [piece.replace("%%", "%") for piece in pieces[::2]]
    out = pieces[0]
    for key, after in zip(pieces[1::2], pieces[2::2], strict=True):
        part = str(parts[key])
        text = strip_tags(part)
        out += f"{_air(out[-1:], text[:1])}{part}{_air(text[-1:], after[:1])}{after}"
    return out


def among_han(part: str) -> str:
    """The part, which may be HTML, with the space on either side that it needs between Han."""
    text = strip_tags(part)
    return f"{_air('书', text[:1])}{part}{_air(text[-1:], '书')}"


def _air(left: str, right: str) -> str:
    touching = (HAN.match(left) and LATIN.match(right)) or (LATIN.match(left) and HAN.match(right))
    return " " if touching else ""
