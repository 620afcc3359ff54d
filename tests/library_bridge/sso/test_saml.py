"""What of a SAML assertion counts; and, where the extra `saml` is installed, a signed one from question to answer."""

import base64
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from library_bridge.models import CampusAccount
from library_bridge.sso.saml import SUBJECT_IDS, TRANSIENT, SamlProvider
from library_bridge.sso.ways import OPTIONS, Way
from tests.library_bridge.factories import Campus
from tests.library_bridge.sso.conftest import leave, onward, reader_of

EXTRA = pytest.mark.skipif(find_spec("onelogin") is None, reason="needs python3-saml: install the extra saml")
IDP = "https://id.example.edu/metadata"
CARD = "urn:oid:1.3.6.1.4.1.5923.1.1.1.10"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
HOST = {"host": "localhost", "accept-language": "en"}


class Assertion:
    """As much of python3-saml's answer as is read."""

    def __init__(self, attributes: dict[str, list[str]], name: str = "CANARY", format: str = PERSISTENT) -> None:
        self.attributes, self.name, self.format = attributes, name, format

    def get_attributes(self) -> dict[str, list[str]]:
        return self.attributes

    def get_nameid(self) -> str:
        return self.name

    def get_nameid_format(self) -> str:
        return self.format


def arrival(assertion: Assertion) -> Any:
    values: dict[str, Any] = {option.name: option.default for option in OPTIONS["saml"]}
    way = Way("saml", {**values, "entity_id": IDP, "card_claim": CARD})
    return SamlProvider(RequestFactory().get("/"), way).sociallogin_from_response(RequestFactory().get("/"), assertion)


def test_s4_the_attribute_named_holds_the_card() -> None:
    identity = arrival(Assertion({CARD: [" 2100417 "], "mail": ["CANARY@example.edu"]})).identity
    assert (identity.provider, identity.subject, identity.card_number) == (IDP, "CANARY", "2100417")


@pytest.mark.parametrize("attributes", [{}, {CARD: []}, {CARD: ["1", "2"]}, {CARD: [None]}, {"card": ["1"]}])
def test_s4_an_attribute_that_does_not_tell_one_card(attributes: dict[str, list[str]]) -> None:
    assert arrival(Assertion(attributes)).identity.card_number == ""


@pytest.mark.parametrize("name", SUBJECT_IDS)
def test_s4_a_subject_id_is_more_lasting_than_a_name(name: str) -> None:
    assert arrival(Assertion({CARD: ["1"], name: ["lasting"]}, format=TRANSIENT)).identity.subject == "lasting"


def test_s4_a_name_for_this_once_links_nobody() -> None:
    assert arrival(Assertion({CARD: ["1"]}, format=TRANSIENT)).identity.subject == ""


@cache
def idp_pair() -> tuple[str, str]:
    """Key and certificate of the provider, as PEM and as one line of base64."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "id.example.edu")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + timedelta(days=3650))
    certificate = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return pem, "".join(line for line in certificate.splitlines() if "-----" not in line)


@pytest.fixture
def saml(settings: Settings, campus: Campus) -> None:
    settings.SSO = {
        "saml": {
            "entity_id": IDP,
            "sso_url": "https://id.example.edu/sso",
            "certificate": idp_pair()[1],
            "card_claim": CARD,
        }
    }


def question(client: Client, **fields: str) -> str:
    """Leaves, and gives the id of what the provider is asked."""
    answer = client.post(reverse("sso-leave", args=["saml"]), fields, headers=HOST)
    asked = parse_qs(urlsplit(onward(answer)).query)["SAMLRequest"][0]
    return ElementTree.fromstring(zlib.decompress(base64.b64decode(asked), -15)).attrib["ID"]


def response(to: str, card: str, *, sign: bool = True, audience: str = "", late: timedelta = timedelta(0)) -> str:
    now = datetime.now(UTC) - late
    begin, end = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (now - timedelta(minutes=1), now + timedelta(minutes=5)))
    acs = "http://localhost" + reverse("saml_acs", args=["campus"])
    audience = audience or "http://localhost" + reverse("saml_metadata", args=["campus"])
    saml2, protocol = "urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:protocol"
    assertion = f"""<saml:Assertion xmlns:saml="{saml2}" ID="_a1" Version="2.0" IssueInstant="{begin}">
<saml:Issuer>{IDP}</saml:Issuer><saml:Subject><saml:NameID Format="{PERSISTENT}">CANARY-name</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData NotOnOrAfter="{end}" Recipient="{acs}" InResponseTo="{to}"/></saml:SubjectConfirmation>
</saml:Subject><saml:Conditions NotBefore="{begin}" NotOnOrAfter="{end}"><saml:AudienceRestriction>
<saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{begin}" SessionIndex="_s1"><saml:AuthnContext><saml:AuthnContextClassRef>
urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement><saml:Attribute Name="{CARD}"><saml:AttributeValue>{card}</saml:AttributeValue></saml:Attribute>
<saml:Attribute Name="mail"><saml:AttributeValue>CANARY@example.edu</saml:AttributeValue></saml:Attribute>
</saml:AttributeStatement></saml:Assertion>"""
    if sign:
        from onelogin.saml2.utils import OneLogin_Saml2_Utils

        key, certificate = idp_pair()
        assertion = OneLogin_Saml2_Utils.add_sign(
            assertion, key, OneLogin_Saml2_Utils.format_cert(certificate)
        ).decode()
    return f"""<samlp:Response xmlns:samlp="{protocol}" xmlns:saml="{saml2}" ID="_r1" Version="2.0" IssueInstant="{begin}"
Destination="{acs}" InResponseTo="{to}"><saml:Issuer>{IDP}</saml:Issuer><samlp:Status>
<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{assertion}</samlp:Response>"""


def posted(client: Client, xml: str) -> Any:
    """By the provider's page: without our session, and on from there with it."""
    mine = client.cookies.pop("sessionid", None)
    data = {"SAMLResponse": base64.b64encode(xml.encode()).decode(), "RelayState": "https://evil.example/"}
    answer = client.post(reverse("saml_acs", args=["campus"]), data, headers=HOST)
    if mine is not None:
        client.cookies["sessionid"] = mine.value
    return client.get(answer["Location"], headers=HOST) if answer.status_code == 302 else answer


@EXTRA
def test_s4_a_signed_assertion_opens_the_account_of_its_card_once(
    client: Client, saml: None, campus: Campus, caplog: pytest.LogCaptureFixture
) -> None:
    xml = response(question(client, next="/shelf/"), campus.alice.card_number)
    with caplog.at_level(0):
        answer = posted(client, xml)
    assert (answer.status_code, answer["Location"]) == (302, "/shelf/")
    assert reader_of(client) == str(campus.alice.reader_id)
    assert CampusAccount.objects.get().patron == campus.alice
    assert "CANARY" not in caplog.text + repr([session.get_decoded() for session in Session.objects.all()])
    client.post(reverse("sign-out"))
    assert_refused(client, posted(client, xml), "took too long")


@EXTRA
@pytest.mark.parametrize(
    "how", [{"sign": False}, {"audience": "https://another.example"}, {"late": timedelta(hours=1)}], ids=str
)
def test_s4_an_assertion_that_is_not_for_us_now(
    client: Client, saml: None, campus: Campus, how: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    answer = posted(client, response(question(client), campus.alice.card_number, **how))
    assert_refused(client, answer, "could not be verified")
    assert "CANARY" not in caplog.text


@EXTRA
def test_s4_a_changed_assertion(client: Client, saml: None, campus: Campus) -> None:
    xml = response(question(client), campus.alice.card_number)
    changed = xml.replace(f">{campus.alice.card_number}<", f">{campus.bob.card_number}<")
    assert changed != xml
    assert_refused(client, posted(client, changed), "could not be verified")


@EXTRA
def test_s4_an_answer_that_nobody_asked_for(client: Client, saml: None, campus: Campus) -> None:
    assert_refused(client, posted(client, response("_never_asked", campus.alice.card_number)), "took too long")
    assert_refused(client, posted(client, "<not/>"), "could not be verified")
    assert_refused(client, client.get(reverse("saml_finish_acs", args=["campus"]), headers=HOST), "took too long")


@EXTRA
def test_s4_a_huge_answer_is_not_kept(client: Client, saml: None) -> None:
    assert posted(client, "x" * 200_000).status_code == 413
    assert not Session.objects.exists()


@EXTRA
def test_s4_what_waits_for_its_browser_does_not_wait_long(client: Client, saml: None, now: datetime) -> None:
    client.post(reverse("saml_acs", args=["campus"]), {"SAMLResponse": "eA=="}, headers=HOST)
    assert Session.objects.get().expire_date < now + timedelta(minutes=11)


@EXTRA
def test_s4_the_metadata_for_the_provider_offer_no_sign_out(client: Client, saml: None) -> None:
    page = client.get(reverse("saml_metadata", args=["campus"]), headers=HOST)
    assert page["Content-Type"] == "text/xml"
    assert "AssertionConsumerService" in page.content.decode()
    assert "SingleLogoutService" not in page.content.decode()
    assert client.get(reverse("saml_sls", args=["campus"])).status_code == 404
    assert client.get(reverse("saml_metadata", args=["other"])).status_code == 404
    assert leave(client, "cas").status_code == 404


def assert_refused(client: Client, answer: Any, words: str) -> None:
    assert answer.status_code == 403
    assert words in unescape(answer.content.decode())
    assert reader_of(client) is None
