"""OpenID Connect through allauth: authorization code with PKCE and state as allauth does them. Beyond it, the ID token's
signature is always verified (OpenID Connect Core 3.1.3.7), a nonce ties it to our question, discovery must name the issuer
that was configured, and what userinfo tells counts only of the same subject (5.3.2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urljoin

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from library_bridge.sso.adapter import Arrival
from library_bridge.sso.arrivals import Identity, card_number_in
from library_bridge.sso.lines import is_safe
from library_bridge.sso.ways import Way

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
SUBJECT_MAX_CHARACTERS = 255  # OpenID Connect Core, section 2
# what allauth and PyJWT trip over when an answer is not what it should be
TRIPPED = (LookupError, TypeError, ValueError, AttributeError, NotImplementedError)

Claims = dict[str, Any]


@contextmanager
def _understanding() -> Iterator[None]:
    try:
        yield
    except TRIPPED as problem:
        raise ProviderException("an answer that can't be understood") from problem


class OidcProvider(OpenIDConnectProvider):
    def __init__(self, request: HttpRequest, way: Way) -> None:
        self.way = way
        super().__init__(request, app=_app(way))

    def get_oauth2_adapter(self, request: HttpRequest) -> "Exchange":
        return Exchange(request, self.way.code)

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """On a shared computer the provider asks anew, whoever was signed in there before."""
        nonce = token_urlsafe(24)
        asks = {"nonce": nonce, **({"prompt": "login"} if data["shared"] else {})}
        answer: HttpResponse = super().redirect(
            request, process, next_url, {**data, "nonce": nonce}, auth_params=asks, **kwargs
        )
        return answer

    def sociallogin_from_response(self, request: HttpRequest, response: Claims) -> Arrival:
        identity = Identity(self.way.provider, response["sub"], card_number_in(response.get(self.card_claim)))
        return Arrival(provider=self, identity=identity, nonce=response.get("nonce"))

    def come_back(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(self.get_oauth2_adapter(request))(request)
        return answer

    @property
    def card_claim(self) -> str:
        return self.way.text("card_claim")


class Exchange(OpenIDConnectOAuth2Adapter):
    @property
    def openid_config(self) -> dict[str, Any]:
        found: dict[str, Any] = super().openid_config
        if str(found.get("issuer")).rstrip("/") != self.get_provider().way.provider:
            raise ProviderException("discovery of another issuer")
        if not all(is_safe(found.get(name)) for name in ENDPOINTS):
            raise ProviderException("discovery without an endpoint that can be used")
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return urljoin(settings.BASE_URL, reverse("sso-callback", args=[self.provider_id]))

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> Claims:
        with _understanding():
            found: Claims = super().get_access_token_data(*args, **kwargs)
            return found

    def parse_token(self, data: Claims) -> SocialToken:
        """Nobody keeps it, so how long it lasts is no matter."""
        return SocialToken()

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> Arrival:
        provider: OidcProvider = self.get_provider()
        with _understanding():
            claims = self._decode_id_token(app, kwargs["response"]["id_token"])
            subject = claims["sub"]
            if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_MAX_CHARACTERS:
                raise ProviderException("a token without a subject")
            if provider.card_claim not in claims:
                claims |= self._of_the_same(subject, provider.card_claim, kwargs["response"]["access_token"])
            return provider.sociallogin_from_response(request, claims)

    def _decode_id_token(self, app: SocialApp, id_token: str) -> Claims:
        found: Claims = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        if found.get("azp", app.client_id) != app.client_id:
            raise ProviderException("a token for another party")
        return found

    def _of_the_same(self, subject: str, card_claim: str, access_token: str) -> Claims:
        if "userinfo_endpoint" not in self.openid_config:
            return {}
        told = self._fetch_user_info(access_token)
        if told.get("sub") != subject:
            raise ProviderException("userinfo of another subject")
        return {card_claim: told.get(card_claim)}


def _app(way: Way) -> SocialApp:
    return SocialApp(
        provider=OpenIDConnectProvider.id,
        provider_id=way.code,
        name=way.name,
        client_id=way.text("client_id"),
        secret=way.text("secret"),
        settings={
            "server_url": way.text("server_url").rstrip("/"),
            "oauth_pkce_enabled": True,
            "scope": way.text("scope").split(),
        },
    )
