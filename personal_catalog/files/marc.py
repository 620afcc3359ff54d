"""Records of MARC 21, UNIMARC and CNMARC as rows, by the bridge's reader (decision 9)."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from io import BufferedReader

from library_bridge.marc import files
from library_bridge.marc.problems import Broken
from library_bridge.ports import Gone
from personal_catalog.facts import typed, with_language
from personal_catalog.files.rows import Problem, Row
from personal_catalog.records import facts_of

LEADER = re.compile(rb"\d{5}.{5}22\d{5}.{3}45")
SEPARATORS = (b"\x1d", b"\x1e", b"\x1f")
NO_TEXT = re.compile(rb"[\x01-\x08\x0e-\x1a]")  # in pictures and packed files, in no character set of MARC


def looks_like_marc(head: bytes) -> bool:
    """XML, a leader as ISO 2709 has it, or text with the separators that no other has."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    is_xml = text.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\0<"))
    return is_xml or bool(LEADER.match(text)) or _is_separated(head)


def _is_separated(head: bytes) -> bool:
    return any(mark in head for mark in SEPARATORS) and not NO_TEXT.search(head)


def read(opened: BufferedReader) -> Iterator[Row]:
    """Each record says by its fields of which family it is."""
    for number, record in enumerate(files.read(opened), 1):
        yield _row(number, record)


def _row(number: int, record: files.Read) -> Row:
    place = str(number)
    if isinstance(record, Broken):
        return Row(place, problem=Problem("record", {"why": record.reason, "mend": record.mend, "name": record.name}))
    if isinstance(record, Gone):
        return Row(place, problem=Problem("deleted"))
    facts = with_language(typed(asdict(facts_of(record))))
    return Row(place, facts=facts, isbn13=next(iter(facts.isbns), ""))
