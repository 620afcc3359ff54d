"""The bytes of a file: unpacked where they are packed, never more than so many, and in which character set they are."""

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from typing import BinaryIO, cast

from personal_catalog.errors import ImportRefused

READ = 1 << 16
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
MOST_BYTES = 4_000_000_000
NOT_UNPACKED = (EOFError, gzip.BadGzipFile, zlib.error)
HIGH = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
BOTH_HIGH = re.compile(rb"[\x81-\xfe][\x80-\xfe]")
FEWEST_HIGH = 0.25  # of the pairs: of any Chinese text about two thirds, of accents before Latin letters hardly any
MOST_DAMAGED = 0.25  # of what is read beyond ASCII; in the wrong character set it is several times as much
UNDECODED = re.compile("[\udc80-\udcff]")


class Bounded(RawIOBase):
    """A stream of at most so many bytes. Raises ImportRefused behind them (T-L5)."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream, self._most = cast(BufferedReader, stream), most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the interpreter always gives this
        part = self._stream.read1(len(buffer))  # what can be unpacked, before the error that follows it
        if self._stream.tell() > self._most:
            raise ImportRefused("too_large")
        buffer[: len(part)] = part
        return len(part)


def opened(stream: BinaryIO, *, most_bytes: int = MOST_BYTES) -> BufferedReader:
    """From the beginning; unpacked when it is gzip. `stream` stays the caller's."""
    stream.seek(0)
    is_packed = stream.read(2) == GZIP
    stream.seek(0)
    return BufferedReader(Bounded(gzip.GzipFile(fileobj=stream) if is_packed else stream, most_bytes))  # type: ignore[arg-type]


def head_of(opened: BufferedReader, size: int = 4096) -> bytes:
    opened.seek(0)
    try:
        return opened.read(size)
    except NOT_UNPACKED:
        return b""
    finally:
        opened.seek(0)


def parts(opened: BufferedReader) -> Iterator[bytes]:
    """The whole stream, as far as it can be unpacked; then it is at its beginning again."""
    opened.seek(0)
    try:
        while part := opened.read(READ):
            yield part
    except NOT_UNPACKED:
        pass
    finally:
        opened.seek(0)


def encoding_of(opened: BufferedReader) -> str:
    """UTF-8 with or without BOM, UTF-16, GB 18030 or Windows-1252, by all that stands in the file; a few damaged characters
    do not make it another one. Raises ImportRefused for what is no text."""
    head = head_of(opened)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head[:200]:
        return _utf_16_without_mark(head)
    for encoding in ("utf-8-sig", "gb18030"):
        if _fits(opened, encoding):
            return encoding
    return "cp1252" if _looks_western(opened) else _refuse()


def _refuse() -> str:
    raise ImportRefused("unreadable")


def _utf_16_without_mark(head: bytes) -> str:
    even, odd = head[:200:2].count(0), head[1:200:2].count(0)
    if max(even, odd) > 3 * min(even, odd) and max(even, odd) > 10:
        return "utf-16-be" if even > odd else "utf-16-le"
    return _refuse()


def _fits(opened: BufferedReader, encoding: str) -> bool:
    decoder, good, damaged = codecs.getincrementaldecoder(encoding)("surrogateescape"), 0, 0
    for part in parts(opened):
        text = decoder.decode(part)
        if "\0" in text:  # a picture, a spreadsheet of another kind
            _refuse()
        if not text.isascii():
            bad = len(UNDECODED.findall(text))
            damaged, good = damaged + bad, good + len(text) - len(text.encode("ascii", "ignore")) - bad
    if encoding == "gb18030" and _looks_western(opened):
        return False
    return damaged <= MOST_DAMAGED * good


def _looks_western(opened: BufferedReader) -> bool:
    """Single bytes beyond ASCII among Latin letters."""
    sample = head_of(opened, 1 << 20)
    pairs = len(HIGH.findall(sample))
    return bool(pairs) and len(BOTH_HIGH.findall(sample)) <= FEWEST_HIGH * pairs
