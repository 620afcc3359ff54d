"""One line to a SIP2 server: one conversation, one request at a time, each within a time for the whole of it.

A line on which something went wrong is closed and never used again; who owns it decides whether to open another.
"""

import socket
import ssl
import time
from contextlib import suppress
from dataclasses import replace

from library_bridge.adapters.sip2 import layouts, messages, requests, tls
from library_bridge.adapters.sip2.messages import BadFrame, Frame, Garbled, Message
from library_bridge.adapters.sip2.settings import Settings
from library_bridge.ports import Unavailable

CONNECT_S = 3.0
AGAIN_S = 2.0  # some servers answer 97 without an end: no longer wait for those
MOST_RESENDS = 2
MOST_REQUEST_BYTES = 1000  # what every server takes in one piece
PIECE = 16 * 1024
ENDS = b"\r\n"


# What an operator may have to set when a server does not know a message.
HINTS = {
    layouts.LOGIN: "leave login empty if the server knows none",
    layouts.STATUS: "set sc_status=no if the server does not know it",
    layouts.PATRON: "set patron_information=no if the server does not know it",
}


class Broken(Exception):
    """The line is closed. `sent` is False when not one byte of the request went out; `silent` when time ran out."""

    def __init__(self, reason: str, *, sent: bool = True, silent: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.sent, self.silent = reason, sent, silent


class Line:
    """Opened, logged in and told the protocol's version before anybody gets it. Not for two threads at once."""

    def __init__(self, settings: Settings, *, end: float) -> None:
        """`end` is on the monotonic clock. Raises Unavailable with `nothing_sent`."""
        self._settings = settings
        self._profile = settings.profile
        self._with_checksum = self._profile.error_detection != "off"
        self._sequence = 0
        self._buffer = b""
        self.about: Message | None = None  # ACS Status, where it was asked for
        self.is_open = True
        self.idle_since = time.monotonic()
        self._socket = _connected(settings, end)
        try:
            self._begin(end)
        except (Broken, Unavailable) as problem:
            self.close()
            raise Unavailable(problem.reason, nothing_sent=True) from None

    def ask(self, request: Message, *, end: float) -> Message:
        """The answer to this request, for this card and item. Raises Broken, and BadFrame for what can't be sent."""
        request = self._named(request)
        sequence = self._sequence
        frame = self._encoded(request, sequence)
        self._sequence = (sequence + 1) % 10
        try:
            return self._answer(request, frame, sequence, end)
        except Broken as problem:
            self.close()
            raise Broken(_hinted(problem.reason, request), sent=problem.sent, silent=problem.silent) from None
        except BadFrame as problem:
            self.close()
            raise Broken(_hinted(str(problem), request)) from None

    def is_fresh(self) -> bool:
        """Nothing lies unread on it, and the other side has not hung up. An answer that nobody waited for ends a line."""
        if not self.is_open or time.monotonic() - self.idle_since > self._profile.idle_close_s:
            return False
        try:
            self._socket.settimeout(0)
            found = self._socket.recv(PIECE)
        except (BlockingIOError, ssl.SSLWantReadError):
            return not self._buffer.strip(ENDS)
        except OSError:
            return False
        self._buffer = (self._buffer + found).strip(ENDS)
        return bool(found) and not self._buffer

    def close(self) -> None:
        self.is_open = False
        with suppress(OSError):
            self._socket.close()

    # inside

    def _begin(self, end: float) -> None:
        if self._profile.sc_status_first:
            self._greet(end)
        if self._settings.login:
            answer = self.ask(requests.login(self._settings), end=end)
            if answer["ok"] not in ("1", "Y"):
                raise Unavailable("the library system refused the login of this service")
        if not self._profile.sc_status_first:
            self._greet(end)

    def _greet(self, end: float) -> None:
        """It sets the protocol's version: without it some servers leave out what 2.00 brought."""
        if not self._profile.sc_status:
            return
        self.about = self.ask(requests.sc_status(), end=end)
        if self.about["online"] == "N":
            raise Unavailable("the library system says that it is off line")

    def _named(self, request: Message) -> Message:
        """Who has no AO in the settings uses what the server calls itself."""
        if self._profile.ao or self.about is None or not request.has("AO"):
            return request
        institution = self.about.get("AO")
        if "|" in institution:
            return request
        fields = tuple((name, institution if name == "AO" else value) for name, value in request.fields)
        return replace(request, fields=fields)

    def _encoded(self, request: Message, sequence: int) -> bytes:
        frame = messages.encode(
            request,
            charset=self._profile.charset,
            sequence=sequence if self._with_checksum else None,
            with_checksum=self._with_checksum,
        )
        if len(frame) > MOST_REQUEST_BYTES:
            raise BadFrame("the request is too long")
        return frame

    def _answer(self, request: Message, frame: bytes, sequence: int, end: float) -> Message:
        raw = self._exchange(frame, end)
        for _time in range(MOST_RESENDS):  # their 96: the request came damaged, and nothing was done
            if messages.unwrap(raw).body != layouts.ASK_AGAIN.encode():
                break
            raw = self._exchange(frame, end)
        try:
            return self._believed(request, raw, sequence)
        except Garbled:
            if request.code in layouts.ACTS:
                raise
            return self._once_more(request, sequence, end)

    def _once_more(self, request: Message, sequence: int, end: float) -> Message:
        """Our 97. The answer may carry the old number, 0 or none."""
        frame = messages.encode(requests.answer_again(), with_checksum=self._with_checksum)
        raw = self._exchange(frame, min(end, time.monotonic() + AGAIN_S))
        try:
            return self._believed(request, raw, sequence, again=True)
        except Garbled as problem:
            raise BadFrame(str(problem)) from None

    def _believed(self, request: Message, raw: bytes, sequence: int, *, again: bool = False) -> Message:
        found = messages.unwrap(raw)
        if self._profile.error_detection == "on":
            _check(found, {None, 0, sequence} if again else {sequence})
        answer = messages.decode(found.body, charset=self._profile.charset, fallback=self._profile.charset_fallback)
        if answer.code != layouts.ANSWERS[request.code]:
            raise BadFrame("an answer to another question")
        messages.believe(request, answer)
        return answer

    def _exchange(self, frame: bytes, end: float) -> bytes:
        self._send(frame + (b"\n" if self._profile.terminator == "LF" else b"\r"), end)
        answer = self._read(end)
        self.idle_since = time.monotonic()
        return answer

    def _send(self, frame: bytes, end: float) -> None:
        """In one piece: there are servers that take each piece for a request."""
        gone = 0
        try:
            self._socket.settimeout(_left(end))
            while gone < len(frame):
                gone += self._socket.send(frame[gone:])
        except OSError as problem:
            sent = bool(gone) or isinstance(self._socket, ssl.SSLSocket)
            raise Broken(type(problem).__name__, sent=sent, silent=isinstance(problem, TimeoutError)) from None

    def _read(self, end: float) -> bytes:
        stop = b"\n" if self._profile.terminator == "LF" else b"\r"
        while True:
            self._buffer = self._buffer.lstrip(ENDS)
            frame, found, rest = self._buffer.partition(stop)
            if len(frame) > messages.MOST_BYTES:
                raise Broken("the answer is too long")
            if found:
                self._buffer = rest
                return frame
            if not (piece := self._receive(end)):
                return self._last_words()
            self._buffer += piece

    def _receive(self, end: float) -> bytes:
        try:
            self._socket.settimeout(_left(end))
            return self._socket.recv(PIECE)
        except TimeoutError:
            hint = "; it ends with LF, so look at terminator" if self._buffer.endswith(b"\n") else ""
            raise Broken(f"no whole answer in time{hint}", silent=True) from None
        except OSError as problem:
            raise Broken(type(problem).__name__) from None

    def _last_words(self) -> bytes:
        """They hung up without an end of message: whole only if a checksum says so."""
        frame, self._buffer = self._buffer, b""
        self.is_open = False
        if messages.unwrap(frame).checked:
            return frame
        raise Broken("the line was closed")


def _hinted(reason: str, request: Message) -> str:
    hint = HINTS.get(request.code) if ";" not in reason else None
    return f"{reason} (message {request.code}; {hint})" if hint else reason


def _check(found: Frame, sequences: set[int | None]) -> None:
    if found.checked is None:
        raise BadFrame("an answer without checksum; set error_detection to send-only or off if that is how it is")
    if not found.checked:
        raise Garbled("a wrong checksum; set error_detection to send-only if all are wrong")
    if found.sequence not in sequences:
        raise BadFrame("an answer with another sequence number")


def _connected(settings: Settings, end: float) -> socket.socket:
    try:
        address = (settings.host, settings.port)
        plain = socket.create_connection(address, timeout=min(CONNECT_S, _left(end)))
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.settimeout(_left(end))
            return tls.wrapped(plain, settings) if settings.tls else plain
        except BaseException:
            plain.close()
            raise
    except (OSError, ValueError) as problem:
        raise Unavailable(f"no connection: {type(problem).__name__}", nothing_sent=True) from None


def _left(end: float) -> float:
    if (left := end - time.monotonic()) <= 0:
        raise TimeoutError
    return left
