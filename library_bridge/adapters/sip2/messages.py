"""SIP2 2.00 messages as bytes and back: framing, checksum, sequence, character sets. Pure.

A frame is two digits, fixed fields by position, `XXvalue|` fields in any order, and `AYnAZcccc` where error detection is
on. The final CR belongs to the line, not to the frame.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from library_bridge.adapters.sip2.layouts import FIXED, KNOWN, NEEDED, REQUESTS, TEXTS

MOST_BYTES = 64 * 1024
_TRAILER = re.compile(rb"(?:AY([0-9]))?(?:AZ([0-9A-Fa-f]{1,4}))?\Z")
_MOMENT = re.compile(r"[\d ]{8}.{4}[\d ]{6}", re.ASCII)
_COUNT = re.compile(r" *\d* *", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_KNOWN_BYTES = b"|".join(sorted(name.encode() for name in KNOWN))
_PIECES = re.compile(rb"\|(?=(?:" + _KNOWN_BYTES + rb")|\||\Z)")
# What a value looks like where a cut character before it may have taken its delimiter along.
_SWALLOWED = re.compile(r"(.)(?:(CF)\d{1,4}|(CK)\d{3}|(BL)[YN]|(CQ)[YN]|(AH)\d[\d :./-]{7,18})\Z", re.ASCII | re.DOTALL)


class BadFrame(ValueError):
    """Not a message, or not one that can be believed. Never holds its bytes."""


class Garbled(BadFrame):
    """Damaged on the way: it may be asked for again on the same line."""


@dataclass(frozen=True, slots=True)
class Message:
    """`fixed` in the order and at the lengths of the layout; `fields` as they came."""

    code: str
    fixed: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> str:
        """A fixed field by its name in the layout."""
        return self.fixed[[known for known, _length in FIXED[self.code]].index(name)]

    def get(self, name: str) -> str:
        """The first of that id, "" for none."""
        return next((value for known, value in self.fields if known == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for known, value in self.fields if known == name)

    def has(self, name: str) -> bool:
        return any(known == name for known, _value in self.fields)


@dataclass(frozen=True, slots=True)
class Frame:
    """`body` is everything before AY; `checked` is None without a checksum, else whether it is right."""

    body: bytes
    sequence: int | None = None
    checked: bool | None = None


def checksum(frame: bytes) -> bytes:
    """Of everything up to and including `AZ`: the two's complement of the sum of the bytes, four hex digits."""
    return b"%04X" % (-sum(frame) & 0xFFFF)


def encode(
    message: Message, *, charset: str = "utf-8", sequence: int | None = None, with_checksum: bool = False
) -> bytes:
    """Raises BadFrame for what would not be one frame of this message, or can't be written in this character set."""
    try:
        body = _text_of(message).encode(charset)
    except UnicodeEncodeError:
        raise BadFrame(f"a value of {message.code} has no form in {charset}") from None
    if sequence is not None:
        body += b"AY%d" % sequence
    if with_checksum:
        body += b"AZ"
        body += checksum(body)
    return body


def _text_of(message: Message) -> str:
    layout = FIXED.get(message.code)
    if layout is None or [len(value) for value in message.fixed] != [length for _name, length in layout]:
        raise BadFrame(f"fixed fields of {message.code}")
    for name, value in message.fields:
        if name not in KNOWN or _CONTROL.search(value) or (message.code in REQUESTS and "|" in value):
            raise BadFrame(f"{name} of {message.code}")
    return message.code + "".join(message.fixed) + "".join(f"{name}{value}|" for name, value in message.fields)


def unwrap(frame: bytes) -> Frame:
    """AY and AZ are cut off bytewise, before any decoding."""
    frame = frame.strip(b"\r\n")
    found = _TRAILER.search(frame, max(0, len(frame) - 9))
    sequence, given = found.groups() if found else (None, None)
    if found is None or (sequence is None and given is None):
        return Frame(frame)
    body = frame[: found.start()]
    checked = None if given is None else checksum(frame[: found.start(2)]) == given
    return Frame(body, None if sequence is None else int(sequence), checked)


def decode(frame: bytes, *, charset: str = "utf-8", fallback: str = "") -> Message:
    """Of one frame, with or without its trailer. Raises Garbled."""
    body = unwrap(frame).body
    if len(body) > MOST_BYTES:
        raise Garbled("the frame is too long")
    code = body[:2].decode("ascii", "replace")
    layout = FIXED.get(code)
    if layout is None:
        raise Garbled("not a message that we know")
    length = 2 + sum(size for _name, size in layout)
    fixed = _fixed(layout, body[2:length])
    rest = body[length:]
    if rest[:1].isalpha() or rest[:1] in (b"|", b""):
        return Message(code, fixed, _fields(rest, code, charset, fallback))
    raise Garbled(f"fixed fields of {code} are too long")


def _fixed(layout: tuple[tuple[str, int], ...], given: bytes) -> tuple[str, ...]:
    try:
        text = given.decode("ascii")
    except UnicodeDecodeError:
        raise Garbled("fixed fields") from None
    values, start = [], 0
    for name, length in layout:
        value = text[start : start + length]
        form = _MOMENT if name == "date" else _COUNT if name.endswith("_count") else None
        if len(value) != length or "|" in value or (form and not form.fullmatch(value)):
            raise Garbled(f"fixed field {name}")
        values.append(value)
        start += length
    return tuple(values)


def _fields(rest: bytes, code: str, charset: str, fallback: str) -> tuple[tuple[str, str], ...]:
    """The whole decoded and then split, since a character's second byte may look like the delimiter. Where that can't be, or
    a cut character took a delimiter along, split first and decode the pieces."""
    for name in filter(None, (charset, fallback)):
        try:
            found = tuple(_glued(rest.decode(name).split("|")))
        except UnicodeDecodeError:
            continue
        if not _missing(code, found) and not _swallowed(found, name):
            return found
    pieces = [piece.decode(charset, "replace") for piece in _PIECES.split(rest)]
    return tuple((name, value if name in TEXTS else value.partition("|")[0]) for name, value in _glued(pieces))


def is_damaged(message: Message) -> bool:
    """Some text was not in the character set that was expected."""
    return any("\ufffd" in value for _name, value in message.fields)


def _missing(code: str, found: tuple[tuple[str, str], ...]) -> bool:
    names = {name for name, _value in found}
    return not names.issuperset(NEEDED.get(code, ()))


def _swallowed(found: tuple[tuple[str, str], ...], charset: str) -> bool:
    names = {name for name, _value in found}
    for name, value in found:
        if name in TEXTS and (hit := _SWALLOWED.search(value)):
            lost = next(filter(None, hit.groups()[1:]))
            if lost not in names and hit.group(1).encode(charset).endswith(b"|") and hit.group(1) != "|":
                return True
    return False


def _glued(segments: list[str]) -> Iterator[tuple[str, str]]:
    """A segment without a known id is the rest of the text before it, else something of the vendor's own."""
    name, parts = "", list[str]()
    for segment in segments:
        if segment[:2] in KNOWN:
            if name:
                yield name, "|".join(parts)
            name, parts = segment[:2], [segment[2:]]
        elif segment and name in TEXTS:
            parts.append(segment)
    if name:
        yield name, "|".join(parts)


def believe(request: Message, answer: Message) -> None:
    """An answer counts only for the card and the item that were asked for (I4). Upper and lower case are one, because some
    systems answer in their own. Raises BadFrame."""
    for name in ("AA", "AB"):
        asked, told = request.get(name).strip(), answer.get(name).strip()
        if not told.isascii() or (asked and told and asked.casefold() != told.casefold()):
            raise BadFrame("an answer for another card or item")
        if asked and not told and name in _must_tell(answer):
            raise BadFrame("an answer that does not say for which card or item")


def _must_tell(answer: Message) -> tuple[str, ...]:
    """A refusal may leave out what it refuses; a yes may not."""
    if answer.code in _YES_TELLS:
        return _YES_TELLS[answer.code] if answer["ok"] in ("1", "Y") else ()
    if answer.get("BL") == "N":
        return ()
    return NEEDED.get(answer.code, ())


_YES_TELLS = MappingProxyType({"12": ("AA", "AB"), "30": ("AA", "AB"), "10": ("AB",)})
