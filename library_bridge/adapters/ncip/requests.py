"""What we ask, as NCIP 2.02 messages (Z39.83-2). The order of the elements is the schema's. MandatedAction ("it has
happened, record it whatever your rules say") is never among them."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from library_bridge.adapters.ncip import xml
from library_bridge.adapters.ncip.profile import VERSIONS, Profile

OF_USER = ("Block Or Trap", "User Privilege")  # no name: nothing here shows it
OF_ITEM = (
    "Bibliographic Description",
    "Item Use Restriction Type",
    "Circulation Status",
    "Hold Queue Length",
    "Item Description",
    "Location",
)
OF_ACTS = ("Bibliographic Description",)


def lookup_user(profile: Profile, card: str, *, loans: bool, elements: Iterable[str]) -> bytes:
    """Lookup User. Raises Unreadable for what XML can't carry."""
    root, service = _message(profile, "LookupUser")
    _user(service, profile, card)
    return _rest_of_lookup(root, service, loans, elements)


def sign_in(profile: Profile, card: str, pin: str) -> bytes:
    """Lookup User with Authentication Input: NCIP 2 has no service of its own for it."""
    root, service = _message(profile, "LookupUser")
    for data, kind in ((card, profile.card_type), (pin, profile.pin_type)):
        given = xml.add(service, "AuthenticationInput")
        xml.add(given, "AuthenticationInputData", data)
        xml.add(given, "AuthenticationDataFormatType", "text/plain")
        xml.add(given, "AuthenticationInputType", kind)
    return _rest_of_lookup(root, service, False, OF_USER)


def lookup_item(profile: Profile, barcode: str, *, elements: Iterable[str]) -> bytes:
    root, service = _message(profile, "LookupItem")
    _item(service, profile, barcode)
    _elements(service, "ItemElementType", elements)
    return xml.write(root)


def check_out(profile: Profile, card: str, barcode: str) -> bytes:
    return _act(profile, "CheckOutItem", card, barcode)


def check_in(profile: Profile, barcode: str) -> bytes:
    return _act(profile, "CheckInItem", "", barcode)


def renew(profile: Profile, card: str, barcode: str) -> bytes:
    return _act(profile, "RenewItem", card, barcode)


def _act(profile: Profile, name: str, card: str, barcode: str) -> bytes:
    root, service = _message(profile, name)
    if card:
        _user(service, profile, card)
    _item(service, profile, barcode)
    if profile.describe_in_acts:
        _elements(service, "ItemElementType", OF_ACTS)
    return xml.write(root)


def _message(profile: Profile, name: str) -> tuple[Element, Element]:
    root = Element(xml.tag("NCIPMessage"), {xml.tag("version"): VERSIONS[profile.version]})
    service = xml.add(root, name)
    if profile.from_agency or profile.to_agency:
        _header(service, profile)
    return root, service


def _header(service: Element, profile: Profile) -> None:
    header = xml.add(service, "InitiationHeader")
    for name, value in (
        ("FromSystemId", profile.from_system),
        ("FromSystemAuthentication", profile.from_system_authentication),
    ):
        if value:
            xml.add(header, name, value)
    xml.add(xml.add(header, "FromAgencyId"), "AgencyId", profile.from_agency or profile.to_agency)
    if profile.from_agency_authentication:
        xml.add(header, "FromAgencyAuthentication", profile.from_agency_authentication)
    xml.add(xml.add(header, "ToAgencyId"), "AgencyId", profile.to_agency or profile.from_agency)


def _user(service: Element, profile: Profile, card: str) -> None:
    _identifier(service, profile, "User", profile.user_identifier_type, card)


def _item(service: Element, profile: Profile, barcode: str) -> None:
    _identifier(service, profile, "Item", profile.item_identifier_type, barcode)


def _identifier(service: Element, profile: Profile, what: str, kind: str, value: str) -> None:
    made = xml.add(service, f"{what}Id")
    if profile.to_agency:
        xml.add(made, "AgencyId", profile.to_agency)
    if kind:
        xml.add(made, f"{what}IdentifierType", kind)
    xml.add(made, f"{what}IdentifierValue", value)


def _rest_of_lookup(root: Element, service: Element, loans: bool, elements: Iterable[str]) -> bytes:
    _elements(service, "UserElementType", elements)
    if loans:
        xml.add(service, "LoanedItemsDesired")
    return xml.write(root)


def _elements(service: Element, name: str, values: Iterable[str]) -> None:
    for value in values:
        xml.add(service, name, value)
