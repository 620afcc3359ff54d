"""At start, said once: a library whose system can't be reached as it is configured, and a shared network that is none.
Warnings, because the rest of the service runs; whoever needs that library is told that it can't be reached."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError

from library_bridge import registry, throttle
from library_bridge.adapters.options import Misconfigured
from library_bridge.models import Library

MISCONFIGURED = "library_bridge.W001"
NO_NETWORK = "library_bridge.W002"


def libraries_can_be_reached(**kwargs: Any) -> list[CheckMessage]:
    """Asks no library system. Without its tables the service has no libraries yet."""
    try:
        active = list(Library.objects.filter(is_active=True))
    except DatabaseError:
        return []
    return [_said(library, problem) for library in active if (problem := registry.problem_of(library))]


def shared_networks_can_be_read(**kwargs: Any) -> list[CheckMessage]:
    return [
        Warning(
            f"SHARED_NETWORKS: {text!r} is no network, so its readers share the sign-in limit of one address.",
            hint="Written like 10.20.0.0/16, with nothing set behind the prefix.",
            id=NO_NETWORK,
        )
        for text in settings.SHARED_NETWORKS
        if throttle.network_of(text) is None
    ]


def _said(library: Library, problem: Misconfigured) -> CheckMessage:
    return Warning(
        f"The library {library.code} can't be reached as it is configured. {problem}",
        hint=f"manage.py add_library {library.code} --set {problem.name}=… puts it right, --explain lists the settings.",
        obj=f"library {library.code}",
        id=MISCONFIGURED,
    )
