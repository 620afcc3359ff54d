"""In which character set a record of ISO 2709 is written. Pure.

UTF-8 shows itself: no other character set makes valid UTF-8 by chance. The leader's word counts only where that does not
settle it, because many systems write the one and say the other.
"""

import re

from library_bridge.marc.problems import Unusable

UTF_8, GB_18030, MARC_8 = "utf-8", "gb18030", "marc-8"
ESCAPE = 0x1B
CHINESE = re.compile(rb"\x1faCN|chi|jpn|zho")
DOUBLE = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
BOTH_HIGH = re.compile(rb"[\x81-\xfe][\x80-\xfe]")
FEWEST_HIGH = 0.25  # of the pairs: of any Chinese text about two thirds, of accents before Latin letters none
NAME_IT = "export it as UTF-8, or name its character set with --encoding"


def of_record(chunk: bytes) -> str:
    """Raises Unusable for what is none of the three."""
    says_utf8 = chunk[9:10] == b"a"
    if chunk.isascii():
        return MARC_8 if ESCAPE in chunk and not says_utf8 else UTF_8
    if says_utf8 or _is(chunk, UTF_8):
        return UTF_8
    if _looks_chinese(chunk) and _is(chunk, GB_18030):
        return GB_18030
    if _is_unimarc(chunk):
        raise Unusable("its text is neither UTF-8 nor GB 18030", NAME_IT)
    return MARC_8


def decoded(text: bytes, encoding: str) -> str:
    """Raises UnicodeDecodeError."""
    if encoding == MARC_8 and not (text.isascii() and ESCAPE not in text):
        from pymarc import marc8_to_unicode  # its tables take 4 MB, and few processes ever see such a record

        return marc8_to_unicode(text, hide_utf8_warnings=True)
    return text.decode("ascii" if encoding == MARC_8 else encoding)


def _is(chunk: bytes, encoding: str) -> bool:
    try:
        chunk.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _looks_chinese(chunk: bytes) -> bool:
    pairs = len(DOUBLE.findall(chunk))
    return bool(CHINESE.search(chunk)) and len(BOTH_HIGH.findall(chunk)) > FEWEST_HIGH * pairs


def _is_unimarc(chunk: bytes) -> bool:
    """By the directory: MARC 21 has its title in 245, UNIMARC in 200."""
    tags = {chunk[at : at + 3] for at in range(24, max(24, chunk.find(b"\x1e")), 12)}
    return b"200" in tags and b"245" not in tags
