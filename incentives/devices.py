"""In which browser readers sign in, so that one who lends to a second account of their own is seen (T-P2).

The cookie holds a random number; what is kept is its digest, for 90 days. A shared computer gets none: there different readers
are what one expects.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from incentives.models import IncentiveSettings, SeenDevice
from library_bridge import shared_computers
from library_bridge.models import Reader

COOKIE = "browser"
KEPT = timedelta(days=90)
LENGTH = 32
MOST_READERS = 3
"""A browser in which more readers have signed in is a public one and says nothing."""


def connect() -> None:
    user_logged_in.connect(_note, dispatch_uid="incentives: devices")


def _note(*, request: HttpRequest, user: Reader, **_signal: Any) -> None:
    request.signed_in_reader = user  # type: ignore[attr-defined]  # for the middleware, which has the cookies


class DeviceMiddleware:
    """Once a sign-in, on its way out: by then it is known whether the computer is shared."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        reader = getattr(request, "signed_in_reader", None)
        if (
            reader is not None
            and shared_computers.KEY not in request.session
            and IncentiveSettings.load(request).enabled
        ):
            number = _number(request)
            remember(number, reader, now=timezone.now())
            response.set_cookie(
                COOKIE, number, max_age=KEPT, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
        return response


def _number(request: HttpRequest) -> str:
    told = request.COOKIES.get(COOKIE, "")
    return told if len(told) == LENGTH and told.isalnum() else token_hex(LENGTH // 2)


def remember(number: str, reader: Reader, *, now: datetime) -> None:
    digest = sha256(number.encode()).hexdigest()
    SeenDevice.objects.update_or_create(digest=digest, reader=reader, defaults={"seen_at": now})


def share_one(one: Reader, other: Reader, *, now: datetime) -> bool:
    seen = SeenDevice.objects.filter(seen_at__gt=now - KEPT)
    both = seen.filter(reader=one, digest__in=seen.filter(reader=other).values("digest"))
    return any(seen.filter(digest=digest).count() <= MOST_READERS for digest in both.values_list("digest", flat=True))


def forget(*, now: datetime) -> int:
    return SeenDevice.objects.filter(seen_at__lte=now - KEPT).delete()[0]
