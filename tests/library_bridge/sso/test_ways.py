"""What the environment names is offered, nothing else has an address, and a check says what is missing (T-R9)."""

from html import escape
from importlib.util import find_spec

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from config import env
from library_bridge.sso import ways
from library_bridge.sso.lines import is_safe
from library_bridge.sso.ways import OPTIONS
from tests.library_bridge.factories import Campus
from tests.library_bridge.sso.cas_double import CasDouble
from tests.library_bridge.sso.conftest import leave

pytestmark = pytest.mark.django_db

CAS = {"server_url": "https://cas.example.edu/cas"}
OIDC = {"server_url": "https://id.example.edu", "client_id": "a", "secret": "b", "card_claim": "card"}
SAML = {"entity_id": "urn:x", "sso_url": "https://id.example.edu/sso", "certificate": "MII", "card_claim": "card"}
NAMES = ["sso-leave", "sso-callback"]
SAML_NAMES = ["saml_acs", "saml_finish_acs", "saml_metadata", "saml_sls"]


@pytest.mark.parametrize("code", [*OPTIONS, "openid_connect", "google"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_s4_nothing_named_has_no_address(client: Client, campus: Campus, code: str, method: str) -> None:
    assert django_settings.SSO == {"oidc": {}, "cas": {}, "saml": {}}
    for address in [reverse(name, args=[code]) for name in NAMES] + [reverse(n, args=["campus"]) for n in SAML_NAMES]:
        assert getattr(client, method)(address).status_code == 404


def test_s4_nothing_named_shows_no_button_and_asks_no_more(client: Client, campus: Campus, settings: Settings) -> None:
    client.get(reverse("sign-in"))
    with CaptureQueriesContext(connection) as bare:
        page = client.get(reverse("sign-in")).content.decode()
    assert "/sso/" not in page
    settings.SSO = {"cas": CAS, "oidc": OIDC}
    with CaptureQueriesContext(connection) as offered:
        client.get(reverse("sign-in"))
    assert len(offered) == len(bare)


@pytest.mark.parametrize(("language", "words"), [("en", "Sign in with Qingshi ID"), ("zh-CN", "用青石统一认证登录")])
def test_s4_a_button_for_each_way_in_both_languages(
    client: Client, campus: Campus, settings: Settings, language: str, words: str
) -> None:
    names = {"name_zh": "青石统一认证", "name_en": "Qingshi ID"}
    settings.SSO = {"oidc": {**OIDC, **names}, "cas": CAS, "saml": {}}
    page = client.get(reverse("sign-in"), headers={"accept-language": language}).content.decode()
    assert words in page
    assert page.count('formaction="/sso/') == 2
    assert page.index('class="button button-wide"') < page.index("formaction=")  # what Enter presses comes first


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password", "account_email",
                                  "socialaccount_signup", "socialaccount_connections", "cas_ng_login"])  # fmt: skip
def test_s4_the_packages_own_doors_are_not_there(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["login/", "signup/", "password/reset/", "email/", "social/signup/", "3rdparty/"])
@pytest.mark.parametrize("before", ["/accounts/", "/sso/", "/"])
def test_s4_nor_at_any_of_their_usual_addresses(
    client: Client, campus: Campus, settings: Settings, before: str, path: str
) -> None:
    settings.SSO = {"oidc": OIDC, "cas": CAS}
    assert client.get(before + path).status_code == 404


def test_s4_t_r9_leaving_is_never_a_get_and_needs_the_token(client: Client, cas: CasDouble) -> None:
    assert client.get(reverse("sso-leave", args=["cas"])).status_code == 405
    assert leave(Client(enforce_csrf_checks=True), "cas").status_code == 403
    assert client.post(reverse("sso-callback", args=["cas"])).status_code == 405


def test_s4_a_reader_who_is_in_is_sent_on(client: Client, cas: CasDouble, campus: Campus) -> None:
    client.force_login(campus.alice.reader)
    assert leave(client, "cas", next="/shelf/")["Location"] == "/shelf/"


def test_s4_the_page_that_leads_on_stays_in_no_cache_and_escapes(
    client: Client, cas: CasDouble, settings: Settings
) -> None:
    settings.SSO["cas"]["name_en"] = "<b>Evil</b>"
    answer = leave(client, "cas")
    assert "no-store" in answer["Cache-Control"]
    assert escape("<b>Evil</b>") in answer.content.decode()
    assert "<b>Evil" not in answer.content.decode()
    assert escape(f"{cas.address}/login?service=") in answer.content.decode()


@pytest.mark.parametrize(
    ("code", "given", "says"),
    [
        ("oidc", {**OIDC, "client_id": ""}, "client_id: must be set"),
        ("oidc", {**OIDC, "colour": "red"}, "colour: no such setting"),
        ("oidc", {**OIDC, "server_url": "http://id.example.edu"}, "server_url: must begin with https://"),
        ("oidc", {**OIDC, "server_url": "https://id.example.edu/" + "x" * 200}, "server_url: is too long"),
        ("cas", {"name_en": "Ours"}, "server_url: must be set"),
        ("cas", {**CAS, "version": "1"}, "version: "),
        ("saml", {**SAML, "certificate": ""}, "certificate: must be set"),
    ],
)
def test_s4_what_is_named_incompletely_is_said_at_start_and_not_offered(
    settings: Settings, code: str, given: dict[str, str], says: str
) -> None:
    settings.SSO = {code: given}
    assert ways.offered() == []
    (fault,) = [found for found in run_checks() if str(found.id).startswith("library_bridge.sso")]
    assert says in fault.msg
    assert fault.id == "library_bridge.sso.W001"
    assert f"SSO_{code.upper()}_" in fault.hint


def test_s4_what_is_complete_has_no_fault(settings: Settings) -> None:
    settings.SSO = {"oidc": OIDC, "cas": CAS}
    assert [way.code for way in ways.offered()] == ["oidc", "cas"]
    assert not [found for found in run_checks() if str(found.id).startswith("library_bridge.sso")]


@pytest.mark.skipif(find_spec("onelogin") is not None, reason="the extra saml is installed")
def test_s4_saml_without_its_extra_says_how_to_get_it(settings: Settings) -> None:
    settings.SSO = {"saml": SAML}
    assert ways.offered() == []
    (fault,) = [found for found in run_checks() if str(found.id).startswith("library_bridge.sso")]
    assert (fault.id, "bookrelay[saml]" in fault.hint) == ("library_bridge.sso.W002", True)


def test_s4_the_environment_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSO_CAS_SERVER_URL", "https://cas.example.edu")
    monkeypatch.setenv("SSO_CAS_NAME_EN", "")
    assert env.beginning_with("SSO_CAS_") == {"server_url": "https://cas.example.edu"}


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://id.example.edu", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://[::1]/", True),
        ("http://id.example.edu", False),
        ("http://127.0.0.1.example.edu", False),
        ("http://127.0.0.1@id.example.edu", False),
        ("javascript:alert(1)", False),
        ("//id.example.edu", False),
        ("https://", False),
        ("https://a\r\nb", False),
        ("http://[::1", False),
        (None, False),
    ],
)
def test_s4_t_i3_secrets_go_encrypted_or_nowhere(address: object, safe: bool) -> None:
    assert is_safe(address) is safe
