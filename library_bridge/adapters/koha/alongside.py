"""Koha's own SIP2 server beside its REST API: for the check-in, which the API lacks, and in older versions for the
checkout and the PIN."""

from copy import copy
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from library_bridge.adapters.options import Option
from library_bridge.models import Library
from library_bridge.ports import LibrarySystem

PREFIX = "sip2_"
ADAPTER = "library_bridge.adapters.sip2.adapter"


def options() -> tuple[Option, ...]:
    """Those of the SIP2 adapter under names of their own; none has to be given, because Koha may have no SIP2."""
    if not (sip2 := _adapter()):
        return ()
    return tuple(
        replace(
            option,
            name=f"{PREFIX}{option.name}",
            default="" if option.default is None else option.default,
            help=f"Koha's SIP2 server: {option.help}",
        )
        for option in sip2.OPTIONS
    )


def sip2_system(library: Library, now: datetime) -> LibrarySystem | None:
    """None without a host. Made by the SIP2 adapter itself, from the same library with those settings only."""
    given = {name.removeprefix(PREFIX): value for name, value in library.settings.items() if name.startswith(PREFIX)}
    sip2 = _adapter()
    if not sip2 or not given.get("host"):
        return None
    beside = copy(library)
    beside.settings = given
    system: LibrarySystem = sip2.make(beside, now)
    return system


def _adapter() -> Any:
    return import_module(ADAPTER) if find_spec("library_bridge.adapters.sip2") else None
