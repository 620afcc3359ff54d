"""What allauth and the CAS client send goes over our own bounded line: no redirect is followed, an answer has a limit in bytes
and seconds, and nothing goes out unencrypted but to this machine (T-I3, T-I5, T-I6)."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, Self
from urllib.parse import urlencode, urlsplit

from library_bridge.adapters.http import Line
from library_bridge.ports import Unavailable

SECONDS = 5.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
FORM = "application/x-www-form-urlencoded"


class BasicAuth(Protocol):
    username: str
    password: str


def is_safe(address: object) -> bool:
    """An address that a secret may be sent to, and a reader."""
    if not isinstance(address, str) or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


@dataclass(frozen=True, slots=True)
class Reply:
    """As much of an answer as they read."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    def json(self) -> dict[str, Any]:
        try:
            found = json.loads(self.content)
        except (ValueError, RecursionError) as problem:
            raise Unavailable("unreadable JSON") from problem
        if not isinstance(found, dict):
            raise Unavailable("JSON of another shape")
        return found

    def raise_for_status(self) -> None:
        if self.status_code != 200:
            raise Unavailable(f"status {self.status_code}")

    def close(self) -> None:
        """It was read to its end."""


class Session:
    """Stands where both would use a session of `requests`. Raises Unavailable, which holds no address and no body."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        """The line stays open for the next."""

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        verify: bool = True,
    ) -> Reply:
        reply = self.request("GET", url, params=params, headers=headers)
        reply.raise_for_status()
        return reply

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: BasicAuth | None = None,
    ) -> Reply:
        if not is_safe(url):
            raise Unavailable("an address without encryption", nothing_sent=True)
        sent = dict(headers or {})
        if data is not None:
            sent["Content-Type"] = FORM
        if auth is not None:
            sent["Authorization"] = "Basic " + b64encode(f"{auth.username}:{auth.password}".encode()).decode()
        content = None if data is None else urlencode(data).encode()
        answer = _line().send(method, url, params=params, headers=sent, content=content)
        return Reply(answer.status, answer.headers, answer.body)


@cache
def _line() -> Line:
    """One for the process: reading the certificates of the machine takes longer than most answers."""
    return Line(seconds=SECONDS)
