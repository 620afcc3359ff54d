"""Of what a provider tells, nothing stays but the card and a fingerprint (P9, K12): CANARY stands in every claim."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import connection
from django.test import Client

from library_bridge.models import CampusAccount
from tests.library_bridge.factories import Campus, embedded_patron
from tests.library_bridge.sso import oidc_double
from tests.library_bridge.sso.cas_double import CasDouble, success, xml
from tests.library_bridge.sso.conftest import leave, reader_of, signed_in
from tests.library_bridge.sso.oidc_double import OidcDouble, said

CLAIMS = {
    name: f"CANARY-{name}"
    for name in (
        "name", "given_name", "family_name", "nickname", "preferred_username", "profile", "picture", "website", "gender",
        "birthdate", "phone_number", "address", "groups", "department", "eduPersonPrincipalName",
    )
} | {"email": "CANARY@example.edu", "email_verified": True}  # fmt: skip


def stored() -> str:
    """Every cell of every table, and what the sessions and caches hold, readable."""
    cells: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            cells += [repr(row) for row in cursor.fetchall()]
    cells += [repr(session.get_decoded()) for session in Session.objects.all()]
    return "\n".join(cells + [repr(getattr(cache, "_cache", "")) for cache in caches.all()])


def test_the_search_finds_what_is_there(campus: Campus, client: Client) -> None:
    session = client.session
    session["name"] = "CANARY-in-a-session"
    session.save()
    campus.alice.reader.display_name = "CANARY-in-a-row"
    campus.alice.reader.save()
    assert stored().count("CANARY-in-a") == 2


@pytest.fixture
def new_card(campus: Campus) -> str:
    return embedded_patron(campus.library, campus.category).card_number


def test_s4_p9_nothing_of_openid_connect_stays(
    client: Client, oidc: OidcDouble, new_card: str, caplog: pytest.LogCaptureFixture
) -> None:
    oidc.token |= {**CLAIMS, "card": new_card}
    oidc.userinfo |= CLAIMS
    with caplog.at_level(logging.NOTSET):
        assert signed_in(client, "oidc").status_code == 302
    assert reader_of(client)
    assert "CANARY" not in stored()
    assert "CANARY" not in caplog.text
    assert new_card not in caplog.text
    assert CampusAccount.objects.get().fingerprint.isalnum()
    assert not any(model.objects.exists() for model in (SocialAccount, SocialToken, EmailAddress))


def test_s4_p9_nor_of_userinfo(client: Client, oidc: OidcDouble, new_card: str) -> None:
    del oidc.token["card"]
    oidc.userinfo |= {**CLAIMS, "card": new_card}
    assert signed_in(client, "oidc").status_code == 302
    assert "CANARY" not in stored()


def test_s4_p9_nothing_of_cas_stays(
    client: Client, cas: CasDouble, new_card: str, caplog: pytest.LogCaptureFixture
) -> None:
    cas.attributes = f"<cas:card>{new_card}</cas:card>" + "".join(
        f"<cas:{name}>{value}</cas:{name}>" for name, value in CLAIMS.items()
    )
    with caplog.at_level(logging.NOTSET):
        assert signed_in(client, "cas").status_code == 302
    assert "CANARY" not in stored() + caplog.text
    assert new_card not in caplog.text


FAULTS: dict[str, Callable[[OidcDouble], Any]] = {
    "unknown card": lambda oidc: oidc.token.update(card="CANARY-card"),
    "no card": lambda oidc: oidc.token.update(card=["CANARY-1", "CANARY-2"]),
    "another's": lambda oidc: oidc.token.update(aud="CANARY-audience"),
    "token refused": lambda oidc: oidc.faults.update({"/token": lambda: said({"error": "CANARY-error"}, 400)}),
    "other issuer": lambda oidc: oidc.discovery.update(issuer="https://CANARY.example.edu"),
    "no userinfo": lambda oidc: (
        oidc.token.pop("card"),
        oidc.faults.update({"/userinfo": lambda: said(["CANARY"])}),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_s4_p9_nothing_stays_of_whoever_is_refused(
    client: Client, oidc: OidcDouble, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    oidc.token |= CLAIMS
    FAULTS[fault](oidc)
    with caplog.at_level(logging.NOTSET):
        answer = leave(client, "oidc") if fault == "other issuer" else signed_in(client, "oidc")
    assert answer.status_code in (403, 503)
    assert "CANARY" not in answer.content.decode() + caplog.text + stored()
    assert "single sign-on by oidc refused" in caplog.text
    assert oidc_double.CLIENT not in caplog.text


def test_s4_p9_nor_of_a_ticket_that_was_refused(
    client: Client, cas: CasDouble, caplog: pytest.LogCaptureFixture
) -> None:
    cas.answer = lambda: xml(success("CANARY-user") + success("CANARY-other"))
    with caplog.at_level(logging.NOTSET):
        answer = signed_in(client, "cas")
    assert "CANARY" not in answer.content.decode() + caplog.text + stored()
