"""CAS as one more provider of allauth, so that it has the same state and the same end. django-cas-ng's client knows the
addresses of the protocol; its own pages and its backend are not used: docs/decisions/0008-single-sign-on.md says why."""

import re
from typing import Any
from urllib.parse import urlencode, urljoin

from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import Provider, ProviderException
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_cas_ng.utils import get_cas_client

from library_bridge.sso import cas_answers
from library_bridge.sso.adapter import Arrival
from library_bridge.sso.arrivals import Identity, Reason, card_number_in
from library_bridge.sso.cas_answers import Success
from library_bridge.sso.lines import Session
from library_bridge.sso.refusals import refused
from library_bridge.sso.ways import Way

TICKET = re.compile(r"ST-[\x21-\x7e]{1,253}")
VALIDATE = {"2": "serviceValidate", "3": "p3/serviceValidate"}
THE_USER = "user"


class CasProvider(Provider):
    id = "cas"

    def __init__(self, request: HttpRequest, way: Way) -> None:
        self.way = way
        super().__init__(request, app=SocialApp(provider=self.id, provider_id=self.id, name=way.name))

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """On a shared computer the server asks anew, whoever was signed in there before."""
        state_id = self.stash_redirect_state(request, process, next_url, data, **kwargs)
        client = self._client(state_id)
        client.renew = bool(data["shared"])
        return HttpResponseRedirect(client.get_login_url())

    def come_back(self, request: HttpRequest) -> HttpResponse:
        """The state is taken first, whatever comes with it: it opens once. Raises PermissionDenied without one."""
        state_id = request.GET.get("state", "")
        state = self.unstash_redirect_state(request, state_id)
        ticket = request.GET.get("ticket", "")
        if not ticket:
            return refused(request, self.way, Reason.STOPPED)
        if not TICKET.fullmatch(ticket):
            return refused(request, self.way, Reason.NOT_BELIEVED)
        arrival = self.sociallogin_from_response(request, self._ask(state_id, ticket))
        arrival.state = state
        answer: HttpResponse = complete_social_login(request, arrival)
        return answer

    def sociallogin_from_response(self, request: HttpRequest, response: Success) -> Arrival:
        claim = self.way.text("card_claim")
        told = response.user if claim == THE_USER else response.attributes.get(claim)
        return Arrival(provider=self, identity=Identity(self.way.provider, response.user, card_number_in(told)))

    def _ask(self, state_id: str, ticket: str) -> Success:
        try:
            return cas_answers.read(self._client(state_id).get_verification_response(ticket))
        except cas_answers.Foreign as foreign:
            raise ProviderException("the ticket was not confirmed") from foreign

    def _client(self, state_id: str) -> Any:
        """The service, with the state in it, is the same on leaving and on asking: the server compares it."""
        service = urljoin(settings.BASE_URL, reverse("sso-callback", args=[self.id]))
        client = get_cas_client(service_url=f"{service}?{urlencode({'state': state_id})}")
        client.server_url = self.way.provider + "/"
        client.url_suffix = VALIDATE[self.way.text("version")]
        client.session = Session()
        return client
