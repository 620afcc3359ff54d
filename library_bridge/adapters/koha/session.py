"""The line to one Koha: its key, one answer for one request, lists page by page."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from secrets import randbelow
from typing import Any
from urllib.parse import urlencode

from library_bridge.adapters.fields import Fields, fields_of, rows_of, text, whole
from library_bridge.adapters.http import Answer, Line, before_the_write, json_of
from library_bridge.adapters.koha.settings import Settings
from library_bridge.adapters.tokens import Made, Token, good_for
from library_bridge.ports import Unavailable

PAGE, MOST_PAGES = 100, 50
EARLIER = 60.0  # seconds before its end a token is renewed
DESCRIPTION_BYTES = 16 * 1024 * 1024
JSON = "application/json"
OF_BODY = {"accept": JSON, "content-type": JSON}


@dataclass(frozen=True, slots=True)
class Rows:
    """`complete=False`: Koha counts more than it gave."""

    rows: list[Fields]
    total: int | None
    complete: bool


@lru_cache(maxsize=64)
def session(settings: Settings) -> "Session":
    """One for each library and process, so that each library has a pool of its own and a token serves many requests."""
    return Session(settings)


class Session:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._line = Line(
            seconds=settings.read_seconds, connections=settings.connections, verify=settings.ca_file or True
        )
        self._token = Token(self._new_token)

    # reads

    def get(self, path: str, params: Mapping[str, str] | None = None, *, embed: str = "", accept: str = JSON) -> Answer:
        headers = {"accept": accept, **({"x-koha-embed": embed} if embed else {})}
        return self._send("GET", path, params, headers, None)

    def one(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON of an answer 200; None for 404."""
        answer = self.get(path, params)
        return None if answer.status == 404 else read(answer)

    def rows(self, path: str, params: Mapping[str, str] | None = None, *, embed: str = "") -> Rows:
        """Every page. The address of the next one is ours to build, not Koha's to name (T-I5)."""
        found: list[Fields] = []
        total: int | None = None
        for number in range(1, MOST_PAGES + 1):
            answer = self.get(path, {**(params or {}), **page(number)}, embed=embed)
            rows = rows_of(read(answer))
            found += rows
            total = whole(answer.headers, "x-total-count")
            if not rows or (len(found) >= total if total is not None else len(rows) < PAGE):
                return Rows(found, total, total in (None, len(found)))
        return Rows(found, total, complete=False)

    def description(self) -> object:
        """The OpenAPI document of this installation, which is large."""
        return read(self._send("GET", "/", None, {"accept": JSON}, None, most_bytes=DESCRIPTION_BYTES))

    def ask(self, path: str, body: object) -> Answer:
        """A question in a body."""
        return self._send("POST", path, None, OF_BODY, json.dumps(body).encode())

    # writes

    def post(self, path: str, body: object, params: Mapping[str, str] | None = None) -> Answer:
        """Once. 401 means that nothing was done: only then it goes out again, with a new token (R1)."""
        content, seconds = json.dumps(body).encode(), self._settings.write_seconds
        return self._send("POST", path, params, OF_BODY, content, seconds=seconds)

    # inside

    def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str],
        content: bytes | None,
        **limits: Any,
    ) -> Answer:
        key = self._key()
        answer = self._with(key, method, path, params, headers, content, **limits)
        if answer.status == 401 and not self._settings.basic:
            answer = self._with(self._key(instead_of=key), method, path, params, headers, content, **limits)
        if answer.status == 401:
            raise Unavailable("Koha does not accept our key", nothing_sent=True)
        return answer

    def _with(
        self,
        key: str,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str],
        content: bytes | None,
        **limits: Any,
    ) -> Answer:
        """Newer versions repeat the number of a request in its answer (x-koha-request-id)."""
        number = str(randbelow(10**9))
        sent = {**headers, "authorization": key, "x-koha-request-id": number}
        answer = self._line.send(
            method, f"{self._settings.base_url}{path}", params=params, headers=sent, content=content, **limits
        )
        if answer.headers.get("x-koha-request-id", number) != number:
            raise Unavailable("the answer to another question")
        return answer

    def _key(self, *, instead_of: str = "") -> str:
        if self._settings.basic:
            pair = f"{self._settings.name}:{self._settings.secret}".encode()
            return f"Basic {base64.b64encode(pair).decode()}"
        return f"Bearer {self._token.get(instead_of=instead_of.removeprefix('Bearer '))}"

    def _new_token(self) -> Made:
        """OAuth 2.0, 4.4 Client Credentials Grant. Whatever goes wrong here, the request itself was not sent."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.name,
            "client_secret": self._settings.secret,
        }
        headers = {"accept": JSON, "content-type": "application/x-www-form-urlencoded"}
        with before_the_write():
            url = f"{self._settings.base_url}/oauth/token"
            answer = self._line.send("POST", url, headers=headers, content=urlencode(form).encode())
            if answer.status != 200:
                raise Unavailable(f"Koha gives no token for our key ({answer.status})")
            found = fields_of(json_of(answer))
            token, seconds = text(found, "access_token"), whole(found, "expires_in") or 0
            if not token.isascii() or not token.isprintable() or not token:
                raise Unavailable("a token that can't be used")
        return token, good_for(seconds, earlier=EARLIER)


def page(number: int) -> dict[str, str]:
    return {"_per_page": str(PAGE), "_page": str(number)}


def query(condition: object) -> dict[str, str]:
    """Koha's `q`, by a serializer: a barcode never ends up in the middle of a formatted text."""
    return {"q": json.dumps(condition)}


def read(answer: Answer) -> Any:
    """The JSON of a read that went well. Raises Unavailable for anything else; its body is never told on."""
    if answer.status != 200:
        raise Unavailable(f"Koha answered {answer.status}")
    return json_of(answer)


def error_of(answer: Answer) -> Fields:
    """What an error says about itself, {} if nothing that can be read."""
    try:
        return fields_of(json_of(answer))
    except Unavailable:
        return {}
