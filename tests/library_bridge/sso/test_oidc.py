"""OpenID Connect against a real provider on loopback: who comes in, and what of a hostile answer does not."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client
from django.urls import reverse

from library_bridge.models import Patron, Reader
from tests.library_bridge.factories import Campus, embedded_patron
from tests.library_bridge.sso.conftest import ENGLISH, gone, leave, onward, reader_of, signed_in
from tests.library_bridge.sso.oidc_double import CLIENT, OidcDouble, Said, said, signed


def test_s4_the_campus_vouches_and_alice_is_in(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    answer = signed_in(client, "oidc")
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))
    assert reader_of(client) == str(campus.alice.reader_id)


def test_s4_c5_a_first_arrival_makes_the_account_that_card_and_pin_would(
    client: Client, oidc: OidcDouble, campus: Campus
) -> None:
    card = embedded_patron(campus.library, campus.category)
    oidc.token["card"] = card.card_number
    signed_in(client, "oidc")
    made = Patron.objects.get(card_number=card.card_number).reader
    assert reader_of(client) == str(made.pk)
    assert (made.username[:2], made.email, made.first_name, made.last_name) == ("r-", "", "", "")
    assert not made.has_usable_password()
    again = Client()
    signed_in(again, "oidc")
    assert reader_of(again) == str(made.pk)


def test_s4_a_card_number_that_only_userinfo_tells(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    del oidc.token["card"]
    oidc.userinfo["card"] = int(campus.bob.card_number)
    signed_in(client, "oidc")
    assert reader_of(client) == str(campus.bob.reader_id)


def test_s4_userinfo_of_another_subject_does_not_count(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    del oidc.token["card"]
    oidc.userinfo = {"sub": "somebody else", "card": campus.bob.card_number}
    assert_not_believed(client, signed_in(client, "oidc"))


def test_s4_state_nonce_and_pkce_go_along_and_the_claims_we_ask_for(client: Client, oidc: OidcDouble) -> None:
    asked = parse_qs(urlsplit(onward(leave(client, "oidc"))).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert min(len(asked[name][0]) for name in ("state", "nonce", "code_challenge")) >= 16
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/sso/oidc/callback/"]
    assert set(asked["scope"][0].split()) == {"openid", "profile"}
    assert "prompt" not in asked


def test_s4_t_r17_an_address_adds_nothing_to_what_we_ask(client: Client, oidc: OidcDouble) -> None:
    address = reverse("sso-leave", args=["oidc"]) + "?scope=admin&auth_params=acr_values%3Dnone&process=connect"
    asked = parse_qs(urlsplit(onward(client.post(address, headers=ENGLISH))).query)
    assert "admin" not in asked["scope"][0]
    assert "acr_values" not in asked


def test_s4_with_basic_authentication_too(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    oidc.discovery["token_endpoint_auth_methods_supported"] = ["client_secret_basic"]
    signed_in(client, "oidc")
    assert reader_of(client) == str(campus.alice.reader_id)


def test_s4_another_browser_has_no_use_for_the_answer(client: Client, oidc: OidcDouble) -> None:
    back, other = gone(client, "oidc"), Client()
    assert_refused(other, other.get(back, headers=ENGLISH), "took too long")
    assert oidc.calls["/token"] == 0


def test_s4_a_wrong_state_and_none(client: Client, oidc: OidcDouble) -> None:
    back = gone(client, "oidc")
    code = parse_qs(urlsplit(back).query)["code"][0]
    for query in (f"?code={code}&state=wrong", f"?code={code}", ""):
        answer = client.get(reverse("sso-callback", args=["oidc"]) + query, headers=ENGLISH)
        assert_refused(client, answer, "took too long")
    assert oidc.calls["/token"] == 0


def test_s4_an_answer_opens_once(client: Client, oidc: OidcDouble) -> None:
    back = gone(client, "oidc")
    client.get(back)
    client.post(reverse("sign-out"))
    assert_refused(client, client.get(back, headers=ENGLISH), "took too long")
    assert oidc.calls["/token"] == 1


def test_s4_a_code_that_was_used_with_another_state(client: Client, oidc: OidcDouble) -> None:
    first = parse_qs(urlsplit(gone(client, "oidc")).query)
    second = parse_qs(urlsplit(gone(client, "oidc")).query)
    mixed = f"?code={first['code'][0]}&state={second['state'][0]}"
    answer = client.get(reverse("sso-callback", args=["oidc"]) + mixed, headers=ENGLISH)
    assert_not_believed(client, answer)


def test_s4_a_state_is_good_for_ten_minutes(client: Client, oidc: OidcDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    back = gone(client, "oidc")
    later = time.time() + 601
    monkeypatch.setattr("allauth.socialaccount.internal.statekit.time.time", lambda: later)
    assert_refused(client, client.get(back, headers=ENGLISH), "took too long")


def test_s4_whoever_gives_up_there_reads_that_they_are_not_in(client: Client, oidc: OidcDouble) -> None:
    state = parse_qs(urlsplit(onward(leave(client, "oidc"))).query)["state"][0]
    address = reverse("sso-callback", args=["oidc"]) + f"?error=access_denied&state={state}"
    assert_refused(client, client.get(address, headers=ENGLISH), "without having signed in")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"aud": "another"},
        {"aud": [CLIENT], "azp": "another"},
        {"iss": "http://127.0.0.1:1"},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
)
def test_s4_a_token_that_is_not_for_us_now(client: Client, oidc: OidcDouble, claims: dict[str, Any]) -> None:
    oidc.token |= claims
    assert_not_believed(client, signed_in(client, "oidc"))


@pytest.mark.parametrize(
    "sign",
    [
        lambda claims: signed(claims, key=2),
        lambda claims: signed(claims, kid="unknown"),
        lambda claims: jwt.encode(claims, "", algorithm="none", headers={"kid": "key-1"}),
        lambda claims: jwt.encode(claims, "secret" * 8, algorithm="HS256", headers={"kid": "key-1"}),
        lambda claims: jwt.encode(claims, "secret" * 8, algorithm="HS256"),
        lambda claims: signed(claims)[:-4] + "AAAA",
        lambda claims: "a.b.c",
        lambda claims: 7,
        lambda claims: None,
    ],
    ids=["other key", "unknown key", "none", "HMAC", "no key id", "broken", "rubbish", "a number", "nothing"],
)
def test_s4_a_token_that_nobody_signed(client: Client, oidc: OidcDouble, sign: Callable[[Any], str]) -> None:
    oidc.sign = sign
    assert_not_believed(client, signed_in(client, "oidc"))


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://elsewhere.example/"},
        {"token_endpoint": "http://elsewhere.example/"},
        {"jwks_uri": None},
        {"token_endpoint": 7},
    ],
)
def test_s4_t_i3_discovery_that_would_lead_astray(client: Client, oidc: OidcDouble, discovery: dict[str, Any]) -> None:
    oidc.discovery = discovery
    assert_not_believed(client, leave(client, "oidc"))


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys", "/userinfo"])
@pytest.mark.parametrize(
    "fault",
    [
        lambda: Said(status=500),
        lambda: Said(b"<html>", headers={"Content-Type": "text/html"}),
        lambda: Said(b"[" * 100_000, headers={"Content-Type": "application/json"}),
        lambda: Said(status=302, headers={"Location": "http://127.0.0.1:1/"}),
        lambda: said(["a list"]),
        lambda: said({}),
        lambda: said({"keys": [{}], "access_token": 7, "id_token": 7, "expires_in": "soon"}),
    ],
    ids=["500", "HTML", "deep", "elsewhere", "a list", "empty", "other types"],
)
def test_s4_t_i6_whatever_it_answers_there_is_a_page(
    client: Client, oidc: OidcDouble, path: str, fault: Callable[[], Said]
) -> None:
    del oidc.token["card"]
    oidc.userinfo["card"] = "2100001"
    before = gone(client, "oidc")
    oidc.faults[path] = fault
    answer = client.get(before, headers=ENGLISH)
    assert answer.status_code in (403, 503)
    assert "You are not signed in" in answer.content.decode()
    assert reader_of(client) is None
    assert not Reader.objects.exclude(patrons__in=Patron.objects.all()).exists()


def test_s4_a_provider_that_is_down(client: Client, oidc: OidcDouble) -> None:
    oidc.faults["/.well-known/openid-configuration"] = lambda: Said(status=503)
    answer = leave(client, "oidc")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "can’t be reached right now" in answer.content.decode()


def assert_not_believed(client: Client, answer: Any) -> None:
    assert_refused(client, answer, "could not be verified")


def assert_refused(client: Client, answer: Any, words: str) -> None:
    assert answer.status_code == 403
    page = answer.content.decode()
    assert words in page
    assert "Qingshi ID" in page
    assert reader_of(client) is None
