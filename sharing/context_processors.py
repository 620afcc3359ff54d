"""What the frame of every page needs. Each value is asked when a template names it, once a request."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from sharing import frame
from sharing.typography import page_language


def site(request: HttpRequest) -> dict[str, Any]:
    around = _once(lambda: _frame(request))
    return {
        "html_lang": page_language(),
        "demo": settings.DEMO,
        "mail_is_sent": bool(settings.MAIL_FROM),
        "live_url": f"{reverse('live')}?{urlencode({'since': timezone.now().isoformat()})}",
        "library_name": lambda: around().library_name,
        "todo_count": lambda: around().todo,
        "unread_count": lambda: around().unread,
        "tools": lambda: around().tools,
    }


def _once(ask: Callable[[], frame.Frame]) -> Callable[[], frame.Frame]:
    return cache(ask)


def _frame(request: HttpRequest) -> frame.Frame:
    reader = _reader(request)
    return frame.of(reader, now=timezone.now()) if reader else frame.Frame(library_name=frame.library_name())


def _reader(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)
    return user if user and user.is_authenticated else None
