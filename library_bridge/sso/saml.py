"""SAML 2.0 through allauth and python3-saml. Only signed assertions that answer a question of ours are taken."""

from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from django.http import HttpRequest, HttpResponse

from library_bridge.sso.adapter import Arrival
from library_bridge.sso.arrivals import Identity, card_number_in
from library_bridge.sso.ways import Way

ORGANIZATION = "campus"  # our name for the only one, in the addresses
SUBJECT_IDS = ("urn:oasis:names:tc:SAML:attribute:subject-id", "urn:oasis:names:tc:SAML:attribute:pairwise-id")
ADVANCED = {
    "want_assertion_signed": True,
    "reject_idp_initiated_sso": True,
    "allow_single_label_domains": True,  # a service inside a campus may have such a name
}
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


class SamlProvider(SAMLProvider):
    def __init__(self, request: HttpRequest, way: Way) -> None:
        self.way = way
        super().__init__(request, app=_app(way))

    def redirect(self, *args: Any, **kwargs: Any) -> HttpResponse:
        from allauth.socialaccount.providers.saml.views import OneLogin_Saml2_Error  # only there with the extra

        try:
            answer: HttpResponse = super().redirect(*args, **kwargs)
        except OneLogin_Saml2_Error as problem:
            raise ProviderException("python3-saml can't use its settings") from problem
        return answer

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> Arrival:
        """`response` is python3-saml's, verified."""
        told: dict[str, list[str]] = response.get_attributes()
        card_number = card_number_in(told.get(self.way.text("card_claim")))
        return Arrival(provider=self, identity=Identity(self.way.provider, _subject(response, told), card_number))


def _subject(response: Any, told: dict[str, list[str]]) -> str:
    """Empty when the provider names nobody lastingly: a transient name is another one each time."""
    for name in SUBJECT_IDS:
        if told.get(name):
            return told[name][0]
    return "" if response.get_nameid_format() == TRANSIENT else response.get_nameid() or ""


def _app(way: Way) -> SocialApp:
    idp = {
        "entity_id": way.text("entity_id"),
        "sso_url": way.text("sso_url"),
        "x509cert": way.text("certificate"),
    }
    return SocialApp(
        provider=SAMLProvider.id,
        provider_id=way.code,
        name=way.name,
        client_id=ORGANIZATION,
        settings={"idp": idp, "advanced": ADVANCED},
    )
