"""The settings of an NCIP library, read and checked."""

import base64
import ipaddress
from urllib.parse import urlsplit

from library_bridge.adapters import options
from library_bridge.adapters.ncip.profile import VERSIONS, Profile, pairs, words
from library_bridge.adapters.options import Kind, Misconfigured, Option
from library_bridge.models.libraries import Library
from library_bridge.ports import ItemStatus

OPTIONS = (
    Option("url", default=None, help="Address that takes the NCIP messages; https, or http on this machine."),
    Option("from_agency", help="Our agency id, as the library gave it to us."),
    Option("to_agency", help="The library's agency id; also in each card and item."),
    Option("version", Kind.CHOICE, "2.02", tuple(VERSIONS), help="Version that our messages declare."),
    Option("timeout", Kind.TIME_OUT, 10.0, help="Seconds for one question and its whole answer."),
    Option("connections", Kind.INTEGER, 4, help="Connections kept open, at most."),
    Option("username", help="For HTTP Basic authentication."),
    Option("password", secret=True, help="For HTTP Basic authentication."),
    Option("from_agency_authentication", secret=True, help="FromAgencyAuthentication of the header."),
    Option("from_system", help="FromSystemId of the header."),
    Option("from_system_authentication", secret=True, help="FromSystemAuthentication of the header."),
    Option("card_type", default="Barcode Id", help="AuthenticationInputType of the card number."),
    Option("pin_type", default="PIN", help="AuthenticationInputType of the PIN."),
    Option("user_identifier_type", help="UserIdentifierType, where the server wants one."),
    Option("item_identifier_type", help="ItemIdentifierType, where the server wants one."),
    Option("check_out_moves", Kind.YES_OR_NO, False, help="A checkout of a charged item takes it from the other card."),
    Option("renews", Kind.YES_OR_NO, True, help="The server has RenewItem."),
    Option("tells_holds", Kind.YES_OR_NO, True, help="LookupItem tells the length of the hold queue."),
    Option("describe_in_acts", Kind.YES_OR_NO, True, help="Ask for the title with a checkout and a renewal."),
    Option("problem_codes", help="The server's own words in a Problem = our reason code; several with semicolons."),
    Option("statuses", help="The server's own circulation statuses = ours; several with semicolons."),
    Option("harmless_blocks", help="Values of BlockOrTrapType that stop no checkout; several with semicolons."),
    Option("ca_file", help="File with the certificate of the authority that signed the server's."),
    Option("plain_http", Kind.YES_OR_NO, False, help="Allow http to another machine, behind a tunnel of your own."),
)


def profile_of(given: options.Values, library: Library) -> Profile:
    statuses = frozenset(status.value for status in ItemStatus)
    names = (
        "version", "from_agency", "to_agency", "from_agency_authentication", "from_system", "from_system_authentication",
        "card_type", "pin_type", "user_identifier_type", "item_identifier_type",
    )  # fmt: skip
    return Profile(
        zone=library.zone,
        describe_in_acts=bool(given["describe_in_acts"]),
        problems=pairs("problem_codes", str(given["problem_codes"])),
        statuses=pairs("statuses", str(given["statuses"]), allowed=statuses),
        harmless_blocks=words(str(given["harmless_blocks"])),
        **{name: str(given[name]) for name in names},
    )


def address(url: str, *, plain: bool) -> str:
    """PINs go there: in clear text only inside this machine (T-I3)."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise Misconfigured("url", "must be an http or https address without a user name")
    if parts.scheme == "http" and not plain and not _is_here(parts.hostname):
        raise Misconfigured("url", "must be https, unless plain_http is set")
    return url


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode() if username else ""
