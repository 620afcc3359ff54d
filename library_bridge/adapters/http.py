"""One request to a library system over HTTP: sent once, never followed elsewhere, read up to a limit within a time.

Retries are the saga's business, after it has read (I2).
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from library_bridge.ports import Unavailable

MOST_BYTES = 2 * 1024 * 1024
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Line:
    """Kept open between requests; may be shared by threads. `seconds` is for the whole request and its answer, of which at
    most so many bytes are read."""

    def __init__(
        self, *, seconds: float, connections: int = 8, verify: str | bool = True, most_bytes: int = MOST_BYTES
    ) -> None:
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._client = httpx.Client(
            timeout=httpx.Timeout(seconds, connect=min(seconds, 3.0)),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            follow_redirects=False,
            trust_env=False,
            verify=verify,
        )

    def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """Raises Unavailable; `nothing_sent` when there was no connection. What it says holds no address and no body."""
        end = time.monotonic() + self._seconds
        try:
            with self._client.stream(method, url, params=params, headers=headers, content=content) as response:
                if response.is_redirect:
                    raise Unavailable("the library system wants to send us elsewhere")
                return Answer(response.status_code, response.headers, _read(response, end, self._most_bytes))
        except NOT_SENT as problem:
            raise Unavailable(type(problem).__name__, nothing_sent=True) from None
        except httpx.HTTPError as problem:
            raise Unavailable(type(problem).__name__) from None

    def close(self) -> None:
        self._client.close()


def json_of(answer: Answer) -> Any:
    """Strictly: no other content type, no name twice, no NaN. Raises Unavailable."""
    if answer.content_type not in ("application/json", "application/problem+json"):
        raise Unavailable(f"{answer.content_type[:40] or 'something'} instead of JSON")
    try:
        return json.loads(answer.body, object_pairs_hook=_each_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        raise Unavailable("unreadable JSON") from problem


def _read(response: httpx.Response, end: float, most_bytes: int) -> bytes:
    """However slowly it drips, and however much it unpacks to."""
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > most_bytes:
            raise Unavailable("the answer is too large")
        if time.monotonic() > end:
            raise Unavailable("the answer took too long")
    return bytes(body)


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _no_number(name: str) -> object:
    raise ValueError(name)
