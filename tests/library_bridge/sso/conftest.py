"""A browser, and the two providers that it goes to."""

from collections.abc import Iterator
from html import unescape
from http.client import HTTPConnection
from re import search
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.library_bridge.factories import Campus
from tests.library_bridge.sso import oidc_double
from tests.library_bridge.sso.cas_double import CasDouble
from tests.library_bridge.sso.oidc_double import OidcDouble
from tests.library_bridge.sso.serving import serving

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def oidc(settings: Settings, campus: Campus) -> Iterator[OidcDouble]:
    """Alice's card stands in the ID token."""
    double = OidcDouble()
    double.token["card"] = campus.alice.card_number
    with serving(double) as double.address:
        settings.SSO = {
            "oidc": {
                "server_url": double.address,
                "client_id": oidc_double.CLIENT,
                "secret": oidc_double.SECRET,
                "card_claim": "card",
                "name_zh": "青石统一认证",
                "name_en": "Qingshi ID",
            }
        }
        yield double


@pytest.fixture
def cas(settings: Settings, campus: Campus) -> Iterator[CasDouble]:
    double = CasDouble()
    double.attributes = f"<cas:card>{campus.alice.card_number}</cas:card>"
    with serving(double) as address:
        double.address = f"{address}/cas"
        settings.SSO = {"cas": {"server_url": double.address, "card_claim": "card"}}
        yield double


def leave(client: Client, code: str, **fields: str) -> Any:
    return client.post(reverse("sso-leave", args=[code]), fields, headers=ENGLISH)


def onward(answer: Any) -> str:
    """Where the page leads that says goodbye."""
    found = search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.content.decode())
    assert found, answer.content.decode()
    return unescape(found[1])


def sent_back(address: str) -> str:
    """The provider knows its visitor and sends them back: to which path of ours."""
    parts = urlsplit(address)
    line = HTTPConnection(parts.netloc, timeout=5)
    line.request("GET", f"{parts.path}?{parts.query}")
    answer = line.getresponse()
    line.close()
    assert answer.status == 302
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def gone(client: Client, code: str, **fields: str) -> str:
    """There and back, up to the last step."""
    return sent_back(onward(leave(client, code, **fields)))


def signed_in(client: Client, code: str, **fields: str) -> Any:
    return client.get(gone(client, code, **fields), headers=ENGLISH)


def reader_of(client: Client) -> str | None:
    return client.session.get("_auth_user_id")
