"""Pages of this app are for signed-in readers: gone while the library, and folded away while the reader, has switched points off."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from incentives import scopes, switches
from incentives.scopes import Place
from incentives.switches import Switches
from sharing.views.readers import reader_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
PlacedView = Callable[Concatenate[HttpRequest, Place, P], HttpResponse]


def for_readers(view: View[P]) -> View[P]:
    @login_required
    @wraps(view)
    def switched(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        on = switches.of(reader_of(request))
        return _instead(request, on) or view(request, *args, **kwargs)

    return switched  # type: ignore[return-value]  # only the first argument's name differs


def for_placed_readers(view: PlacedView[P]) -> View[P]:
    """For a view of lists, which gets where its reader stands: asked in one query with the switches."""

    @login_required
    @wraps(view)
    def switched(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        place = scopes.of(reader_of(request))
        return _instead(request, place.switches) or view(request, place, *args, **kwargs)

    return switched  # type: ignore[return-value]  # only the first argument's name differs


def _instead(request: HttpRequest, on: Switches) -> HttpResponse | None:
    """Of the page, while points are off."""
    if not on.library:
        raise Http404
    return None if on.reader else render(request, "incentives/points/off.html", {"nav": "me"})
