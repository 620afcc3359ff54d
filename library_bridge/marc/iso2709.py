"""Records of ISO 2709 out of a stream of bytes, more patiently than the standard asks for. Pure.

A record ends with its terminator, whatever length it claims; a directory whose lengths are wrong (often counted in characters
instead of bytes) is put right by the field terminators where both name the same number of fields.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from library_bridge.marc import encodings
from library_bridge.marc.fields import Field, Record, data_field
from library_bridge.marc.problems import Unusable

END_OF_RECORD, END_OF_FIELD, DELIMITER = b"\x1d", b"\x1e", "\x1f"
LEADER, ENTRY = 24, 12
LONGEST = 2_000_000  # bytes; the standard ends at 99,999, and some systems write more
READ = 1 << 16
BETWEEN = b"\r\n\t \x00\x1a\xef\xbb\xbf"
DIRECTORY = re.compile(rb"(?:[0-9A-Za-z]{3}[0-9]{9})+")
CONTROL = "00"
WITHOUT_THEM = frozenset({"001", "245", "200"})
EXPORT_AGAIN = "export it anew; lengths in ISO 2709 count bytes"


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Each record with its terminator; a last one without it as it is; of one that is too long its first bytes, without."""
    rest, skipping = b"", False
    while more := stream.read(READ):
        *whole, rest = (rest + more).split(END_OF_RECORD)
        for chunk in whole:
            if skipping:
                skipping = False
            elif kept := chunk.lstrip(BETWEEN):
                yield kept + END_OF_RECORD
        if skipping:
            rest = b""
        elif len(rest) > LONGEST:
            yield rest[:LONGEST]
            rest, skipping = b"", True
    if not skipping and (kept := rest.strip(BETWEEN)):
        yield kept


def record_of(chunk: bytes, *, wanted: frozenset[str], encoding: str = "") -> Record:
    """The wanted fields of one record. A field whose text can't be read is left out, unless the record is nothing without
    it. Raises Unusable."""
    if not chunk.endswith(END_OF_RECORD):
        if len(chunk) >= LONGEST:
            raise Unusable(
                f"it is longer than {LONGEST:,} bytes", "leave out what is not bibliographic, e.g. full text"
            )
        raise Unusable("it is cut off", "send the file anew; the end of it is missing")
    charset = encoding or encodings.of_record(chunk)
    leader, fields = _leader(chunk), list[Field]()
    for tag, raw in _fields(chunk):
        if tag in wanted:
            try:
                fields.append(_field(tag, raw, charset))
            except UnicodeDecodeError:
                if tag in WITHOUT_THEM:
                    raise Unusable(f"field {tag} is not {charset}", encodings.NAME_IT) from None
    return Record(leader, fields)


def _leader(chunk: bytes) -> str:
    text = chunk[:LEADER].decode("ascii", "replace")
    if len(text) < LEADER or END_OF_FIELD in chunk[:LEADER]:
        raise Unusable("it has no leader of 24 characters", EXPORT_AGAIN)
    return text


def _fields(chunk: bytes) -> Iterator[tuple[str, bytes]]:
    end = chunk.find(END_OF_FIELD, LEADER)
    directory = chunk[LEADER:end] if end > 0 else b""
    if not DIRECTORY.fullmatch(directory):
        raise Unusable("its directory can't be read", EXPORT_AGAIN)
    entries = [
        (directory[at : at + 3].decode("ascii"), int(directory[at + 3 : at + 7]), int(directory[at + 7 : at + 12]))
        for at in range(0, len(directory), ENTRY)
    ]
    data = chunk[end + 1 : -1]
    found = [(tag, data[start : start + length]) for tag, length, start in entries]
    if all(raw.find(END_OF_FIELD) == len(raw) - 1 for _, raw in found):
        return ((tag, raw[:-1]) for tag, raw in found)
    return _by_terminators(entries, data)


def _by_terminators(entries: list[tuple[str, int, int]], data: bytes) -> Iterator[tuple[str, bytes]]:
    pieces = data.removesuffix(END_OF_FIELD).split(END_OF_FIELD)
    if len(pieces) != len(entries):
        raise Unusable(f"its directory names {len(entries)} fields, and there are {len(pieces)}", EXPORT_AGAIN)
    in_place = sorted(range(len(entries)), key=lambda number: entries[number][2])
    return ((entries[number][0], piece) for number, piece in zip(in_place, pieces, strict=True))


def _field(tag: str, raw: bytes, charset: str) -> Field:
    if tag.startswith(CONTROL):
        return Field(tag, data=encodings.decoded(raw, charset))
    if charset == encodings.MARC_8:  # each subfield begins anew in its character sets
        pieces = [encodings.decoded(piece, charset) for piece in raw.split(DELIMITER.encode())]
    else:
        pieces = raw.decode(charset).split(DELIMITER)
    marks = pieces.pop(0)
    marks = marks if len(marks) == 2 else f"{marks}  "[:2]
    return data_field(tag, marks, [(piece[0], piece[1:]) for piece in pieces if piece])
