"""The line to one FOLIO: its token, one answer for one request, lists page by page.

Each process signs in for itself and never uses a refresh token: a refresh token that two workers use at once ends all tokens
of the account.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.core.cache import cache

from library_bridge.adapters.fields import Fields, fields_of, rows_of, whole
from library_bridge.adapters.folio.messages import listed
from library_bridge.adapters.folio.settings import Settings
from library_bridge.adapters.http import Answer, Line, before_the_write, json_of
from library_bridge.adapters.tokens import Made, Token, good_for
from library_bridge.ports import Unavailable

PAGE, MOST_PAGES = 200, 50
LIFETIME, EARLIER = 600.0, 90.0  # seconds; FOLIO's ten minutes unless its cookie says another time
TRIES, CLOSED_SECONDS = 3, 3600
ACCESS = re.compile(r"folioAccessToken=([^;,\s]+)([^,]*)")
MAX_AGE = re.compile(r"max-age=(\d{1,9})", re.I)
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Rows:
    rows: list[Fields]
    complete: bool


@lru_cache(maxsize=64)
def session(settings: Settings) -> "Session":
    """One for each library and process."""
    return Session(settings)


class Session:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._line = Line(
            seconds=settings.read_seconds, connections=settings.connections, verify=settings.ca_file or True
        )
        self._token = Token(self._sign_in)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        return self._send("GET", path, params, None, self._settings.read_seconds)

    def rows(self, path: str, name: str, query: str) -> Rows:
        """Every page: FOLIO's own is ten rows (R7)."""
        found: list[Fields] = []
        for number in range(MOST_PAGES):
            params = {"query": query, "limit": str(PAGE), "offset": str(number * PAGE)}
            answer = read(self.get(path, params))
            rows = listed(answer, name)
            found += rows
            if len(rows) < PAGE:
                total = whole(fields_of(answer), "totalRecords")
                return Rows(found, total is None or total <= len(found))
        return Rows(found, complete=False)

    def few(self, path: str, name: str, query: str) -> list[Fields]:
        """Of a question that one row answers; a second one is asked for, to see that there is none."""
        return listed(read(self.get(path, {"query": query, "limit": "2"})), name)

    def ask(self, path: str, body: Mapping[str, object]) -> Answer:
        """A question in a body."""
        return self._send("POST", path, None, json.dumps(body).encode(), self._settings.read_seconds)

    def post(self, path: str, body: Mapping[str, object]) -> Answer:
        """Once. 401 means that nothing was done: only then it goes out again, with a new token (R1)."""
        return self._send("POST", path, None, json.dumps(body).encode(), self._settings.write_seconds)

    def _send(
        self, method: str, path: str, params: Mapping[str, str] | None, content: bytes | None, seconds: float
    ) -> Answer:
        token = self._token.get()
        answer = self._with(token, method, path, params, content, seconds)
        if answer.status == 401:
            answer = self._with(self._token.get(instead_of=token), method, path, params, content, seconds)
        if answer.status == 401:
            raise Unavailable("FOLIO does not accept our token", nothing_sent=True)
        return answer

    def _with(
        self,
        token: str,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        content: bytes | None,
        seconds: float,
    ) -> Answer:
        headers = {"accept": JSON, "x-okapi-tenant": self._settings.tenant}
        headers |= {"x-okapi-token": token} if token else {}
        headers |= {"content-type": JSON} if content is not None else {}
        url = f"{self._settings.base_url}{path}"
        return self._line.send(method, url, params=params, headers=headers, content=content, seconds=seconds)

    def _sign_in(self) -> Made:
        """Whatever goes wrong here, the request itself was not sent. Three wrong passwords end it for an hour, because
        FOLIO blocks the account after some more."""
        key = self._refused_key()
        if cache.get(key, 0) >= TRIES:
            raise Unavailable("FOLIO refused our account several times", CLOSED_SECONDS, nothing_sent=True)
        with before_the_write():
            answer = self._login("/authn/login-with-expiry")
            if answer.status == 404:
                answer = self._login("/authn/login")
        if answer.status in (400, 401, 403, 422):
            cache.set(key, cache.get(key, 0) + 1, CLOSED_SECONDS)
        if answer.status != 201:
            raise Unavailable(f"FOLIO gives no token for our account ({answer.status})", nothing_sent=True)
        cache.delete(key)
        return _token_of(answer)

    def _login(self, path: str) -> Answer:
        content = json.dumps({"username": self._settings.username, "password": self._settings.password}).encode()
        return self._with("", "POST", path, None, content, self._settings.read_seconds)

    def _refused_key(self) -> str:
        """A new password may try again."""
        account = (self._settings.base_url, self._settings.tenant, self._settings.username, self._settings.password)
        return f"folio-refused:{sha256(repr(account).encode()).hexdigest()}"


def _token_of(answer: Answer) -> Made:
    """From the cookie, or in the older way from the header; that one has no end."""
    cookie = ACCESS.search(answer.headers.get("set-cookie", ""))
    token = cookie[1] if cookie else answer.headers.get("x-okapi-token", "")
    age = MAX_AGE.search(cookie[2]) if cookie else None
    if not token or not token.isascii() or not token.isprintable():
        raise Unavailable("FOLIO gave a token that can't be used", nothing_sent=True)
    return token, good_for(float(age[1]) if age else LIFETIME, earlier=EARLIER)


def read(answer: Answer) -> Any:
    """The JSON of a read that went well. Raises Unavailable for anything else; its body is never told on."""
    if answer.status != 200:
        raise Unavailable(f"FOLIO answered {answer.status}")
    return json_of(answer)


def errors_of(answer: Answer) -> Sequence[Fields]:
    """What an error says about itself; some are plain text."""
    if not answer.is_json:
        return [{"message": answer.body[:500].decode(errors="replace")}]
    try:
        return rows_of(fields_of(json_of(answer)).get("errors"))
    except Unavailable:
        return []
