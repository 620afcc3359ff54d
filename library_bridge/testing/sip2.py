"""A SIP2 server on a socket over the embedded system: for tests, which script its faults, and for self-service machines."""

import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from library_bridge.adapters.sip2 import layouts, messages
from library_bridge.adapters.sip2.messages import BadFrame, Frame, Message
from library_bridge.testing import sip2_desk
from library_bridge.testing.faults import Fault
from library_bridge.testing.house import House
from library_bridge.testing.sip2_desk import Desk

logger = logging.getLogger(__name__)

PIECE = 4096
MOST_BYTES = 8192  # of a request
LISTEN = 64
# What a careful client never sends: it would act behind the library's back.
FORBIDDEN = frozenset({b"01", b"19", b"25", b"37", b"65"})


class Sip2Server:
    """One thread for each line. `complaints` holds what no client should have sent; it is not answered otherwise."""

    def __init__(
        self,
        house: House,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        login: str = "",
        password: str = "",
        charset: str = "utf-8",
        institution: str = "MAIN",
        end: bytes = b"\r",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.house = house
        self.login, self.password = login, password
        self.charset, self.institution, self.end = charset, institution, end
        self.complaints: list[str] = []
        self.lines_opened = 0
        self.stopping = threading.Event()
        self._tls = tls
        self._listener = socket.create_server((host, port), backlog=LISTEN)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def start(self) -> None:
        thread = threading.Thread(target=self._accept, name=f"sip2 {self.port}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        self.stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(timeout=5)

    def hang_up(self) -> None:
        """Close every line, as servers do with idle ones."""
        with self._lock:
            lines = list(self._open)
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                line, _address = self._listener.accept()
            except OSError:
                return
            self.lines_opened += 1
            thread = threading.Thread(target=self._serve, args=(line,), daemon=True)
            self._threads = [known for known in self._threads if known.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _serve(self, line: socket.socket) -> None:
        try:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                line = self._tls.wrap_socket(line, server_side=True)
            with self._lock:
                self._open.add(line)
            Conversation(self, line).hold()
        except OSError:
            pass  # the client has gone
        except Exception:
            logger.exception("sip2: a line was closed by a fault of this server")
        finally:
            with self._lock:
                self._open.discard(line)
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


@dataclass(slots=True)
class Conversation:
    """What one line remembers: the login, and its last answer."""

    server: Sip2Server
    line: socket.socket
    is_logged_in: bool = False
    last: bytes = b""

    def hold(self) -> None:
        self.is_logged_in = not self.server.login
        for frame in self._frames():
            if not self._take(frame):
                return

    def _frames(self) -> Iterator[bytes]:
        waiting = b""
        while piece := self.line.recv(PIECE):
            waiting += piece
            while b"\r" in waiting:
                frame, _end, waiting = waiting.partition(b"\r")
                if waiting.strip(b"\n"):
                    self.server.complaints.append("two requests without waiting for an answer")
                yield frame.lstrip(b"\n")
            if len(waiting) > MOST_BYTES:
                return

    def _take(self, frame: bytes) -> bool:
        """False: hang up."""
        found = messages.unwrap(frame)
        if found.body[:2] == layouts.ANSWER_AGAIN.encode():
            return self._send(self.last)
        if found.checked is False:
            return self._send(messages.encode(Message(layouts.ASK_AGAIN), with_checksum=True))
        if found.body[:2] in FORBIDDEN:
            self.server.complaints.append(f"message {found.body[:2].decode()}")
            return False
        try:
            request = messages.decode(frame, charset=self.server.charset)
        except BadFrame:
            return False
        if request.code not in layouts.ANSWERS or not (self.is_logged_in or request.code == layouts.LOGIN):
            return False
        self._look_over(request)
        return self._answer(request, found)

    def _look_over(self, request: Message) -> None:
        blocks = any(name == "no_block" for name, _length in layouts.FIXED[request.code]) and request["no_block"] != "N"
        if blocks or any(request.get(name) not in ("", "N") for name in ("BO", "BI")):
            self.server.complaints.append(f"message {request.code} with no block, fee acknowledged or cancel")

    def _answer(self, request: Message, found: Frame) -> bool:
        fault = self.server.house.script.called(sip2_desk.operation(request))
        if fault == Fault.DROP_FIRST:
            return False
        answer = self._logged_in(request) if request.code == layouts.LOGIN else self._from_desk(request, fault)
        if fault == Fault.OTHER_ITEM:
            answer = sip2_desk.of_another(answer)
        raw = self._encoded(answer, found)
        before, self.last = self.last, raw
        return self._deliver(raw, before, fault)

    def _logged_in(self, request: Message) -> Message:
        given = (request.get("CN").rstrip(), request.get("CO"))
        self.is_logged_in = not self.server.login or given == (self.server.login, self.server.password)
        return Message(layouts.LOGIN_ANSWER, ("1" if self.is_logged_in else "0",))

    def _from_desk(self, request: Message, fault: Fault | None) -> Message:
        with self.server.house.open() as system:
            desk = Desk(system, self.server.institution)
            if fault == Fault.LIE_OK:
                return desk.lie(request)
            answer = desk.answer(request)
            if fault == Fault.LIE_REFUSED and request.code in layouts.ACTS:
                return desk.refused(request, "other")
            return answer

    def _encoded(self, answer: Message, found: Frame) -> bytes:
        """With sequence number and checksum for who sends them. What this character set lacks becomes a question mark."""
        with_checksum = found.checked is not None
        try:
            return messages.encode(
                answer, charset=self.server.charset, sequence=found.sequence, with_checksum=with_checksum
            )
        except BadFrame:
            charset = self.server.charset
            fields = tuple((name, value.encode(charset, "replace").decode(charset)) for name, value in answer.fields)
            answer = Message(answer.code, answer.fixed, fields)
            return messages.encode(answer, charset=charset, sequence=found.sequence, with_checksum=with_checksum)

    def _deliver(self, raw: bytes, before: bytes, fault: Fault | None) -> bool:
        if fault == Fault.DO_AND_DROP:
            return False
        if fault == Fault.HALF:
            self.line.sendall(raw[: len(raw) // 2])
            return False
        if fault == Fault.LATE:
            self.server.stopping.wait(self.server.house.script.late_by)
        pieces = [raw]
        if fault == Fault.TWICE:
            pieces = [raw, raw]
        if fault == Fault.OUT_OF_ORDER:
            pieces = [before or raw, raw]
        if fault == Fault.GARBLED:
            pieces = [_garbled(raw)]
        return self._send(*pieces)

    def _send(self, *frames: bytes) -> bool:
        self.line.sendall(b"".join(frame + self.server.end for frame in frames))
        return True


def _garbled(raw: bytes) -> bytes:
    """One byte in the fixed part is another: a wrong checksum, and no message of this form even without one."""
    return raw[:2] + b"#" + raw[3:10] + b"|" + raw[11:]
