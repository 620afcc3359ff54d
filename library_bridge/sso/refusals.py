"""A polite no, in the reader's language. The log gets the reason and nothing of the person."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from library_bridge.sso.arrivals import Reason
from library_bridge.sso.ways import Way

logger = logging.getLogger(__name__)

RETRY_AFTER = 60  # seconds
DOWN = frozenset({Reason.PROVIDER_DOWN, Reason.LIBRARY_DOWN})
SENTENCES = {
    Reason.STOPPED: _("You came back without having signed in there."),
    Reason.STALE: _("That took too long, or was used before. Please start again."),
    Reason.NOT_BELIEVED: _("What came back from there could not be verified. Please start again."),
    Reason.PROVIDER_DOWN: _(
        "It can’t be reached right now. Sign in with your library card, or try again in a few minutes."
    ),
    Reason.NO_CARD: _("It did not tell us your card number. Sign in with your library card, and tell the library."),
    Reason.UNKNOWN_CARD: _(
        "The library does not know the card number that we were told. Please ask at the library’s desk."
    ),
    Reason.LIBRARY_DOWN: _("The library system can’t be reached right now. Please try again in a few minutes."),
    Reason.INACTIVE: _("This account is closed. Please ask at the library’s desk."),
    Reason.STAFF: _("Staff sign in with name and password."),
    Reason.LINKED_OTHERWISE: _(
        "This card or this campus account has been used with another one before. Please ask at the library’s desk."
    ),
}


def refused(request: HttpRequest, way: Way, reason: Reason) -> HttpResponse:
    logger.info("single sign-on by %s refused: %s", way.code, reason.value)
    context = {"way": way, "sentence": SENTENCES[reason], "staff": reason == Reason.STAFF}
    answer = render(request, "library_bridge/sso/refused.html", context, status=503 if reason in DOWN else 403)
    if reason in DOWN:
        answer["Retry-After"] = str(RETRY_AFTER)
    return answer
