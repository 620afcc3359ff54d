"""S13: who is on the other end. The certificates lie in the corpus; their keys guard nothing but these tests."""

import ssl
from hashlib import sha256
from pathlib import Path

import pytest

from library_bridge.adapters.options import Misconfigured
from library_bridge.adapters.sip2 import pool
from library_bridge.adapters.sip2.adapter import Sip2System
from library_bridge.models import Library
from library_bridge.ports import Unavailable
from tests.library_bridge.playing_sip2 import Player, Step, silence_of, system

CERTIFICATES = Path(__file__).parents[1] / "corpus" / "certificates"
ITEM = Step("1804020120261124    100000AB0110|AJSoil|AH20261207    235900|")


def ask(certificate: str, **settings: object) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
    with Player(context) as player:
        player.always = ITEM
        given = {"host": "127.0.0.1", "port": player.port, "tls": True, "timeout_s": 2, **settings}
        try:
            return Sip2System(Library(pk=1, code="demo", settings=given)).item("0110").title
        finally:
            pool.close_all()


def authority(name: str) -> str:
    return str(CERTIFICATES / f"{name}.pem")


def pin(name: str) -> str:
    text = (CERTIFICATES / f"{name}.pem").read_text()
    start, end = text.index("-----BEGIN CERT"), text.index("-----END CERT")
    return sha256(ssl.PEM_cert_to_DER_cert(text[start:end] + "-----END CERTIFICATE-----")).hexdigest()


def test_s13_a_certificate_of_an_authority_that_is_believed() -> None:
    assert ask("local", tls_ca=authority("local")) == "Soil"


def test_s13_of_another_name_where_that_name_is_set() -> None:
    assert ask("other", tls_ca=authority("other"), tls_name="elsewhere.example") == "Soil"


@pytest.mark.parametrize(
    ("certificate", "ca"), [("local", ""), ("local", "other"), ("other", "other"), ("expired", "expired")]
)
def test_s13_self_signed_wrong_host_and_expired_are_refused(certificate: str, ca: str) -> None:
    with pytest.raises(Unavailable) as problem:
        ask(certificate, tls_ca=authority(ca) if ca else "")
    assert problem.value.nothing_sent


@pytest.mark.parametrize("certificate", ["local", "other", "expired"])
def test_s13_the_pinned_certificate_is_believed_whatever_it_says(certificate: str) -> None:
    assert ask(certificate, tls_pin=pin(certificate)) == "Soil"
    assert ask(certificate, tls_pin=":".join(pin(certificate)[at : at + 2] for at in range(0, 64, 2)).upper()) == "Soil"


def test_s13_and_no_other() -> None:
    with pytest.raises(Unavailable):
        ask("local", tls_pin=pin("other"))


def test_s13_tls_to_a_server_that_speaks_none_is_refused() -> None:
    with Player() as player:
        asked = system(player, tls=True, timeout_s=1)
        assert silence_of(lambda: asked.check_in("0110")).nothing_sent


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_t_i3_without_tls_only_this_machine(host: str) -> None:
    assert Sip2System(Library(pk=1, settings={"host": host})).settings.host == host


@pytest.mark.parametrize("host", ["sip.example.org", "10.0.0.1", "localhost.example.org"])
def test_t_i3_another_machine_needs_tls_or_a_tunnel(host: str) -> None:
    with pytest.raises(Misconfigured, match="tls"):
        Sip2System(Library(pk=1, settings={"host": host}))
    Sip2System(Library(pk=1, settings={"host": host, "tunnelled": "yes"}))
    Sip2System(Library(pk=1, settings={"host": host, "tls": "yes"}))
