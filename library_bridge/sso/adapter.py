"""allauth's hooks. Whoever comes back is answered in `pre_social_login`, so nothing after it in allauth ever runs: no account
of its own is looked up, made, linked by e-mail or kept."""

from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from library_bridge import entering
from library_bridge.sso import ways
from library_bridge.sso.arrivals import Identity, NotAdmitted, Reason, admit
from library_bridge.sso.lines import Session
from library_bridge.sso.refusals import refused
from library_bridge.sso.ways import Way
from library_bridge.visits import safe_path


class Arrival(SocialLogin):
    """Somebody for whom a provider vouches. `nonce` is what the provider says that we asked with, where it can."""

    def __init__(self, *, provider: Any, identity: Identity, nonce: str | None = None) -> None:
        super().__init__(provider=provider)
        self.identity, self.nonce = identity, nonce

    def lookup(self) -> None:
        """allauth keeps nobody, so there is nobody to find."""


class Adapter(DefaultSocialAccountAdapter):
    def pre_social_login(self, request: HttpRequest, sociallogin: Arrival) -> NoReturn:
        raise ImmediateHttpResponse(_answer(request, sociallogin))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        raise ImmediateHttpResponse(refused(request, provider.way, _reason(error, exception, extra_context or {})))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """From the environment alone; a row in allauth's table opens no door."""
        way = ways.find(provider)
        if way is None:
            raise SocialApp.DoesNotExist
        return provider_for(way, request)

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        return []

    def get_requests_session(self) -> Session:
        return Session()


def provider_for(way: Way, request: HttpRequest) -> Any:
    """Loaded when asked for: without single sign-on none of this is in memory."""
    if way.code == "oidc":
        from library_bridge.sso.oidc import OidcProvider as Provider
    elif way.code == "cas":
        from library_bridge.sso.cas import CasProvider as Provider
    else:
        from library_bridge.sso.saml import SamlProvider as Provider
    return Provider(request, way)


def _answer(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    way: Way = arrival.provider.way
    carried = arrival.state.get("data") or {}
    if carried.get("nonce") != arrival.nonce:
        return refused(request, way, Reason.NOT_BELIEVED)
    try:
        reader = admit(arrival.identity, library_code=way.text("library"), now=timezone.now())
    except NotAdmitted as no:
        return refused(request, way, no.reason)
    to = safe_path(request, arrival.state.get("next") or "")
    return entering.enter(request, reader, to=to, shared=bool(carried.get("shared")))


def _reason(error: str | None, exception: Exception | None, context: dict[str, Any]) -> Reason:
    """allauth tells by what it hands over: a state that was found, an answer that raised, or neither."""
    if exception is not None or context.get("saml_errors"):
        return Reason.NOT_BELIEVED
    if error == AuthError.CANCELLED or context.get("state") is not None:
        return Reason.STOPPED
    return Reason.STALE
