"""What a CAS server answers to a ticket (CAS Protocol 3.0, appendix A). Stricter than the client's own reading, which takes any
element named `user` at any depth: an attribute of that name would then be somebody else."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

CAS = "{http://www.yale.edu/tp/cas}"
USER_MAX_CHARACTERS = 255


class Foreign(Exception):
    """No answer of the protocol, or no yes."""


@dataclass(frozen=True, slots=True)
class Success:
    """`attributes` holds each value, in order."""

    user: str
    attributes: dict[str, list[str]]


def read(content: bytes) -> Success:
    """Raises Foreign."""
    root = _root(content)
    if root.tag != f"{CAS}serviceResponse" or [child.tag for child in root] != [f"{CAS}authenticationSuccess"]:
        raise Foreign("no success")
    success = root[0]
    users = success.findall(f"{CAS}user")
    if len(users) != 1 or success.find(f"{CAS}proxies") is not None:
        raise Foreign("not one user")
    user = _text(users[0])
    if not 0 < len(user) <= USER_MAX_CHARACTERS:
        raise Foreign("no user")
    return Success(user, _attributes(success))


def _root(content: bytes) -> Element:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as problem:
        raise Foreign("unreadable XML") from problem
    return root


def _attributes(success: Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for attributes in success.findall(f"{CAS}attributes"):
        for attribute in attributes:
            found.setdefault(attribute.tag.removeprefix(CAS), []).append(_text(attribute))
    return found


def _text(element: Element) -> str:
    """Empty for one with something inside it."""
    return "" if len(element) else (element.text or "").strip()
