"""XML from and to strangers: small, shallow, UTF-8, without DOCTYPE, entities or anything that would be fetched (T-I4)."""

import re
from xml.etree.ElementTree import Element, ParseError, SubElement, TreeBuilder, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

NAMESPACE = "http://www.niso.org/2008/ncip"
MOST_BYTES = 1024 * 1024  # unpacked
DEEPEST = 64
DECLARED = re.compile(r"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")
READ = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Unreadable(ValueError):
    """Not a message, or not one to be believed. What it says holds nothing of the message's text."""


class _Shallow(TreeBuilder):
    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable("nested too deeply")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse(body: bytes) -> Element:
    """Raises Unreadable. Comments and processing instructions are left out."""
    if len(body) > MOST_BYTES:
        raise Unreadable("too large")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    declared = DECLARED.match(text)
    if declared and declared[1].lower() not in READ:
        raise Unreadable("not UTF-8")
    parser = DefusedXMLParser(target=_Shallow(), encoding="utf-8", forbid_dtd=True)
    try:
        parser.feed(text.encode())
        root: Element = parser.close()
    except DefusedXmlException:
        raise Unreadable("a DOCTYPE or an entity") from None
    except ParseError:
        raise Unreadable("not well-formed XML") from None
    return root


def write(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def add(parent: Element, name: str, text: str = "") -> Element:
    """Raises Unreadable for a character that XML has not."""
    if NOT_IN_XML.search(text):
        raise Unreadable("a character that XML has not")
    made = SubElement(parent, tag(name))
    made.text = text or None
    return made


def only(parent: Element | None, *path: str) -> Element | None:
    """The one element at the end of the path. Two of a name are a trick: raises Unreadable."""
    for name in path:
        if parent is None:
            return None
        found = parent.findall(tag(name))
        if len(found) > 1:
            raise Unreadable(f"{name} more than once")
        parent = found[0] if found else None
    return parent


def all_of(parent: Element | None, name: str) -> list[Element]:
    return [] if parent is None else parent.findall(tag(name))


def text(parent: Element | None, *path: str) -> str:
    """Trimmed; "" for what is not there."""
    found = only(parent, *path)
    return (found.text or "").strip() if found is not None else ""
