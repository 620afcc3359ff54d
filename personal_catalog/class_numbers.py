"""Class numbers of 中图法 and Dewey as they are written. Pure."""

import re
import unicodedata

NOTATION = re.compile(r"^(?:[A-Z]{1,2}[0-9A-Z./=:+()-]*|\d[\d./-]*)$")
RANGE = re.compile(r"^([A-Z]{1,2})(\d{1,6})/(\d{1,6})$")
MOST_IN_RANGE = 200
ASKED = re.compile(r"^(?:[A-Z]{1,2}\d|\d{3}(?=\.\d))[0-9A-Z./=:+()-]*$")
LONGEST = 38


def prefixes(notation: str) -> list[str]:
    """What a notation covers: `O22` itself; the range `I3/7` I3 I4 I5 I6 I7, `K83/87` likewise. Empty: no notation."""
    notation = notation.strip().upper()
    if not NOTATION.match(notation):
        return []
    if not (found := RANGE.match(notation)):
        return [notation.rstrip("./-")]
    letters, first, last = found.groups()
    last = first[: max(0, len(first) - len(last))] + last
    start, end = int(first), int(last)
    if len(first) != len(last) or not start <= end < start + MOST_IN_RANGE:
        return [f"{letters}{first}"]
    return [f"{letters}{number:0{len(first)}d}" for number in range(start, end + 1)]


def token(notation: str) -> str:
    """`cni2475` for I247.5: what begins with `cni24` lies in I24. Empty for what is no class number (3D, 1984)."""
    plain = unicodedata.normalize("NFKC", notation).strip().upper()
    return _token(plain) if ASKED.match(plain) else ""


def tokens(notation: str) -> list[str]:
    """The beginnings of all that a notation covers, for a question."""
    plain = unicodedata.normalize("NFKC", notation).strip().upper()
    return [_token(prefix) for prefix in prefixes(plain)] if ASKED.match(plain) else []


def _token(plain: str) -> str:
    return "cn" + re.sub(r"[^0-9a-z]", "", plain.lower())[:LONGEST]
