"""The NinjaAPI of this service: its errors, its parser, its OpenAPI document, and the frame around every answer."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema

from sharing.api import document, problems
from sharing.api import refusals as refusals  # takes its part in problem_of
from sharing.api.auth import bearer
from sharing.api.idempotency import Once
from sharing.api.parsing import StrictParser

View = Callable[..., HttpResponseBase]


def signed_in(tag: str, *, once: Once | None = None) -> Router:
    """A router whose operations need a token, and whose POSTs take an Idempotency-Key."""
    router = Router(auth=bearer, tags=[tag])
    router.add_decorator(once or Once(), mode="view")
    return router


class BookrelayAPI(NinjaAPI):
    def __init__(self) -> None:
        super().__init__(
            title="Bookrelay · 书递", version="1", description=document.ABOUT, urls_namespace="api", docs_url=None,
            parser=StrictParser(),
        )  # fmt: skip

    def set_default_exception_handlers(self) -> None:
        self.add_exception_handler(Exception, problems.respond)  # type: ignore[arg-type]  # it is never given a class

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            assert isinstance(pattern, URLPattern)
            pattern.callback = framed(pattern.callback)
        return patterns, app_name, namespace

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        document.complete(schema)
        return schema


def framed(view: View) -> View:
    """Every answer under /api/ is JSON, and none stays in a cache unless it says so itself (T-A8)."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.method
        request.method = "GET" if asked == "HEAD" else asked  # the server leaves the content out
        try:
            given = view(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001  (raised outside an operation; respond logs what is nobody's fault)
            given = problems.respond(request, error)
        request.method = asked
        if given.status_code == HTTPStatus.METHOD_NOT_ALLOWED and isinstance(given, HttpResponse):
            given = problems.wrong_method(given.get("Allow", ""))
        given.headers.setdefault("Cache-Control", "no-store")
        if given.status_code == HTTPStatus.NO_CONTENT:
            del given.headers["Content-Type"]
        return given

    return answer


unknown_path = framed(problems.unknown_path)
