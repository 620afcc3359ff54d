"""Which adapter speaks for a library. A new library system is one more entry; docs/adapters.md lists what else."""

from collections.abc import Callable
from datetime import datetime

from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.models import Library
from library_bridge.ports import LibrarySystem

Maker = Callable[[Library, datetime], LibrarySystem]

ADAPTERS: dict[str, Maker] = {Library.Adapter.EMBEDDED: EmbeddedSystem}


def system_for(library: Library, *, now: datetime) -> LibrarySystem:
    """The embedded system takes its clock from `now`; a real one has its own."""
    return ADAPTERS[library.adapter](library, now)
