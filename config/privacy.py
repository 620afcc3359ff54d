"""No answer to a signed-in person stays in a cache, what is public is one for all; the admin has a policy of its own."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse

ADMIN_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "frame-ancestors": [SELF],
    "frame-src": [SELF],
}


class PublicAnswersMiddleware:
    """Outermost: what any cache may keep is the same for everybody, whatever the middleware below has looked at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "public" in response.headers.get("Cache-Control", "") and not response.cookies:
            response.headers.pop("Vary", None)
        return response


class PrivateAnswersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith("/admin/"):
            # a preview is the answer to a reader's request, made inside this one: its stricter policy must not stay
            del response.headers["Content-Security-Policy"]
            setattr(response, "_csp_replace", ADMIN_POLICY)  # noqa: B010  (django-csp reads this name)
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        if getattr(request, "user", None) and request.user.is_authenticated and "Cache-Control" not in response:
            response.headers["Cache-Control"] = "no-store, private"
        return response
