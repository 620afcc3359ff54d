"""CAS against a real server on loopback, and answers that a server of the protocol would not give (T-I2, T-I4)."""

import contextlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from library_bridge.sso import cas_answers
from tests.library_bridge.factories import Campus
from tests.library_bridge.sso.cas_double import XMLNS, CasDouble, success, xml
from tests.library_bridge.sso.conftest import ENGLISH, gone, leave, onward, reader_of, sent_back, signed_in
from tests.library_bridge.sso.serving import Said

BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def test_s4_the_campus_vouches_and_alice_is_in(client: Client, cas: CasDouble, campus: Campus) -> None:
    answer = signed_in(client, "cas")
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))
    assert reader_of(client) == str(campus.alice.reader_id)


def test_s4_where_the_name_is_the_card_number(
    client: Client, cas: CasDouble, campus: Campus, settings: Settings
) -> None:
    settings.SSO = {"cas": {"server_url": cas.address + "/", "version": "3"}}
    cas.user, cas.attributes = campus.bob.card_number, ""
    signed_in(client, "cas")
    assert reader_of(client) == str(campus.bob.reader_id)


def test_s4_the_service_is_ours_and_holds_the_state(client: Client, cas: CasDouble) -> None:
    service = parse_qs(urlsplit(onward(leave(client, "cas"))).query)["service"][0]
    assert service.startswith("http://127.0.0.1:8000/sso/cas/callback/?state=")


def test_s4_a_ticket_of_another_browser_signs_nobody_in(client: Client, cas: CasDouble) -> None:
    """Else a page of anybody's could sign Alice in as its author."""
    back, other = gone(client, "cas"), Client()
    assert_refused(other, other.get(back, headers=ENGLISH), "took too long")
    assert_refused(other, other.get(back.replace("state", "status"), headers=ENGLISH), "took too long")
    assert [asked.path for asked in cas.asked] == ["/cas/login"]


def test_s4_an_answer_opens_once(client: Client, cas: CasDouble) -> None:
    back = gone(client, "cas")
    client.get(back)
    client.post(reverse("sign-out"))
    assert_refused(client, client.get(back, headers=ENGLISH), "took too long")


def test_s4_a_ticket_that_was_used_with_another_state(client: Client, cas: CasDouble) -> None:
    first, second = (parse_qs(urlsplit(gone(client, "cas")).query) for _turn in range(2))
    mixed = f"?state={second['state'][0]}&ticket={first['ticket'][0]}"
    assert_refused(
        client, client.get(reverse("sso-callback", args=["cas"]) + mixed, headers=ENGLISH), "not be verified"
    )


@pytest.mark.parametrize("ticket", ["PT-1", "ST-", "ST-a b", "ST-\r\n1", "ST-" + "x" * 254, "ST-读"])
def test_s4_t_i1_what_is_no_ticket_is_not_sent(client: Client, cas: CasDouble, ticket: str) -> None:
    state = parse_qs(urlsplit(parse_qs(urlsplit(onward(leave(client, "cas"))).query)["service"][0]).query)["state"][0]
    answer = client.get(reverse("sso-callback", args=["cas"]), {"state": state, "ticket": ticket}, headers=ENGLISH)
    assert_refused(client, answer, "not be verified")
    assert cas.asked == []


def test_s4_without_a_ticket_nobody_is_in(client: Client, cas: CasDouble) -> None:
    back = gone(client, "cas").split("&ticket")[0]
    assert_refused(client, client.get(back, headers=ENGLISH), "without having signed in")


def test_s4_on_a_shared_computer_the_server_asks_anew(client: Client, cas: CasDouble) -> None:
    assert "renew=true" in onward(leave(client, "cas", shared="on"))
    assert "renew" not in onward(leave(client, "cas"))


CARD = "<cas:attributes><cas:card>{}</cas:card></cas:attributes>"


@pytest.mark.parametrize(
    "answer",
    [
        Said(b""),
        Said(b"yes\nCANARY\n"),
        Said(b"<html><body>Sign in</body></html>"),
        Said(b"\xff\xfe\x00"),
        xml(""),
        xml(success("u") + success("v")),
        xml('<cas:authenticationFailure code="INVALID_TICKET"/>' + success("u")),
        xml("<cas:authenticationSuccess/>"),
        xml("<cas:authenticationSuccess><cas:user/></cas:authenticationSuccess>"),
        xml("<cas:authenticationSuccess><cas:user>u</cas:user><cas:user>v</cas:user></cas:authenticationSuccess>"),
        xml("<cas:authenticationSuccess><cas:user>u<cas:user>v</cas:user></cas:user></cas:authenticationSuccess>"),
        xml("<cas:authenticationSuccess><x><cas:user>u</cas:user></x></cas:authenticationSuccess>"),
        xml("<cas:authenticationSuccess><cas:user>u</cas:user><cas:proxies/></cas:authenticationSuccess>"),
        xml(success("x" * 256)),
        xml(success("&c;"), before=BOMB),
        xml(success("&a;"), before=FILE),
        xml(success("u"), before='<!DOCTYPE b SYSTEM "http://127.0.0.1:1/x.dtd">'),
        Said(f"<cas:other {XMLNS}>{success('u')}</cas:other>".encode()),
        Said(b"<serviceResponse><authenticationSuccess><user>u</user></authenticationSuccess></serviceResponse>"),
        Said(
            b'<c:serviceResponse xmlns:c="urn:x"><c:authenticationSuccess><c:user>u</c:user></c:authenticationSuccess>'
        ),
        Said(b"<a>" * 100_000),
    ],
)
def test_s4_t_i4_a_hostile_answer_signs_nobody_in(client: Client, cas: CasDouble, answer: Said) -> None:
    cas.answer = lambda: answer
    assert_refused(client, signed_in(client, "cas"), "not be verified")


@pytest.mark.parametrize(
    "answer", [Said(status=500), Said(status=302, headers={"Location": "/"}), Said(xml(success("u")).body, status=404)]
)
def test_s4_t_i5_an_answer_from_elsewhere_is_none(client: Client, cas: CasDouble, answer: Said) -> None:
    cas.answer = lambda: answer
    refused = signed_in(client, "cas")
    assert refused.status_code == 503
    assert reader_of(client) is None


@pytest.mark.parametrize(
    "attributes",
    [
        "<cas:card/>",
        "<cas:card>{a}</cas:card><cas:card>{b}</cas:card>",
        "<cas:card><cas:card>{a}</cas:card></cas:card>",
        "<x><cas:card>{a}</cas:card></x>",
        "<cas:Card>{a}</cas:Card>",
        "<other:card xmlns:other='urn:x'>{a}</other:card>",
    ],
)
def test_s4_a_card_number_that_is_not_told_once_is_not_told(
    client: Client, cas: CasDouble, campus: Campus, attributes: str
) -> None:
    cas.attributes = attributes.format(a=campus.alice.card_number, b=campus.bob.card_number)
    assert_refused(client, signed_in(client, "cas"), "did not tell us your card number")


def test_s4_an_attribute_called_user_is_not_the_user(client: Client, cas: CasDouble, settings: Settings) -> None:
    """A reading that takes any element of that name would let whoever edits an attribute be anybody."""
    inner = f"<cas:attributes><cas:user>victim</cas:user></cas:attributes><cas:user>{cas.user}</cas:user>"
    answer = xml(f"<cas:authenticationSuccess>{inner}</cas:authenticationSuccess>")
    assert cas_answers.read(answer.body).user == cas.user


@settings(max_examples=60)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=80).map(lambda text: xml(success(text)).body)))
def test_s4_any_bytes_are_read_or_foreign(content: bytes) -> None:
    with contextlib.suppress(cas_answers.Foreign):
        assert 0 < len(cas_answers.read(content).user) <= cas_answers.USER_MAX_CHARACTERS


def test_s4_the_ticket_is_asked_for_with_the_very_service(client: Client, cas: CasDouble) -> None:
    client.get(sent_back(onward(leave(client, "cas"))))
    login, validate = cas.asked
    assert login.query["service"] == validate.query["service"]


def assert_refused(client: Client, answer: Any, words: str) -> None:
    assert answer.status_code == 403
    assert words in answer.content.decode()
    assert reader_of(client) is None
