"""One request to a library system over HTTP: sent once, never followed elsewhere, read up to a limit within a time.

Retries are the saga's business, after it has read (I2). Each request has a connection of its own: no late answer can be
taken for the next one's, and no write gets lost on a line that the other side had hung up while it was idle.
"""

import json
import logging
import math
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from library_bridge.adapters.options import Misconfigured
from library_bridge.ports import Unavailable

MOST_BYTES = 2 * 1024 * 1024
JSON_TYPES = frozenset({"application/json", "application/problem+json", "application/marc-in-json"})
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)

# They write whole addresses and headers into the log: card numbers, keys (K12).
for chatty in ("httpx", "httpcore"):
    logging.getLogger(chatty).setLevel(logging.WARNING)

_end: ContextVar[float] = ContextVar("end of the request", default=math.inf)


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        return self.content_type in JSON_TYPES


class Line:
    """May be shared by threads. `seconds` is for the whole request and its answer, however slowly it drips, of which at most
    so many bytes are read."""

    def __init__(
        self,
        *,
        seconds: float,
        connections: int = 8,
        verify: str | bool | ssl.SSLContext = True,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """`verify`: a file of certificates to trust instead of the usual ones, or False for loopback tests."""
        self._seconds = seconds
        self._most_bytes = most_bytes
        context = ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify
        self._client = httpx.Client(
            transport=_Transport(context=httpx.create_ssl_context(context), connections=connections),
            follow_redirects=False,
            trust_env=False,
        )

    def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        seconds: float | None = None,
        most_bytes: int | None = None,
    ) -> Answer:
        """Raises Unavailable; `nothing_sent` when there was no connection. What it says holds no address and no body."""
        limit = seconds or self._seconds
        before = _end.set(time.monotonic() + limit)
        try:
            request = self._client.build_request(
                method,
                url,
                params=params,
                headers={"accept-encoding": "gzip", **(headers or {})},
                content=content,
                timeout=httpx.Timeout(limit, connect=min(limit, 3.0)),
            )
            return self._answer(request, most_bytes or self._most_bytes)
        except NOT_SENT as problem:
            raise Unavailable(type(problem).__name__, nothing_sent=True) from None
        except httpx.HTTPError as problem:
            raise Unavailable(type(problem).__name__) from None
        finally:
            _end.reset(before)

    def _answer(self, request: httpx.Request, most_bytes: int) -> Answer:
        response = self._client.send(request, stream=True)
        try:
            if response.is_redirect:
                raise Unavailable("the library system wants to send us elsewhere")
            encoding = response.headers.get("content-encoding", "identity").strip().lower()
            body = _body(response.iter_raw(), encoding, most_bytes)
            return Answer(response.status_code, response.headers, body)
        finally:
            response.close()

    def close(self) -> None:
        self._client.close()


@contextmanager
def before_the_write() -> Iterator[None]:
    """A question that goes wrong in here leaves the write unsent, and the caller may know that."""
    try:
        yield
    except Unavailable as silence:
        raise Unavailable(silence.reason, silence.retry_after, nothing_sent=True) from None


def json_of(answer: Answer) -> Any:
    """Strictly: no other content type, no name twice, no NaN, no half characters. Raises Unavailable."""
    if not answer.is_json:
        raise Unavailable(f"{answer.content_type[:40] or 'something'} instead of JSON")
    try:
        found = json.loads(
            answer.body, object_pairs_hook=_each_once, parse_constant=_no_number, parse_float=_finite_number
        )
        if b"\\u" in answer.body:
            json.dumps(found, ensure_ascii=False).encode()  # half of a surrogate pair
    except (ValueError, RecursionError):
        raise Unavailable("unreadable JSON") from None
    return found


def address(name: str, given: str) -> str:
    """A base address without a slash at its end. Keys and PINs go over TLS, except to this machine (T-I3)."""
    try:
        parts = urlsplit(given)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise Misconfigured(name, "must be an address such as https://library.example") from None
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise Misconfigured(name, "must be an address such as https://library.example")
    if parts.scheme == "http" and not _is_loopback(host):
        raise Misconfigured(name, "must begin with https://, except for this machine's own loopback address")
    return given.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _body(pieces: Iterable[bytes], encoding: str, most_bytes: int) -> bytes:
    """However much it unpacks to: never more than the limit is held in memory."""
    if encoding not in ("identity", "gzip", ""):
        raise Unavailable("the answer is packed in a way we did not ask for")
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if encoding == "gzip" else None
    body = bytearray()
    try:
        for piece in pieces:
            body += unpack.decompress(piece, most_bytes - len(body) + 1) if unpack else piece
            if len(body) > most_bytes:
                raise Unavailable("the answer is too large")
    except zlib.error:
        raise Unavailable("the answer can't be unpacked") from None
    if unpack and body and not unpack.eof:
        raise Unavailable("the answer was cut off")
    return bytes(body)


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _no_number(name: str) -> object:
    raise ValueError(name)


def _finite_number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


class _Transport(httpx.HTTPTransport):
    """httpx limits only the wait for each next byte; the lines of this pool know when the whole request has to be over."""

    def __init__(self, *, context: ssl.SSLContext, connections: int) -> None:
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=0,
            network_backend=_Network(),
        )


class _Network(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._network.connect_tcp(host, port, left, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
    left = min(_end.get() - time.monotonic(), timeout if timeout is not None else math.inf)
    if left <= 0:
        raise late("the time is over")
    return left
