"""Which adapter speaks for a library. A new library system is one more package; docs/adapters.md lists what else."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from django.utils import timezone

from library_bridge.adapters import options
from library_bridge.adapters.options import USUAL_TIME_OUT, Kind, Misconfigured, Option
from library_bridge.models import Library
from library_bridge.ports import LibrarySystem, Unavailable
from library_bridge.watched import WatchedSystem

logger = logging.getLogger(__name__)

Maker = Callable[[Library, datetime], LibrarySystem]


def system_for(library: Library, *, now: datetime) -> WatchedSystem:
    """The embedded system takes its clock from `now`; a real one has its own. Raises Unavailable for a misconfigured
    library: to its readers it is one that can't be reached."""
    try:
        return WatchedSystem(ADAPTERS[library.adapter](library, now), library)
    except Misconfigured as problem:
        logger.warning("library %s is misconfigured: %s", library.code, problem)
        raise Unavailable("misconfigured", nothing_sent=True) from problem


def problem_of(library: Library) -> Misconfigured | None:
    """What stands in the way of connecting; asks nobody. For operators: what it says names the setting."""
    try:
        options.read(options_of(library.adapter), library.settings)
        ADAPTERS[library.adapter](library, timezone.now())
    except Misconfigured as problem:
        return problem
    return None


def options_of(adapter: str) -> Sequence[Option]:
    """What may be set for a library of this adapter, its own settings first."""
    return (*_module(adapter).OPTIONS, *options.COMMON)


def longest_time_out(library: Library) -> float:
    """In seconds, of those that may be set for its adapter; 0 for one that has none. Raises Misconfigured."""
    timed = [option for option in options_of(library.adapter) if option.kind == Kind.TIME_OUT]
    values = options.read(options_of(library.adapter), library.settings)
    return max((float(values[option.name] or USUAL_TIME_OUT) for option in timed), default=0.0)


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
