"""A client of the API inside the test process: Django's own, with a token."""

import json
from typing import Any

from django.test import Client
from django.utils import timezone

from library_bridge.models import Reader
from sharing.api import auth

ROOT = "/api/v1"


class Api:
    def __init__(self, reader: Reader | None = None, **headers: str) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"Accept-Language": "en", **headers}
        if reader is not None:
            self.headers["Authorization"] = f"Bearer {auth.issue(reader, now=timezone.now())[0]}"

    def call(self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        given = {**self.headers, **headers, **({"Idempotency-Key": key} if key else {})}
        data = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        return self.client.generic(method, ROOT + path, data, content_type="application/json", headers=given)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        return self.call("POST", path, body, key=key, **headers)

    def patch(self, path: str, body: Any) -> Any:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)
