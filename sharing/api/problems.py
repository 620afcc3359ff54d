"""Errors as application/problem+json (RFC 9457): a stable code and a sentence in the reader's language, nothing else."""

import json
import logging
from dataclasses import dataclass, field
from functools import singledispatch
from http import HTTPStatus
from math import ceil
from typing import Any
from uuid import uuid4

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, HttpError, ValidationError

from library_bridge import forms, guarded, reasons
from library_bridge.ports import NotSupported, Refused, Unavailable
from personal_catalog import errors as catalogue
from personal_catalog.models import Copy, CopyPhoto
from sharing.api import fields
from sharing.errors import LibraryUnavailable, LimitReached, NotFound, SharingError

logger = logging.getLogger("django.request")

STATE_SAYS_NO = {  # rules that are about how things stand, whatever the transition calls them
    "already_asked", "copy_away", "extended_already", "illegal_transition", "overdue", "someone_waits", "taken",
}  # fmt: skip
TRY_AGAIN = {503: 300}  # seconds, where nobody knows better


@dataclass(frozen=True)
class Problem:
    status: int
    code: str
    detail: str
    errors: dict[str, list[str]] = field(default_factory=dict)
    retry_after: int | None = None
    more: dict[str, Any] = field(default_factory=dict)
    allow: str = ""


class Invalid(SharingError):
    """What was sent does not fit; `errors` says it by field."""

    def __init__(self, errors: dict[str, list[str]], code: str = "invalid", **more: Any) -> None:
        super().__init__(next((texts[0] for texts in errors.values()), ""), code)
        self.errors, self.more = errors, more


def response(problem: Problem) -> HttpResponse:
    body: dict[str, Any] = {
        "type": f"urn:bookrelay:problem:{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        **({"errors": problem.errors} if problem.status == HTTPStatus.UNPROCESSABLE_ENTITY else {}),
        **problem.more,
    }
    answer = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=problem.status, content_type="application/problem+json"
    )
    retry_after = problem.retry_after or TRY_AGAIN.get(problem.status)
    if retry_after:
        answer["Retry-After"] = str(retry_after)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    if problem.allow:
        answer["Allow"] = problem.allow
    return answer


def respond(request: HttpRequest, error: Exception) -> HttpResponse:
    """The answer to whatever was raised while this request was served."""
    problem = problem_of(error)
    if problem.code in ("internal", "unavailable"):
        logger.error("%s at %s", problem.more.get("instance", problem.code), request.path, exc_info=error)
    if problem.code == "internal":
        got_request_exception.send(sender=None, request=request)
    return response(problem)


def unknown_path(request: HttpRequest, **_path: str) -> HttpResponse:
    return response(problem_of(Http404()))


def wrong_method(allow: str) -> HttpResponse:
    return response(Problem(405, "method_not_allowed", _("This address does not take that method."), allow=allow))


@singledispatch
def problem_of(error: Exception) -> Problem:
    text = _(
        "Something went wrong on our side, and what was saved of it is not known. Please look before you repeat it."
    )
    return Problem(500, "internal", text, more={"instance": f"urn:uuid:{uuid4()}"})


@problem_of.register(OperationalError)
@problem_of.register(InterfaceError)
def _no_database(error: Exception) -> Problem:
    return Problem(
        503, "unavailable", _("Nothing can be saved just now, and nothing was. Please try again in a moment.")
    )


@problem_of.register
def _sharing(error: SharingError) -> Problem:
    status = HTTPStatus.CONFLICT if error.code in STATE_SAYS_NO else error.status
    return Problem(status, error.code, error.message, {error.field: [error.message]} if error.field else {})


@problem_of.register
def _invalid(error: Invalid) -> Problem:
    return Problem(error.status, error.code, error.message, error.errors, more=error.more)


@problem_of.register
def _limit(error: LimitReached) -> Problem:
    seconds = ceil((error.retry_at - timezone.now()).total_seconds()) if error.retry_at else None
    return Problem(
        error.status, error.code, error.message, retry_after=max(1, seconds) if seconds is not None else None
    )


@problem_of.register(Http404)
@problem_of.register(catalogue.NotAllowed)
@problem_of.register(Copy.DoesNotExist)
@problem_of.register(CopyPhoto.DoesNotExist)
def _not_found(error: Exception) -> Problem:
    return _sharing(NotFound())


@problem_of.register
def _refused_by_library(error: Refused) -> Problem:
    return Problem(422, "refused_by_library", reasons.sentence(error.code), more={"reason": error.code})


@problem_of.register
def _not_supported(error: NotSupported) -> Problem:
    return Problem(422, "refused_by_library", reasons.sentence("not_supported"), more={"reason": "not_supported"})


@problem_of.register
def _unavailable(error: Unavailable) -> Problem:
    quiet = LibraryUnavailable()
    return Problem(quiet.status, quiet.code, quiet.message, retry_after=error.retry_after)


@problem_of.register
def _wrong_pin(error: guarded.WrongPin) -> Problem:
    return Problem(401, "wrong_pin", forms.mismatch(error.tries_left))


@problem_of.register
def _too_many_tries(error: guarded.TooManyTries) -> Problem:
    return Problem(429, "too_many_tries", forms.too_many(error.retry_after), retry_after=error.retry_after)


@problem_of.register
def _not_signed_in(error: AuthenticationError) -> Problem:
    return Problem(401, "not_signed_in", _("Please sign in: this needs a token that is still valid."))


@problem_of.register
def _validation(error: ValidationError) -> Problem:
    return Problem(422, "invalid", _("Some of what was sent does not fit. Nothing was saved."), fields.errors(error))


@problem_of.register
def _unreadable(error: HttpError) -> Problem:
    """Also what our own parser said: the framework hides it behind its own error."""
    if isinstance(error.__cause__, SharingError):
        return problem_of(error.__cause__)
    return Problem(error.status_code, "malformed", _("The request could not be read. Nothing was saved."))


@problem_of.register(BadRequest)
@problem_of.register(SuspiciousOperation)
@problem_of.register(UnicodeError)
def _bad_request(error: Exception) -> Problem:
    return Problem(400, "malformed", _("The request could not be read. Nothing was saved."))


@problem_of.register
def _too_big(error: RequestDataTooBig) -> Problem:
    return Problem(413, "too_big", _("This is more than can be sent at once. Nothing was saved."))


def too_big() -> HttpResponse:
    """For a body that nobody has read to its end."""
    return response(problem_of(RequestDataTooBig()))
