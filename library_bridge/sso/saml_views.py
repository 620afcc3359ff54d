"""allauth's three pages of SAML, for the one identity provider that the environment names. Needs the extra `saml`."""

from typing import Any

from allauth.socialaccount.internal.statekit import STATE_TTL
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.saml.utils import OneLogin_Saml2_Auth, build_saml_config
from allauth.socialaccount.providers.saml.views import ACSView, FinishACSView, OneLogin_Saml2_Error
from django.http import HttpRequest, HttpResponse

from library_bridge.sso.saml import ORGANIZATION, SamlProvider
from library_bridge.sso.ways import Way

ANSWER_MAX_CHARACTERS = 200_000


class Finish(FinishACSView):
    way: Way | None = None

    def get_provider(self, organization_slug: str) -> SamlProvider:
        assert self.way is not None
        return SamlProvider(self.request, self.way)


def keep_answer(request: HttpRequest) -> HttpResponse:
    """The provider's page posts it from elsewhere, so the browser sends no cookie of ours along: allauth keeps it aside and
    sends the browser on to where the cookie comes. What nobody fetches is soon forgotten."""
    if len(request.POST.get("SAMLResponse", "")) > ANSWER_MAX_CHARACTERS:
        return HttpResponse(status=413)
    answer: HttpResponse = ACSView.as_view()(request, organization_slug=ORGANIZATION)
    aside: Any = getattr(request, "saml_acs_session")  # noqa: B009  (allauth sets it)
    aside.set_expiry(STATE_TTL)
    aside.save()
    return answer


def come_back(request: HttpRequest, way: Way) -> HttpResponse:
    try:
        answer: HttpResponse = Finish.as_view(way=way)(request, organization_slug=ORGANIZATION)
    except OneLogin_Saml2_Error as problem:
        raise ProviderException("python3-saml can't use its settings") from problem
    return answer


def metadata(request: HttpRequest, way: Way) -> HttpResponse:
    """For the provider's operators; without the sign-out that we do not offer."""
    config = build_saml_config(request, SamlProvider(request, way).app.settings, ORGANIZATION)
    del config["sp"]["singleLogoutService"]
    asked = {"http_host": request.get_host(), "script_name": "", "get_data": {}, "post_data": {}}
    saml_settings = OneLogin_Saml2_Auth(asked, config).get_settings()
    return HttpResponse(saml_settings.get_sp_metadata(), content_type="text/xml")
