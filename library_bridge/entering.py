"""A reader comes in, whoever has vouched for them: the library with a PIN, or the campus with single sign-on."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from library_bridge import shared_computers
from library_bridge.models import Reader

BACKEND = "django.contrib.auth.backends.ModelBackend"


def enter(request: HttpRequest, reader: Reader, *, to: str, shared: bool) -> HttpResponse:
    """The session gets a new id (T-A4); the page comes in the language the reader once chose. `to` is a path of ours."""
    login(request, reader, backend=BACKEND)
    if shared:
        shared_computers.mark(request, now=timezone.now())
    answer = redirect(to)
    if reader.language:
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, reader.language, samesite="Lax")
    return answer
