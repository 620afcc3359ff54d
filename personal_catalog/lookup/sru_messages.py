"""An SRU server's answer as book facts: MARCXML (MARC 21, UNIMARC, CNMARC) or Dublin Core, told apart by what is in it. Pure.

No DOCTYPE ever gets past the parser, so there are no entities to expand and nothing to fetch (T-I4).
"""

from collections.abc import Iterator
from dataclasses import asdict
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from library_bridge.marc import files, marcxml
from library_bridge.marc.problems import Unusable
from library_bridge.ports import BibliographicRecord
from personal_catalog.facts import BookFacts, from_outside
from personal_catalog.lookup import dublin_core
from personal_catalog.lookup.sources import SourceUnavailable
from personal_catalog.records import facts_of

MARC_FIELDS = {"leader", "controlfield", "datafield"}
MOST_RECORDS = 20
name_of = marcxml.local_name


def facts(body: bytes, *, isbn13: str) -> BookFacts | None:
    """Of the record with this ISBN; of one that names none, because it was asked for by it. Raises SourceUnavailable for a
    complaint of the server and for what is no answer of one."""
    root = _parsed(body)
    if name_of(root) != "searchRetrieveResponse":
        raise SourceUnavailable("this is no answer of an SRU server")
    found = [made for record in _records(root) if (made := _facts(record)) is not None]
    if not found and (complaint := _complaint(root)):
        raise SourceUnavailable(complaint)
    same = [one for one in found if isbn13 in one.isbns]
    nameless = [one for one in found if not one.isbns]
    return next(iter(same or nameless), None)


def _parsed(text: bytes | str) -> Element:
    try:
        found = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as problem:
        raise SourceUnavailable("not XML that may be read") from problem
    assert isinstance(found, Element)
    return found


def _records(root: Element) -> Iterator[Element]:
    """What lies in each recordData; some servers pack it as text."""
    for number, data in enumerate(each(root, "recordData")):
        if number == MOST_RECORDS:
            return
        if len(data):
            yield data[0]
        elif (data.text or "").lstrip().startswith("<"):
            yield _parsed((data.text or "").strip())


def _facts(record: Element) -> BookFacts | None:
    """None for one that can't be used: the next one may."""
    marc = next((one for one in record.iter() if {name_of(part) for part in one} & MARC_FIELDS), None)
    if marc is None:
        return dublin_core.facts(record)
    try:
        made = files.change(marcxml.of_element(marc, wanted=files.TAGS))
    except Unusable:
        return None
    return from_outside(asdict(facts_of(made))) if isinstance(made, BibliographicRecord) else None


def _complaint(root: Element) -> str:
    for one in each(root, "diagnostic"):
        said = {name_of(part): " ".join((part.text or "").split()) for part in one}
        words = " ".join(filter(None, (said.get("message"), said.get("details"), said.get("uri"))))
        return f"complains: {words[:120]}"
    return ""


def each(root: Element, name: str) -> Iterator[Element]:
    return (one for one in root.iter() if name_of(one) == name)
