"""Pages of this app are for signed-in readers, and gone while points are switched off."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from incentives.models import IncentiveSettings

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def for_readers(view: View[P]) -> View[P]:
    @login_required
    @wraps(view)
    def switched(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not IncentiveSettings.load(request).enabled:
            raise Http404
        return view(request, *args, **kwargs)

    return switched  # type: ignore[return-value]  # only the first argument's name differs
