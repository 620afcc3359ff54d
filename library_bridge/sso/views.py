"""Leaving for the identity provider, and coming back. A way that is not offered has no address."""

from collections.abc import Callable

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from library_bridge.ports import Unavailable
from library_bridge.sso import ways
from library_bridge.sso.adapter import provider_for
from library_bridge.sso.arrivals import Reason
from library_bridge.sso.refusals import refused
from library_bridge.sso.ways import Way
from library_bridge.visits import safe_next


@never_cache
@sensitive_post_parameters("pin")
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """A page leads on, not a redirect: browsers let no form of ours, nor what it is redirected to, end at another host."""
    way = _way(code)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if request.user.is_authenticated:
        return redirect(safe_next(request))
    carried = {"shared": bool(request.POST.get("shared"))}
    provider = provider_for(way, request)
    answer = _talk(request, way, lambda: provider.redirect(request, AuthProcess.LOGIN, safe_next(request), carried))
    if not isinstance(answer, HttpResponseRedirect):
        return answer
    return render(request, "library_bridge/sso/leaving.html", {"way": way, "address": answer.url})


@never_cache
def come_back(request: HttpRequest, code: str) -> HttpResponse:
    if code == "saml":
        raise Http404
    way = _way(code)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    provider = provider_for(way, request)
    return _talk(request, way, lambda: provider.come_back(request))


@never_cache
@csrf_exempt
def saml_answer(request: HttpRequest, organization_slug: str) -> HttpResponse:
    way = _saml(organization_slug)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    from library_bridge.sso import saml_views

    return _talk(request, way, lambda: saml_views.keep_answer(request))


@never_cache
def saml_come_back(request: HttpRequest, organization_slug: str) -> HttpResponse:
    way = _saml(organization_slug)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    from library_bridge.sso import saml_views

    return _talk(request, way, lambda: saml_views.come_back(request, way))


def saml_metadata(request: HttpRequest, organization_slug: str) -> HttpResponse:
    way = _saml(organization_slug)
    from library_bridge.sso import saml_views

    return saml_views.metadata(request, way)


def saml_sign_out(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """python3-saml wants the name of such an address. We sign out only here."""
    raise Http404


def _way(code: str) -> Way:
    way = ways.find(code)
    if way is None:
        raise Http404
    return way


def _saml(organization_slug: str) -> Way:
    """Asked before the extra is loaded: without it there is no such way."""
    way = _way("saml")
    from library_bridge.sso.saml import ORGANIZATION

    if organization_slug != ORGANIZATION:
        raise Http404
    return way


def _talk(request: HttpRequest, way: Way, talk: Callable[[], HttpResponse]) -> HttpResponse:
    """What allauth lets out of a conversation with the provider."""
    try:
        return talk()
    except ImmediateHttpResponse as early:
        answer: HttpResponse = early.response
        return answer
    except Unavailable:
        return refused(request, way, Reason.PROVIDER_DOWN)
    except PermissionDenied:
        return refused(request, way, Reason.STALE)
    except (OAuth2Error, ProviderException):
        return refused(request, way, Reason.NOT_BELIEVED)
