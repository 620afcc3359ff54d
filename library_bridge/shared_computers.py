"""On a shared computer a session ends with the browser, and after ten minutes in which nobody did anything."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

KEY = "shared-computer-used-at"
IDLE = timedelta(minutes=10)
NOTED_EVERY = timedelta(seconds=30)


def mark(request: HttpRequest, *, now: datetime) -> None:
    request.session[KEY] = now.timestamp()
    request.session.set_expiry(0)


class SharedComputerMiddleware:
    """After the authentication middleware. A page that refreshes itself is not a person doing something."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if KEY in request.session:
            self._look(request, timezone.now())
        return self.get_response(request)

    def _look(self, request: HttpRequest, now: datetime) -> None:
        idle = now.timestamp() - request.session[KEY]
        if idle > IDLE.total_seconds():
            logout(request)
        elif idle > NOTED_EVERY.total_seconds() and _by_hand(request):
            request.session[KEY] = now.timestamp()


def _by_hand(request: HttpRequest) -> bool:
    return request.method == "POST" or request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
