"""Where a visitor comes from and may go on to."""

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def client_address(request: HttpRequest) -> str:
    """The peer's; a forwarded address only counts where the server in front of us has put it there (T-R17)."""
    return str(request.META.get("REMOTE_ADDR", ""))


def safe_next(request: HttpRequest) -> str:
    """The path asked for with `next` when it is one of this host, else the home page (T-A5)."""
    return safe_path(request, request.POST.get("next") or request.GET.get("next") or "")


def safe_path(request: HttpRequest, wanted: str) -> str:
    """The same for a path that was carried some other way."""
    plain = wanted.startswith("/") and wanted.isprintable() and "\\" not in wanted
    if plain and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure()):
        return wanted
    return str(resolve_url(settings.LOGIN_REDIRECT_URL))
