"""Let self-service machines and other programs use the embedded library system over SIP2, Koha's API, NCIP or FOLIO's API.

Each server is started by naming its port (0: any free one). On this machine only, unless --i-know and a password of your
own say otherwise: SIP2 and NCIP are clear text, and NCIP asks nobody who they are. Ctrl-C stops all.
"""

import inspect
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from ipaddress import ip_address
from secrets import token_urlsafe
from typing import Any, Protocol

from django.core.management.base import BaseCommand, CommandError

from library_bridge.adapters import options as settings_of_adapters
from library_bridge.adapters.options import Misconfigured, Option
from library_bridge.models import Library
from library_bridge.testing.house import House

MISUSED = 2
LOGIN = "bookrelay"
LOGINS, PASSWORDS = ("login", "client_id", "username"), ("password", "client_secret")


class Server(Protocol):
    @property
    def port(self) -> int: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """`must_sign_in`: the protocol has no way without, so there always are a login and a password."""

    name: str
    says: str
    must_sign_in: bool = False

    def made(self, house: House, host: str, port: int, login: str, password: str) -> Server:
        """Loaded only when asked for. A server takes the credentials under its protocol's own names."""
        module = import_module(f"library_bridge.testing.{self.name}")
        server: Any = getattr(module, f"{self.name.capitalize()}Server")
        known = inspect.signature(server).parameters
        given = dict.fromkeys(LOGINS, login) | dict.fromkeys(PASSWORDS, password) if password else {}
        made: Server = server(house, host=host, port=port, **{name: given[name] for name in given if name in known})
        return made


KINDS = (
    Kind("sip2", "SIP2"),
    Kind("koha", "Koha's REST API", must_sign_in=True),
    Kind("ncip", "NCIP 2"),
    Kind("folio", "FOLIO's API", must_sign_in=True),
)


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        for kind in KINDS:
            parser.add_argument(f"--{kind.name}", type=int, metavar="PORT", help=kind.says)
        parser.add_argument("--library", metavar="CODE", help="needed where several libraries are embedded")
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen at")
        parser.add_argument("--i-know", action="store_true", help="listen where other machines can reach it")
        parser.add_argument("--login", default=LOGIN, help=f"name that clients sign in with; else {LOGIN}")
        parser.add_argument("--password", default="", help="or env:VARIABLE; else one is made where one is needed")

    def handle(self, *args: Any, host: str, **options: Any) -> None:
        wanted = [(kind, options[kind.name]) for kind in KINDS if options[kind.name] is not None]
        if not wanted:
            raise CommandError(f"Name a port: {', '.join(f'--{kind.name}' for kind in KINDS)}.", returncode=MISUSED)
        password = _password(options["password"])
        if not _is_this_machine(host) and not (options["i_know"] and password):
            raise CommandError(
                f"Other machines could reach {host}: that takes --i-know and a --password.", returncode=MISUSED
            )
        house = House(_library(options["library"]))
        with ExitStack() as servers, _signals_end_it():
            for kind, port in wanted:
                self._start(servers, kind, house, host, port, options["login"], password)
            self.stdout.write("Ctrl-C stops everything")
            self.stdout.flush()
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                self.stdout.write("stopped")

    def _start(
        self, servers: ExitStack, kind: Kind, house: House, host: str, port: int, login: str, password: str
    ) -> None:
        made_up = "" if password or not kind.must_sign_in else token_urlsafe(12)
        try:
            server = kind.made(house, host, port, login, password or made_up)
            server.start()
        except OSError as problem:
            raise CommandError(f"{kind.says} at {host}:{port}: {problem.strerror or problem}") from problem
        servers.callback(server.stop)
        secret = f", login {login}, password {made_up}" if made_up else f", login {login}" if password else ""
        self.stdout.write(f"{kind.says}: {host}:{server.port}{secret}")


def _library(code: str | None) -> Library:
    embedded = Library.objects.filter(adapter=Library.Adapter.EMBEDDED)
    found = list(embedded.filter(code=code) if code else embedded.filter(is_active=True))
    if len(found) == 1:
        return found[0]
    known = ", ".join(embedded.values_list("code", flat=True)) or "none"
    raise CommandError(f"Name a library with the embedded system by --library; there are: {known}.", returncode=MISUSED)


def _password(given: str) -> str:
    option = Option("--password")
    try:
        return str(settings_of_adapters.read([option], {option.name: given})[option.name])
    except Misconfigured as problem:
        raise CommandError(str(problem), returncode=MISUSED) from problem


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _signals_end_it() -> Iterator[None]:
    """A service manager's SIGTERM like Ctrl-C, which a shell lets its background jobs ignore."""
    endings = (signal.SIGINT, signal.SIGTERM)
    before = {ending: signal.signal(ending, signal.default_int_handler) for ending in endings}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
