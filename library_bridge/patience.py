"""A page waits for each library system `settings.LIBRARY_PAGE_SECONDS` at most, all its questions together; jobs and commands
wait as long as the adapter does (T-I6)."""

import math
import queue
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from library_bridge.ports import Unavailable

T = TypeVar("T")

_waited: ContextVar[dict[int, float] | None] = ContextVar("seconds waited for each library", default=None)


class PageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _waited.set({})
        try:
            return self.get_response(request)
        finally:
            _waited.reset(before)


def require_time(library_id: int) -> None:
    """Raises Unavailable when this page has waited for the library long enough."""
    if _left(library_id) <= 0:
        raise Unavailable("the page has waited long enough", nothing_sent=True)


def within_a_page(library_id: int, ask: Callable[[], T]) -> T:
    """Outside a page as it is. Raises Unavailable when the time is over."""
    waited, left = _waited.get(), _left(library_id)
    if waited is None:
        return ask()
    began = time.monotonic()
    try:
        return _in_time(ask, left)
    finally:
        waited[library_id] = waited.get(library_id, 0.0) + time.monotonic() - began


def _left(library_id: int) -> float:
    waited = _waited.get()
    return math.inf if waited is None else settings.LIBRARY_PAGE_SECONDS - waited.get(library_id, 0.0)


def _in_time(ask: Callable[[], T], seconds: float) -> T:
    """In a thread of its own, which must not touch the database. It goes on when nobody waits any more."""
    told: queue.SimpleQueue[tuple[list[T], Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            told.put(([ask()], None))
        except Exception as problem:  # noqa: BLE001  (whatever it is, it belongs to who asked)
            told.put(([], problem))

    context = copy_context()
    threading.Thread(target=context.run, args=(run,), daemon=True, name="library of a page").start()
    try:
        answer, problem = told.get(timeout=seconds)
    except queue.Empty:
        raise Unavailable("no answer in the time that a page waits") from None
    if problem is not None:
        raise problem
    return answer[0]
