"""Koha's own SIP2 server beside its REST API: for the check-in, which the API lacks, and in older versions for the
checkout and the PIN."""

from copy import copy
from dataclasses import replace
from datetime import datetime

from library_bridge.adapters.sip2 import adapter as sip2
from library_bridge.models import Library
from library_bridge.ports import LibrarySystem

PREFIX = "sip2_"

OPTIONS = tuple(
    replace(
        option,
        name=f"{PREFIX}{option.name}",
        default="" if option.default is None else option.default,
        help=f"Koha's SIP2 server: {option.help}",
    )
    for option in sip2.OPTIONS
)
"""Those of the SIP2 adapter under names of their own; none has to be given, because Koha may have no SIP2."""


def sip2_system(library: Library, now: datetime) -> LibrarySystem | None:
    """None without a host. The same library, with those settings only. Raises Misconfigured."""
    given = {name.removeprefix(PREFIX): value for name, value in library.settings.items() if name.startswith(PREFIX)}
    if not given.get("host"):
        return None
    beside = copy(library)
    beside.settings = given
    return sip2.make(beside, now)
