"""No request body is read beyond its limit (T-A10): by what it says of itself, and by what really comes.

Django keeps a whole body before anything of ours looks at it. So the limit stands around Django: it is handed no more than
is allowed, told that there was more, and answers 413 in its own words and the reader's language.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sharing.api import problems

Scope = dict[str, Any]
Event = Mapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

TOO_BIG = "bookrelay.body_too_big"
NOTHING_MORE: Event = {"type": "http.request", "body": b"", "more_body": False}


class LimitedBodies:
    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limited = _Limited(scope, receive) if scope["type"] == "http" else receive
        await self.application(scope, limited, send)


class _Limited:
    """`receive` of one request. What lies beyond the limit stays with the server, which stops reading, and goes with the
    connection."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope, self.receive = scope, receive
        self.left = _limit(scope["path"])
        self.too_big = _announced(scope) > self.left

    async def __call__(self) -> Event:
        if TOO_BIG in self.scope:  # Django waits for the visitor to leave; it stops waiting when it has answered
            await asyncio.Event().wait()
        event = NOTHING_MORE if self.too_big else await self.receive()
        self.left -= len(event.get("body", b""))
        if self.too_big or self.left < 0:
            self.scope[TOO_BIG] = True
            return NOTHING_MORE
        return event


def _limit(path: str) -> int:
    large = re.match("|".join(settings.UPLOAD_PATHS), path)
    return int(settings.UPLOAD_MAX_BYTES if large else settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _announced(scope: Scope) -> int:
    """A length that is none is the server's business; what comes is counted all the same."""
    lengths = [value for name, value in scope["headers"] if name.lower() == b"content-length"]
    return max((int(text) for text in lengths if text.isdigit() and len(text) < 19), default=0)


class TooBigMiddleware:
    """Says so, before anything looks at the body that is not there. The connection ends: who goes on sending, sends to nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if TOO_BIG not in getattr(request, "scope", {}):
            return self.get_response(request)
        answer = problems.too_big() if request.path_info.startswith("/api/") else render(None, "413.html", status=413)
        answer.headers["Connection"] = "close"
        answer.headers["Cache-Control"] = "no-store"
        return answer
