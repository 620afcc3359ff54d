"""Which adapter speaks for a library. A new library system is one more entry; docs/adapters.md lists what else."""

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from library_bridge.adapters.options import Option
from library_bridge.models import Library
from library_bridge.ports import LibrarySystem
from library_bridge.watched import WatchedSystem

Maker = Callable[[Library, datetime], LibrarySystem]


def system_for(library: Library, *, now: datetime) -> LibrarySystem:
    """The embedded system takes its clock from `now`; a real one has its own. Raises Misconfigured."""
    return WatchedSystem(ADAPTERS[library.adapter](library, now), library)


def options_of(adapter: str) -> Sequence[Option]:
    options: Sequence[Option] = _module(adapter).OPTIONS
    return options


def _maker(adapter: str) -> Maker:
    """Only a system that some library has is loaded."""

    def make(library: Library, now: datetime) -> LibrarySystem:
        system: LibrarySystem = _module(adapter).make(library, now)
        return system

    return make


def _module(adapter: str) -> Any:
    """Each package of `adapters` has a module `adapter` with `OPTIONS` and `make(library, now)`."""
    return import_module(f"library_bridge.adapters.{adapter}.adapter")


ADAPTERS: dict[str, Maker] = {adapter: _maker(adapter) for adapter in Library.Adapter.values}
