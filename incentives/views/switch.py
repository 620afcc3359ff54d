"""Pages of this app are for signed-in readers: gone while the library, and folded away while the reader, has switched points off."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from incentives import choices
from sharing.views.readers import reader_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def for_readers(view: View[P]) -> View[P]:
    @login_required
    @wraps(view)
    def switched(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        on = choices.switches(reader_of(request))
        if not on.library:
            raise Http404
        if not on.reader:
            return render(request, "incentives/points/off.html", {"nav": "me"})
        return view(request, *args, **kwargs)

    return switched  # type: ignore[return-value]  # only the first argument's name differs
