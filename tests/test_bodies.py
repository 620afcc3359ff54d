"""A body is refused by what it says of itself, and by what really comes (T-A10)."""

import asyncio
import json
from collections.abc import Iterable
from itertools import chain, repeat
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.urls import reverse
from pytest_django import Settings

from config.api import v1
from config.asgi import application
from config.bodies import _limit

pytestmark = pytest.mark.django_db  # Django looks after its connections at the beginning and the end of a request

MEGABYTE = b"x" * 1_000_000


def _scope(path: str, **headers: str) -> dict[str, Any]:
    given = {"host": "localhost", "accept-language": "en", "content-type": "application/octet-stream", **headers}
    return {
        "type": "http", "method": "POST", "path": path, "query_string": b"", "http_version": "1.1", "scheme": "http",
        "client": ("10.0.0.1", 1), "server": ("localhost", 80), "headers": [(k.encode(), v.encode()) for k, v in given.items()],
    }  # fmt: skip


def _sent(
    path: str, *chunks: bytes, more: Iterable[bytes] = (), **headers: str
) -> tuple[int, dict[bytes, bytes], bytes, int]:
    """Status, headers and body of the answer, and how many megabytes were taken before it."""

    coming = chain(chunks, more)

    async def talk() -> tuple[int, dict[bytes, bytes], bytes, int]:
        answer: list[dict[str, Any]] = []
        answered = asyncio.Event()
        taken = 0

        async def receive() -> dict[str, Any]:
            nonlocal taken
            chunk = None if answered.is_set() else next(coming, None)
            if chunk is None:
                await answered.wait()
                return {"type": "http.disconnect"}
            taken += 0 if answer else len(chunk)
            await asyncio.sleep(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(chunk)}

        async def send(event: dict[str, Any]) -> None:
            answer.append(event)
            if event["type"] == "http.response.body" and not event.get("more_body"):
                answered.set()

        await asyncio.wait_for(application(_scope(path, **headers), receive, send), 30)
        body = b"".join(event.get("body", b"") for event in answer[1:])
        return answer[0]["status"], dict(answer[0]["headers"]), body, taken

    return async_to_sync(talk)()


def test_what_announces_too_much_is_refused_before_it_is_read() -> None:
    status, headers, body, taken = _sent("/sign-in/", **{"content-length": "2500001"}, more=repeat(MEGABYTE, 50))
    assert (status, taken) == (413, 0)
    assert headers[b"Connection"] == b"close"
    assert b"This is more than can be sent at once. Nothing was saved." in body


@pytest.mark.parametrize("length", [{}, {"content-length": "10"}, {"content-length": "many"}])
def test_what_says_nothing_or_lies_is_counted(length: dict[str, str]) -> None:
    status, _headers, _body, taken = _sent("/sign-in/", more=repeat(MEGABYTE), **length)
    assert (status, taken) == (413, 3_000_000)


def test_the_api_answers_with_a_problem() -> None:
    status, headers, body, _taken = _sent("/api/v1/requests", more=repeat(MEGABYTE))
    assert (status, headers[b"Content-Type"]) == (413, b"application/problem+json")
    assert json.loads(body)["code"] == "too_big"


def test_files_may_be_larger_and_have_their_limit_too() -> None:
    within = _sent("/api/v1/imports", *[MEGABYTE] * 8, b"")
    assert within[0] == 401
    assert _sent("/api/v1/imports", *[MEGABYTE] * 9, b"")[0] == 413


def test_what_fits_reaches_its_page() -> None:
    assert _sent("/api/v1/requests", MEGABYTE, MEGABYTE, b"")[0] == 401


def test_every_path_of_uploads_is_there(settings: Settings) -> None:
    """A typing error in the list would give an upload the smaller limit."""
    paths = [reverse("import"), reverse("add-copy"), reverse("wagtailimages:add"), reverse("wagtaildocs:add")]
    paths += [reverse("items:import"), reverse("embedded-patrons:import")]
    paths += [reverse(name, args=[7]) for name in ("add-photos", "send-photo", "check-condition", "deposit-book")]
    assert [path for path in paths if _limit(path) != settings.UPLOAD_MAX_BYTES] == []


def test_every_operation_that_takes_a_file_is_there(settings: Settings) -> None:
    paths = v1.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    takes = [
        path for path, ways in paths.items() for way in ways.values() if "multipart" in str(way.get("requestBody"))
    ]
    assert len(takes) >= 3
    assert [path for path in takes if _limit(path.format(id=7)) != settings.UPLOAD_MAX_BYTES] == []


def test_what_stands_beside_an_upload_is_small() -> None:
    assert _limit("/handovers/7/confirm/") < 3_000_000
    assert _limit("/api/v1/copies/7") < 3_000_000
