"""What a Problem means to us. Its type is a word of the schemes of Z39.83 or the vendor's own, in the vendor's language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from library_bridge.adapters.ncip import xml
from library_bridge.adapters.ncip.profile import Profile
from library_bridge.ports import Refused, Unavailable

MISCONFIGURED = "misconfigured"
ELEMENT_RULE = "element_rule"
TEMPORARY = "temporary"
OTHER = "other"

CODES = {
    "unknown user": "unknown_patron",
    "non-unique user": "unknown_patron",
    "user access denied": "unknown_patron",
    "user authentication failed": "wrong_pin",
    "user blocked": "card_blocked",
    "user ineligible to check out this item": "card_blocked",
    "user ineligible to renew this item": "card_blocked",
    "maximum check outs exceeded": "loan_limit",
    "unknown item": "unknown_item",
    "non-unique item": "unknown_item",
    "item does not circulate": "not_for_loan",
    "resource cannot be provided": "not_for_loan",
    "item access denied": "not_for_loan",
    "item not checked out": "not_on_loan",
    "maximum renewals exceeded": "renewal_limit",
    "item not renewable": "renewal_limit",
    "renewal not allowed - item has outstanding requests": "hold_by_other",
    "temporary processing failure": TEMPORARY,
    "element rule violated": ELEMENT_RULE,
    "unknown element": ELEMENT_RULE,
    "needed data missing": MISCONFIGURED,
    "unsupported service": MISCONFIGURED,
    "unknown service": MISCONFIGURED,
    "agency authentication failed": MISCONFIGURED,
    "system authentication failed": MISCONFIGURED,
    "unknown agency": MISCONFIGURED,
    "unknown system": MISCONFIGURED,
    "invalid message syntax error": MISCONFIGURED,
    "protocol error": MISCONFIGURED,
    "unknown scheme": MISCONFIGURED,
}
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    reason: str = ""


def raise_for(problems: Sequence[Element], profile: Profile, *, private: Sequence[str] = ()) -> None:
    """Any Problem means that it was refused, also beside other elements. Of several the plainest word counts. What is
    `private` is taken out of the reason. Raises Refused, and Unavailable for a failure that passes."""
    if not problems:
        return
    found = [_problem(element, profile, private) for element in problems]
    if any(problem.code == TEMPORARY for problem in found):
        raise Unavailable("the library system says: temporary failure")
    plainest = next((problem for problem in found if problem.code != OTHER), found[0])
    raise Refused(plainest.code, plainest.reason)


def _problem(element: Element, profile: Profile, private: Sequence[str]) -> Problem:
    kind, detail = xml.text(element, "ProblemType"), xml.text(element, "ProblemDetail")
    values = (*private, xml.text(element, "ProblemValue"))
    return Problem(_code(kind, detail, profile), clean(detail or kind, values))


def _code(kind: str, detail: str, profile: Profile) -> str:
    said = f"{kind}: {detail}".casefold()
    own = next((code for words, code in profile.problems.items() if words in said), "")
    word = " ".join(kind.casefold().split())
    return own or CODES.get(word) or (MISCONFIGURED if word.startswith("unauthorized") else OTHER)


def clean(text: str, private: Sequence[str]) -> str:
    """For people: one line of 200 characters, without the identifiers that were sent."""
    for value in sorted(filter(None, private), key=len, reverse=True):
        text = text.replace(value, "…")
    return CONTROLS.sub(" ", text).strip()[:200]
