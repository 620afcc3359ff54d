"""What was sent by a browser whose session is over: nothing of it was done, and whoever sent it is told so, shown what they had
typed, and led back."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from library_bridge import typed
from library_bridge.visits import safe_path


class InterruptedMiddleware:
    """Where a POST is sent on to the sign-in page, that page leads back to the one with the button: the address of the POST
    itself has nothing to show, and its body is gone. Stands inside of the messages' middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        door = resolve_url(settings.LOGIN_URL)
        leads_to, _mark, query = answer.get("Location", "").partition("?")
        back = QueryDict(query).get(REDIRECT_FIELD_NAME)
        if request.method != "POST" or leads_to != door or back != request.get_full_path():
            return answer
        messages.error(request, _("You were signed out; nothing was sent."))
        typed.take_along(request, typed.words_of(request))
        answer["Location"] = f"{door}?{urlencode({'next': came_from(request)})}"
        return HttpResponseClientRedirect(answer["Location"]) if request.headers.get("HX-Request") else answer


def stale_page(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The token against forgery no longer fits. Only what a page of ours sent is shown again: a stranger's form puts no words here."""
    ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    return render(request, "403_csrf.html", {"typed": typed.words_of(request) if ours else []}, status=403)


def came_from(request: HttpRequest) -> str:
    """The page of this site that the browser names as the one before, else the home page (T-A5)."""
    named = _parts(request.headers.get("Referer", ""))
    if named is None or named[0] != request.get_host():
        return safe_path(request, "")
    return safe_path(request, named[1])


def _parts(address: str) -> tuple[str, str] | None:
    """Host, and path with query; None for what is no address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts.netloc, parts.path + (f"?{parts.query}" if parts.query else "")
