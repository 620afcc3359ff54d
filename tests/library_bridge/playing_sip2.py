"""A server that plays what a test writes down, byte by byte: for what no honest server does."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import pytest

from library_bridge.adapters.sip2 import messages
from library_bridge.adapters.sip2.adapter import Sip2System
from library_bridge.models import Library
from library_bridge.ports import Refused, Unavailable

SAME = -1  # the number of the request


@dataclass(frozen=True)
class Step:
    """An answer: its text, and what is wrong with it."""

    text: str
    raw: bool = False  # nothing is added
    sequence: int | None = SAME
    checksum: bytes | None = None  # another than the right one
    end: bytes | None = None
    times: int = 1
    by_bytes: bool = False
    pause: float = 0
    late_by: float = 0
    hang_up: bool = False

    def frame(self, request: bytes, end: bytes) -> bytes:
        end = end if self.end is None else self.end
        found = messages.unwrap(request)
        body = self.text.encode()
        if self.raw or found.checked is None:
            return (body + end) * self.times
        if (sequence := found.sequence if self.sequence == SAME else self.sequence) is not None:
            body += b"AY%d" % sequence
        if self.checksum != b"":
            body += b"AZ"
            body += messages.checksum(body) if self.checksum is None else self.checksum
        return (body + end) * self.times


class Player:
    """Answers in the order of `will`; `lines` opened, `pieces` received, and `overlaps`: a request before the answer."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.login = Step("941")
        self.status = Step("98YNNYNN60000320261124    1000002.00AOMAIN|BXYYYYYYYYYNYNYYYY|")
        self.always: Step | None = None
        self.end = self.stop = b"\r"
        self.lines = self.overlaps = 0
        self.pieces: list[bytes] = []
        self._tls = tls
        self._steps: list[Step] = []
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def will(self, *steps: Step) -> None:
        self._steps.extend(steps)

    @property
    def steps_left(self) -> int:
        return len(self._steps)

    def count(self, code: str) -> int:
        return sum(piece.startswith(code.encode()) for piece in self.pieces)

    def forget(self) -> None:
        self.hang_up()
        self.pieces.clear()
        self._steps.clear()

    def hang_up(self) -> None:
        for line in self._open:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        time.sleep(0.02)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                line, _address = self._listener.accept()
                self.lines += 1
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError), line:
            if self._tls:
                line = self._tls.wrap_socket(line, server_side=True)
            self._open.append(line)
            while piece := line.recv(4096):
                self.pieces.append(piece)
                self.overlaps += piece.count(self.stop) > 1
                step = self._next(piece)
                if step is None or not _play(line, step.frame(piece.rstrip(b"\r\n"), self.end), step):
                    break
            line.shutdown(socket.SHUT_RDWR)

    def _next(self, piece: bytes) -> Step | None:
        known = {b"93": self.login, b"99": self.status}.get(piece[:2])
        with self._lock:
            return known or (self._steps.pop(0) if self._steps else self.always)


def _play(line: socket.socket, frame: bytes, step: Step) -> bool:
    time.sleep(step.late_by)
    pieces = [frame[at : at + 1] for at in range(len(frame))] if step.by_bytes else [frame]
    for piece in pieces:
        line.sendall(piece)
        time.sleep(step.pause)
    return not step.hang_up


def system(player: Player, **settings: object) -> Sip2System:
    given = {"host": "127.0.0.1", "port": player.port, "login": "a", "password": "b", "timeout_s": 2, **settings}
    return Sip2System(Library(pk=1, code="demo", adapter="sip2", settings=given))


def silence_of(act: Callable[[], object]) -> Unavailable:
    with pytest.raises(Unavailable) as problem:
        act()
    return problem.value


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


DATE = "20261124    100000"
ITEM = f"18040201{DATE}AB0110|AJSoil|AH20261207    235900|CF0|"
CHARGED = f"121NNY{DATE}AOMAIN|AA21|AB0110|AJSoil|AH20261207    235900|"
RETURNED = f"101YNN{DATE}AOMAIN|AB0110|AQ|AJSoil|AA21|"


def patron(fields: str, *, status: str = "", count: str = "0000") -> Step:
    return Step(f"64{status.ljust(14)}000{DATE}00000000{count}000000000000AOMAIN|{fields}")


def an_item(barcode: str, fields: str = "AJSoil|AH20261207    235900|CF0|", status: str = "04") -> Step:
    return Step(f"18{status}0201{DATE}AB{barcode}|{fields}")
