"""One question to a service outside (T-R13): over TLS, to a host that was named, at an address that was looked at.

A name is resolved once, and the connection goes to the address that was found harmless, so a name that leads elsewhere the
second time gains nothing. Redirects are followed twice at most, each under the same rules. No proxy, no cookie, no packed
answer; the time is for all of it, however slowly it drips.
"""

import json
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

import httpcore

from personal_catalog.lookup import places
from personal_catalog.lookup.places import Forbidden, Place, Target
from personal_catalog.lookup.sources import SourceLimited, SourceUnavailable

MOST_BYTES = 5_000_000
MOST_BYTES_AFTER_POST = 64_000
MOST_REDIRECTS = 2
MOST_ADDRESSES = 3
CONNECT_SECONDS = 3.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})
USER_AGENT = "Bookrelay (isbnlib)"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def get(url: str, *, place: Place, seconds: float, most_bytes: int = MOST_BYTES, accept: str = "*/*") -> Answer | None:
    """None for what is not there (404, 410). Raises SourceUnavailable."""
    end = time.monotonic() + seconds
    for _hop in range(MOST_REDIRECTS + 1):
        answer = _once(_allowed(place, url), end, most_bytes, accept)
        if answer.status in REDIRECTS:
            url = urljoin(url, answer.headers.get("location", ""))
        elif answer.status in (404, 410):
            return None
        elif answer.status == 200:
            return answer
        elif answer.status == 429 or "retry-after" in answer.headers:
            raise SourceLimited(answer.headers.get("retry-after", ""))
        else:
            raise SourceUnavailable(f"answers {answer.status}")
    raise SourceUnavailable("sends us on and on")


def post(url: str, *, place: Place, seconds: float, content: bytes, headers: Mapping[str, str]) -> Answer:
    """Whatever the other side answers; it is not followed elsewhere. Raises SourceUnavailable."""
    end = time.monotonic() + seconds
    return _once(_allowed(place, url), end, MOST_BYTES_AFTER_POST, "*/*", content=content, more=headers)


def get_json(url: str, *, place: Place, seconds: float) -> object:
    """None for what is not there. Raises SourceUnavailable."""
    answer = get(url, place=place, seconds=seconds, accept="application/json")
    try:
        return json.loads(answer.body) if answer else None
    except (ValueError, RecursionError) as problem:
        raise SourceUnavailable("not JSON") from problem


def _allowed(place: Place, url: str) -> Target:
    try:
        return places.target(place, url)
    except Forbidden as problem:
        raise SourceUnavailable(str(problem)) from None


def _once(
    target: Target,
    end: float,
    most_bytes: int,
    accept: str,
    *,
    content: bytes | None = None,
    more: Mapping[str, str] | None = None,
) -> Answer:
    address = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    headers: dict[bytes | str, bytes | str] = {
        "Host": _host(target),
        "User-Agent": USER_AGENT,
        "Accept": accept,
        "Accept-Encoding": "identity",
    }
    headers.update(more or {})
    if content is not None:
        headers["Content-Length"] = str(len(content))
    network = _Network(end, anywhere=target.anywhere)
    try:
        with (
            _pool(target, network) as pool,
            pool.stream("GET" if content is None else "POST", address, headers=headers, content=content) as response,
        ):
            said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            body = b"" if response.status in REDIRECTS else _read(response.iter_stream(), said, most_bytes)
            return Answer(response.status, said, body)
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as problem:
        raise SourceUnavailable(type(problem).__name__) from None


def _pool(target: Target, network: "_Network") -> httpcore.ConnectionPool:
    """For one question."""
    tls = _tls() if target.scheme == "https" else None
    return httpcore.ConnectionPool(ssl_context=tls, network_backend=network, max_keepalive_connections=0)


def _read(pieces: Iterable[bytes], said: dict[str, str], most_bytes: int) -> bytes:
    if said.get("content-encoding", "identity").lower() != "identity":
        raise SourceUnavailable("packs its answer, which we did not ask for")
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > most_bytes:
            raise SourceUnavailable(f"answers with more than {most_bytes:,} bytes")
    return bytes(body)


def _host(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == places.DEFAULT_PORTS[target.scheme] else f"{host}:{target.port}"


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpcore.default_ssl_context()


class _Network(httpcore.NetworkBackend):
    """Until `end` on the monotonic clock."""

    def __init__(self, end: float, *, anywhere: bool) -> None:
        self._network = httpcore.SyncBackend()
        self._end, self._anywhere = end, anywhere

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        problem: Exception = httpcore.ConnectError("no address")
        for address in self._addresses(host, port)[:MOST_ADDRESSES]:
            try:
                left = min(CONNECT_SECONDS, _left(self._end, httpcore.ConnectTimeout))
                return _Stream(self._network.connect_tcp(address, port, left), self._end)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                problem = failed
        raise problem

    def _addresses(self, host: str, port: int) -> list[str]:
        """All of them, or none: a name that also leads inside is not to be trusted."""
        try:
            found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("the name is not known") from None
        if not self._anywhere and not all(map(places.is_public, found)):
            raise SourceUnavailable("its name leads to an address that is not of the open internet")
        return found


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, end: float) -> None:
        self._stream, self._end = stream, end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._end, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._end, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._end, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._end)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(end: float, late: type[httpcore.TimeoutException]) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise late("the time is over")
    return left
