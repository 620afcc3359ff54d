"""An adapter with settings of every kind, so that what operators do can be tried without any real system."""

from datetime import datetime
from types import SimpleNamespace

import pytest

from library_bridge import registry
from library_bridge.adapters import options
from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.adapters.options import Kind, Misconfigured, Option
from library_bridge.models import Library

OPTIONS = (
    Option("host", default=None, help="Name or address of the server."),
    Option("port", Kind.INTEGER, default=6001, help="Its port."),
    Option("timeout", Kind.TIME_OUT, default=10.0),
    Option("tls", Kind.YES_OR_NO, default=False),
    Option("when_out", Kind.CHOICE, default="unknown", choices=("unknown", "refuse", "moves")),
    Option("login"),
    Option("password", secret=True, help="Of the account of this service."),
)


def make(library: Library, now: datetime) -> EmbeddedSystem:
    values = options.read(OPTIONS, library.settings)
    if values["login"] and not values["password"]:
        raise Misconfigured("password", "is needed with a login")
    return EmbeddedSystem(Library(pk=library.pk, code=library.code), now)


def put_in_place_of(adapter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = registry._module
    double = SimpleNamespace(OPTIONS=OPTIONS, make=make)
    monkeypatch.setattr(registry, "_module", lambda name: double if name == adapter else real(name))
