"""How one library's NCIP server differs from the next: all of it settings, so that no difference needs code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from library_bridge.adapters.options import Misconfigured

Pairs = Mapping[str, str]
VERSIONS = {
    "2.02": "http://www.niso.org/schemas/ncip/v2_02/ncip_v2_02.xsd",
    "2.01": "http://www.niso.org/schemas/ncip/v2_01/ncip_v2_01.xsd",
    "2.0": "http://www.niso.org/schemas/ncip/v2_0/imp1/xsd/ncip_v2_0.xsd",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """`problems` are words in a Problem → our reason code; `statuses` are circulation statuses → ItemStatus. All keys are
    casefolded."""

    zone: tzinfo
    version: str = "2.02"
    from_agency: str = ""
    to_agency: str = ""
    from_agency_authentication: str = field(default="", repr=False)
    from_system: str = ""
    from_system_authentication: str = field(default="", repr=False)
    card_type: str = "Barcode Id"
    pin_type: str = "PIN"
    user_identifier_type: str = ""
    item_identifier_type: str = ""
    describe_in_acts: bool = True
    problems: Pairs = field(default_factory=dict)
    statuses: Pairs = field(default_factory=dict)
    harmless_blocks: frozenset[str] = frozenset()


def pairs(name: str, given: str, *, allowed: frozenset[str] | None = None) -> dict[str, str]:
    """From "words = value; words = value". Raises Misconfigured."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in given.split(";"))):
        words, equals, value = (piece.strip() for piece in part.rpartition("="))
        if not (words and equals and value) or (allowed is not None and value not in allowed):
            raise Misconfigured(name, "must be “words = value; words = value”")
        found[words.casefold()] = value
    return found


def words(given: str) -> frozenset[str]:
    """From "value; value"."""
    return frozenset(filter(None, (part.strip().casefold() for part in given.split(";"))))
