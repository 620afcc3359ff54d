"""A MARC file as records, whatever it is made of: ISO 2709 or MARCXML, MARC 21 or CNMARC, gzipped or not. Pure.

One record that can't be read never stops the rest.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from io import BufferedReader, RawIOBase
from typing import BinaryIO, TypeAlias, cast

from library_bridge.marc import cnmarc, iso2709, marc21, marcxml
from library_bridge.marc.fields import Record
from library_bridge.marc.problems import Broken, Unusable
from library_bridge.ports import BibliographicRecord, Gone

TAGS = marc21.TAGS | cnmarc.TAGS
GZIP = b"\x1f\x8b"
NOT_UNPACKED = (EOFError, gzip.BadGzipFile, zlib.error)
NAME = re.compile(rb"\x1e([ -~]{1,80})\x1e")
NAME_IN_XML = re.compile(r'tag="001"[^>]{0,40}>\s*([^<]{1,80}?)\s*<')
OTHER_KINDS = {
    "z": "authority",
    "u": "holdings",
    "v": "holdings",
    "x": "holdings",
    "y": "holdings",
    "w": "classification",
}
LONGEST_ID = 80

Read: TypeAlias = BibliographicRecord | Gone | Broken


def read(stream: BinaryIO, *, encoding: str = "", skip: int = 0) -> Iterator[Read]:
    """Every record of the file behind the first `skip`; `encoding` overrules what the records say. Numbers count from 1."""
    number = 0
    try:
        for number, source in enumerate(_sources(_unpacked(stream)), 1):
            if number > skip:
                yield _read(source, number, encoding)
    except NOT_UNPACKED:
        yield Broken(number + 1, "", "the file can't be unpacked from here on", "send it anew; a part of it is missing")


def _read(source: bytes | str, number: int, encoding: str) -> Read:
    try:
        return one(source, encoding=encoding)
    except Unusable as problem:
        return Broken(number, name_of(source), problem.reason, problem.mend)


def _sources(opened: BufferedReader) -> Iterator[bytes | str]:
    is_xml = _head(opened).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe", b"\xfe\xff"))
    return marcxml.texts(opened) if is_xml else iso2709.chunks(opened)


def one(source: bytes | str, *, encoding: str = "", record_id: str = "") -> BibliographicRecord | Gone:
    """A single record of ISO 2709 (bytes) or MARCXML (text). Raises Unusable."""
    if isinstance(source, str):
        return change(marcxml.record_of(source, wanted=TAGS), record_id)
    return change(iso2709.record_of(source, wanted=TAGS, encoding=encoding), record_id)


def change(record: Record, record_id: str = "") -> BibliographicRecord | Gone:
    """What a record says: that it is there, or that it was deleted (leader/05). Raises Unusable."""
    is_unimarc = record.has("200") and not record.has("245")
    leader = record.leader
    if kind := OTHER_KINDS.get(leader[6:7]):
        raise Unusable(f"it is a record of {kind}, not of a book", "leave it out of the export")
    number = (record_id or marc21.control_number(record))[:LONGEST_ID]
    if leader[5:6] == "d":
        if not number:
            raise Unusable("it says that it is deleted, and has no control number (001)", "give it its number")
        return Gone(number)
    mapped = cnmarc.bibliographic_record if is_unimarc else marc21.bibliographic_record
    made = mapped(record, number)
    return made if made.record_id else replace(made, record_id=_by_its_words(made))


def name_of(source: bytes | str) -> str:
    """The control number of a record that can't be read, as far as it shows; for a person to look for."""
    if isinstance(source, str):
        return found[1] if (found := NAME_IN_XML.search(source[:10_000])) else ""
    return named[1].decode().strip() if (named := NAME.search(source[:10_000])) else ""


def _by_its_words(made: BibliographicRecord) -> str:
    """The same again next time, as long as title, creators, year and ISBN stay."""
    said = repr((made.title, made.subtitle, made.creators, made.year, made.isbn13s))
    return f"~{sha256(said.encode('utf-8', 'replace')).hexdigest()[:24]}"


def _unpacked(stream: BinaryIO) -> BufferedReader:
    opened = _peekable(stream)
    return _peekable(gzip.open(opened)) if _head(opened).startswith(GZIP) else opened


def _peekable(stream: object) -> BufferedReader:
    return BufferedReader(cast("RawIOBase", stream))


def _head(opened: BufferedReader) -> bytes:
    return opened.peek(512)[:512]
