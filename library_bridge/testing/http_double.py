"""An HTTP server over the embedded system that fails as its script says. What it answers is a protocol's own business."""

import json
import re
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from django.db import transaction

from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.testing.faults import Fault
from library_bridge.testing.house import House

IDS = re.compile(r"barcode|cardnumber|borrowernumber|external_id|(^|_)id$|Id$")


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body or b"{}")
        return found


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` is JSON unless it is bytes."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Act: TypeAlias = Callable[[EmbeddedSystem], Reply]


class HttpDouble:
    """Subclasses say what a request means (`understand`) and how a refusal looks (`refusal`)."""

    def __init__(self, house: House, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.house = house
        self.requests: list[tuple[str, str]] = []
        """Method and path of each, without what was asked."""
        self._before = Reply(200, [])
        double = self

        class Handler(_Handler):
            server_double = double

        self._server = _Server((host, port), Handler)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://{self._server.server_address[0]!s}:{self.port}"

    def start(self) -> None:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def understand(self, request: Request) -> tuple[str, Act]:
        """The port's name of the operation, or "" for what is none, and what it does."""
        raise NotImplementedError

    def refusal(self) -> Reply:
        raise NotImplementedError

    def finish(self, request: Request, reply: Reply) -> Reply:
        """What each answer has beside its own."""
        return reply

    def answer(self, request: Request, line: "_Handler") -> None:
        self.requests.append((request.method, request.path))
        operation, act = self.understand(request)
        fault = self.house.script.called(operation) if operation else None
        if fault == Fault.DROP_FIRST:
            return line.hang_up()
        reply = self.finish(request, self._do(act, take_back=fault == Fault.LIE_OK))
        before, self._before = self._before, reply
        self._say(reply, before, fault, line)

    def _do(self, act: Act, *, take_back: bool) -> Reply:
        with self.house.open() as system, transaction.atomic():
            reply = act(system)
            if take_back:
                transaction.set_rollback(True)
        return reply

    def _say(self, reply: Reply, before: Reply, fault: Fault | None, line: "_Handler") -> None:
        match fault:
            case Fault.DO_AND_DROP:
                return line.hang_up()
            case Fault.HALF:
                return line.half(reply)
            case Fault.LATE:
                time.sleep(self.house.script.late_by)
            case Fault.OUT_OF_ORDER:
                line.say(before)
            case Fault.GARBLED:
                reply = replace(reply, body=reply.raw[: len(reply.raw) // 2] + b'\xff{"')
            case Fault.OTHER_ITEM:
                reply = replace(reply, body=of_another(reply.body))
            case Fault.LIE_REFUSED:
                reply = self.refusal()
        line.say(reply)
        if fault == Fault.TWICE:
            line.say(reply)


def of_another(found: object) -> object:
    """The same answer about another item and another card."""
    if isinstance(found, list):
        return [of_another(each) for each in found]
    if not isinstance(found, dict):
        return found
    return {name: _other(value) if IDS.search(name) else of_another(value) for name, value in found.items()}


def _other(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value + 1_000_000
    return f"9{value}" if isinstance(value, str) else value


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is no error of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server_double: HttpDouble
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(self.command, unquote(parts.path), params, headers, body)
        try:
            self.server_double.answer(request, self)
        except OSError:
            self.close_connection = True  # the caller has lost patience

    do_POST = do_PUT = do_DELETE = do_GET

    def say(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("content-type", reply.content_type)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.raw)))
        self.end_headers()
        self.wfile.write(reply.raw)

    def half(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("content-type", reply.content_type)
        self.send_header("content-length", str(len(reply.raw)))
        self.end_headers()
        self.wfile.write(reply.raw[: len(reply.raw) // 2])
        self.hang_up()

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *said: object) -> None:
        """Addresses hold card numbers (K12)."""
