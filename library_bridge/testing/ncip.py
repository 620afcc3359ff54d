"""An NCIP 2.02 responder on a socket, over the embedded system. `PROFILE` is what an adapter's settings need to
understand its refusals."""

import socket
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Lock, Thread

from library_bridge.adapters.ncip.xml import MOST_BYTES
from library_bridge.testing import ncip_answers as answers
from library_bridge.testing.faults import Fault
from library_bridge.testing.house import House
from library_bridge.testing.ncip_answers import PROFILE

__all__ = ["PROFILE", "NcipServer"]

HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/xml; charset="utf-8"\r\nContent-Length: %d\r\n\r\n'
IDLE = 60.0  # seconds


class NcipServer:
    def __init__(self, house: House, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = _Server((host, port), house)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True, name="ncip")

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], house: House) -> None:
        super().__init__(address, _Handler)
        self.house = house
        self._before = b""
        self._lock = Lock()

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # without asking any name server who we are

    def instead_of(self, answer: bytes) -> bytes:
        """The answer to the question before this one."""
        with self._lock:
            before, self._before = self._before, answer
            return before


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = IDLE
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self.close_connection = True
            return
        house = self.server.house
        question = answers.read(self.rfile.read(int(length)))
        fault = house.script.called(question.operation)
        if fault == Fault.DROP_FIRST:
            return self._drop()
        answer = answers.answer(house, question, fault)
        with suppress(OSError):  # whoever asked has gone
            self._say(answer, self.server.instead_of(answer), fault)

    def _say(self, answer: bytes, before: bytes, fault: Fault | None) -> None:
        match fault:
            case Fault.DO_AND_DROP:
                return self._drop()
            case Fault.HALF:
                self.wfile.write(_framed(answer)[: -len(answer) // 2])
                return self._drop()
            case Fault.LATE:
                time.sleep(self.server.house.script.late_by)
            case Fault.TWICE:
                self.wfile.write(_framed(answer))
            case Fault.OUT_OF_ORDER:
                self.wfile.write(_framed(before))
        self.wfile.write(_framed(answer))

    def _drop(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: a request's line and body are readers' business."""


def _framed(answer: bytes) -> bytes:
    return (HEAD % len(answer)).encode() + answer
