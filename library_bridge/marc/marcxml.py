"""Records of MARCXML out of a stream, each parsed by itself: one that is not well-formed leaves the others whole. Pure.

No DOCTYPE ever reaches the parser, so there are no entities to expand and nothing to fetch (T-I4).
"""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from library_bridge.marc.fields import Field, Record, data_field
from library_bridge.marc.problems import Unusable

READ = 1 << 16
LONGEST = 4_000_000  # characters
BLANK_LEADER = " " * 24
DECLARED = re.compile(rb"""<\?xml[^>]{0,200}encoding\s*=\s*["']([A-Za-z][\w.-]{0,40})["']""")
LONGEST_TAG = 100
FIELD = re.compile("<(?:[A-Za-z_][\\w.-]{0,40}:)?(?:leader|controlfield|datafield)")
START = re.compile(r"<(?:([A-Za-z_][\w.-]{0,40}):)?record(?=[\s>])")
PREFIX = re.compile(r"[<\s/]([A-Za-z_][\w.-]{0,40}):(?=[A-Za-z_])")
UNDECODED = re.compile("[\udc80-\udcff]")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NOT_XML_EITHER = re.compile(r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));")
WELL_FORMED = "the file must be well-formed XML in the character set that it names"


def texts(stream: BinaryIO) -> Iterator[str]:
    """The source of each record element, from its start tag to its end tag; of one that never ends what there is of it.
    A record element around another, as SRU and OAI answers have them, is none of its own."""
    rest, searched = "", 0
    for more in _decoded(stream):
        rest += more
        while piece := _next(rest, searched):
            if FIELD.search(rest, *piece):
                yield rest[slice(*piece)]
            rest, searched = rest[piece[1] :], 0
        searched = max(0, len(rest) - LONGEST_TAG)
        if len(rest) > LONGEST and (begin := START.search(rest)):
            yield rest[begin.start() :][: LONGEST + 1]
        if len(rest) > LONGEST:
            rest, searched = "", 0
    if (begin := START.search(rest)) and FIELD.search(rest, begin.end()):
        yield rest[begin.start() :]


def _next(text: str, searched: int) -> tuple[int, int] | None:
    """Where the first record begins, and where it ends or the next one begins; an end before `searched` was looked for."""
    if not (begin := START.search(text)):
        return None
    name = f"{begin[1]}:record" if begin[1] else "record"
    end = re.compile(rf"</{name}\s*>").search(text, max(begin.end(), searched))
    inner = START.search(text, begin.end(), end.start() if end else len(text))
    if inner:
        return begin.start(), inner.start()
    return (begin.start(), end.end()) if end else None


def record_of(source: str, *, wanted: frozenset[str]) -> Record:
    """Raises Unusable."""
    return of_element(parsed(source), wanted=wanted)


def parsed(source: str) -> Element:
    """Whatever prefixes its parents have declared. Raises Unusable."""
    if len(source) > LONGEST:
        raise Unusable(
            f"it is longer than {LONGEST:,} characters", "leave out what is not bibliographic, e.g. full text"
        )
    if UNDECODED.search(source):
        raise Unusable("its bytes are not of the character set that the file names", WELL_FORMED)
    clean = NOT_XML_EITHER.sub("", NOT_XML.sub("", source))
    prefixes = sorted(set(PREFIX.findall(clean)) - {"xml", "xmlns"})
    names = "".join(f' xmlns:{prefix}="urn:{prefix}"' for prefix in prefixes)
    try:
        [found] = fromstring(f"<all{names}>{clean}</all>", forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as problem:
        raise Unusable(f"it is not well-formed XML ({str(problem)[:80]})", WELL_FORMED) from None
    assert isinstance(found, Element)
    return found


def of_element(element: Element, *, wanted: frozenset[str]) -> Record:
    leader, fields = BLANK_LEADER, list[Field]()
    for child in element:
        name, tag = local_name(child), child.get("tag", "")
        if name == "leader":
            leader = (child.text or "").replace("-", " ").ljust(24)[:24]
        elif name == "controlfield" and tag in wanted:
            fields.append(Field(tag, data=child.text or ""))
        elif name == "datafield" and tag in wanted:
            marks = f"{(child.get('ind1') or ' ')[0]}{(child.get('ind2') or ' ')[0]}"
            pieces = [((piece.get("code") or "a")[:1], piece.text or "") for piece in child]
            fields.append(data_field(tag, marks, pieces))
    return Record(leader, fields)


def local_name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _decoded(stream: BinaryIO) -> Iterator[str]:
    """Bytes that its character set does not have become lone surrogates: only their own record is refused."""
    more = stream.read(READ)
    name = charset(more)
    decoder = codecs.getincrementaldecoder(name)("replace" if name == "utf-16" else "surrogateescape")
    while more:
        yield decoder.decode(more)
        more = stream.read(READ)


def charset(head: bytes) -> str:
    """As the XML declaration has it; what is called GB 2312 is read as its superset."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = DECLARED.search(head[:400])
    try:
        name = codecs.lookup(declared[1].decode() if declared else "utf-8").name
    except LookupError:
        return "utf-8"
    return "gb18030" if name in ("gb2312", "gbk") else name
