"""OAI-PMH 2.0: an answer of a repository as records and what to ask next. Pure.

The frame is read by its tags and each record is parsed by itself, so a page with one broken record gives all the others.
"""

import re
from dataclasses import dataclass
from html import unescape
from xml.etree.ElementTree import Element

from library_bridge.marc import files, marcxml
from library_bridge.marc.files import LONGEST_ID, Read
from library_bridge.marc.problems import Broken, Unusable
from library_bridge.ports import Gone, Unavailable

NAME = r"(?:[A-Za-z_][\w.-]{0,40}:)?"
FRAME = re.compile(rf"<{NAME}OAI-PMH[\s>]")
FRAME_END = re.compile(rf"</{NAME}OAI-PMH\s*>")
RECORD = re.compile(rf"<{NAME}record(?:\s[^<>]{{0,1000}})?>\s*<{NAME}header[\s>]")
RECORD_END = re.compile(rf"</{NAME}record\s*>")
IDENTIFIER = re.compile(rf"<{NAME}identifier>\s*([^<]{{1,300}}?)\s*</")
DELETED = re.compile(rf"""<{NAME}header\s[^<>]{{0,200}}status\s*=\s*["']deleted["']""")
TOKEN = re.compile(rf"<{NAME}resumptionToken(?:\s[^<>]{{0,400}})?>\s*([^<]{{1,4000}}?)\s*</")
ERROR = re.compile(rf"""<{NAME}error\s[^<>]{{0,200}}code\s*=\s*["'](\w{{1,40}})["']""")
PREFERRED = ("marcxml", "marc21", "marc21xml", "marc", "cnmarc", "unimarc", "unimarcxml", "oai_marc21")


@dataclass(frozen=True, slots=True)
class Identity:
    """`tells_deletions`: whether a record that was deleted is listed as deleted afterwards."""

    granularity: str
    tells_deletions: bool
    response_date: str


@dataclass(frozen=True, slots=True)
class Page:
    changes: tuple[Read, ...]
    token: str = ""
    error: str = ""


def text_of(body: bytes) -> str:
    """Raises Unavailable for what is no answer of a repository."""
    text = str(body, marcxml.charset(body), "surrogateescape")
    if not FRAME.search(text[:4000]) or "<!DOCTYPE" in text[:4000]:
        raise Unavailable("this is no OAI-PMH")
    if not FRAME_END.search(text[-200:]):
        raise Unavailable("the answer is cut off")
    return str(text)


def identity(text: str) -> Identity:
    return Identity(
        granularity=_said(text, "granularity"),
        tells_deletions=_said(text, "deletedRecord") in ("persistent", "transient"),
        response_date=_said(text, "responseDate"),
    )


def best_prefix(text: str) -> str:
    """Of the formats that the repository has. Raises Unavailable when none of them is MARC."""
    found = re.findall(rf"<{NAME}metadataPrefix>\s*([^<\s]{{1,60}})\s*</", text)
    by_name: dict[str, str] = {prefix.lower().replace("-", "").replace("_", ""): prefix for prefix in found}
    for wanted in PREFERRED:
        if prefix := by_name.get(wanted.replace("_", "")):
            return prefix
    raise Unavailable(f"the repository has no MARC, only {', '.join(found[:10])}")


def page(text: str, *, number: int) -> Page:
    """`number` is how many records came before, for the names of broken ones."""
    starts = [found.start() for found in RECORD.finditer(text)]
    if not starts:
        error = ERROR.search(text)
        return Page((), _token(text), error[1] if error else "")
    ends = [*starts[1:], len(text)]
    pieces = [_closed(text[start:end]) for start, end in zip(starts, ends, strict=True)]
    tail = text[starts[-1] + len(pieces[-1]) :]
    return Page(tuple(_read(piece, number + place) for place, piece in enumerate(pieces, 1)), _token(tail))


def stamped(response_date: str, granularity: str) -> str:
    """A moment as the repository wants it in `from` and `until`."""
    return response_date[:10] if granularity == "YYYY-MM-DD" else response_date


def record_id(identifier: str) -> str:
    """`oai:opac.example.edu:123` and Koha's `OPAC:123` are the library's record 123."""
    parts = identifier.split(":", 2 if identifier.startswith("oai:") else 1)
    return (parts[-1] or identifier)[:LONGEST_ID]


def _read(piece: str, number: int) -> Read:
    identifier = found[1] if (found := IDENTIFIER.search(piece[:4000])) else ""
    name = record_id(unescape(identifier))
    try:
        if DELETED.search(piece[:4000]):
            return Gone(_named(name))
        return files.change(marcxml.of_element(_marc(marcxml.parsed(piece)), wanted=files.TAGS), _named(name))
    except Unusable as problem:
        return Broken(number, name, problem.reason, problem.mend)


def _named(name: str) -> str:
    if not name:
        raise Unusable("it has no identifier", "the repository must give it one")
    return name


def _marc(record: Element) -> Element:
    inside = (element for element in record.iter() if element is not record)
    found = next((element for element in inside if marcxml.local_name(element) == "record"), None)
    if found is None:
        raise Unusable("it holds no MARC", "ask for another format with --prefix")
    return found


def _closed(piece: str) -> str:
    """Up to the end tag of the record itself, which is the last one."""
    ends = [found.end() for found in RECORD_END.finditer(piece)]
    return piece[: ends[-1]] if ends else piece


def _token(text: str) -> str:
    return unescape(found[1]) if (found := TOKEN.search(text)) else ""


def _said(text: str, element: str) -> str:
    found = re.search(rf"<{NAME}{element}>\s*([^<]{{1,60}}?)\s*</", text)
    return found[1] if found else ""
