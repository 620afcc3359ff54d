"""What each app adds to the commands and pages of the whole service, found by the names of its modules.

An app's `invariants.py` has CHECKS, its `due.py` has act(now=…), its `demo.py` has load(now=…), and its `personal_data.py`
says what it keeps of persons (`library_bridge.keeping`); what an app adds to the desk's first page its `matters.py` has
(`sharing.staff.matters`). Apps are asked in the order of INSTALLED_APPS, lower ones first,
and none imports another for it.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from library_bridge import clocks, rounds

logger = logging.getLogger(__name__)


class Check(NamedTuple):
    """One invariant of the service: `violations` reads and gives one line per violation."""

    id: str
    says: str
    violations: Callable[[], Iterable[str]]


def all_checks() -> list[Check]:
    return [check for module in modules("invariants") for check in module.CHECKS]


def act_on_due(*, now: datetime) -> Iterator[dict[str, object]]:
    """Everything whose deadline has passed at `now`; one dict a deed. One app's failure does not stop the others, and what
    one of them takes its time for has passed for the next. A round in which an app, or a whole part of one (a deed that says
    `where`), fails has not ended: the silence that staff are told of goes on."""
    clock, whole = clocks.running_from(now), True
    for module in modules("due"):
        try:
            for deed in module.act(now=clock()):
                whole = whole and not (deed["did"] == "failed" and "where" in deed)
                yield deed
        except Exception as problem:  # the sweep must go on: the next round finds the row again
            logger.exception("%s could not finish what is due", module.__name__)
            whole = False
            yield {"did": "failed", "where": module.__name__, "problem": type(problem).__name__}
    if whole:
        rounds.ended()


def load_demo(*, now: datetime) -> Iterator[str]:
    """The story ends with the midnight before `now`: a campus is the same at whatever hour of the day it is made."""
    today = timezone.make_aware(datetime.combine(timezone.localdate(now), time()))
    for module in modules("demo"):
        module.load(now=today)
        yield module.__name__.split(".")[0]


def modules(name: str) -> Iterator[ModuleType]:
    for config in apps.get_app_configs():
        if config.module is not None and config.name in settings.OUR_APPS and module_has_submodule(config.module, name):
            yield import_module(f"{config.name}.{name}")
