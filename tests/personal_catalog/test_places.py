"""T-R13: where the server goes when it asks for records and covers."""

import socket
from typing import Any

import pytest

from personal_catalog.lookup import places
from personal_catalog.lookup.fetch import get
from personal_catalog.lookup.places import Forbidden, Place
from personal_catalog.lookup.sources import SourceUnavailable
from tests.personal_catalog import services

CATALOGUE = Place("https://catalogue.example/sru", ("archive.example", "*.archive.example"))
ELSEWHERE = [
    "http://catalogue.example/sru",
    "https://catalogue.example:8443/sru",
    "https://catalogue.example.evil.example/",
    "https://evilarchive.example/",
    "https://archive.example:22/",
    "https://catalogue.example@evil.example/",
    "https://reader:secret@catalogue.example/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://169.254.169.254/latest/meta-data",
    "https://catalogue.example\u3002evil.example/",
    "ftp://catalogue.example/",
    "file:///etc/passwd",
    "gopher://catalogue.example/",
    "//",
    "https://[",
    "",
]
INSIDE = [
    "127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "::",
    "fe80::1", "fe80::1%eth0", "fc00::7", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("url", ELSEWHERE)
def test_only_hosts_that_were_named_are_asked(url: str) -> None:
    with pytest.raises(Forbidden):
        places.target(CATALOGUE, url)


@pytest.mark.parametrize(
    "url",
    [
        "https://catalogue.example/x?a=1",
        "https://CATALOGUE.example./",
        "https://a.archive.example/",
        "https://archive.example:443/",
    ],
)
def test_those_are(url: str) -> None:
    found = places.target(CATALOGUE, url)
    assert (found.port, found.anywhere) == (443, False)


@pytest.mark.parametrize("address", INSIDE)
def test_an_inner_address_is_none_of_the_open_internet(address: str) -> None:
    assert not places.is_public(address)
    assert places.is_public("64:ff9b::808:808")
    assert places.is_public("2606:4700::1111")


class Names:
    """Answers for the name server: each time the next."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.connected: list[str] = []
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)
        monkeypatch.setattr(socket, "create_connection", self._connect)

    def _look_up(self, host: str, port: int, *_args: Any, **_kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in self.answers.pop(0)]

    def _connect(self, address: tuple[str, int], *_args: Any, **_kwargs: Any) -> socket.socket:
        self.connected.append(address[0])
        raise ConnectionRefusedError


def test_a_name_that_leads_inside_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One harmless address beside it makes it no better."""
    names = Names(monkeypatch, ["93.184.216.34", "10.0.0.8"])
    with pytest.raises(SourceUnavailable, match="open internet"):
        get(CATALOGUE.address, place=CATALOGUE, seconds=1)
    assert names.connected == []


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that would answer differently the second time is never asked a second time (DNS rebinding)."""
    names = Names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    with pytest.raises(SourceUnavailable):
        get(CATALOGUE.address, place=CATALOGUE, seconds=1)
    assert (names.connected, names.answers) == (["93.184.216.34"], [["127.0.0.1"]])


def test_what_stands_in_our_own_network_must_be_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(monkeypatch, ["10.0.0.8"])
    with pytest.raises(SourceUnavailable, match="ConnectError"):
        get(CATALOGUE.address, place=Place(CATALOGUE.address, inside=True), seconds=1)
    assert names.connected == ["10.0.0.8"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_redirect_to_an_inner_address_reaches_nobody(scheme: str) -> None:
    with services.serving() as outside, services.serving() as inner:
        outside.answers["openl"] = services.redirects_to(inner.urls["wiki"].replace("http:", f"{scheme}:"))
        with pytest.raises(SourceUnavailable, match=r"https://|among the hosts"):
            get(outside.urls["openl"], place=Place(outside.urls["openl"], ("127.0.0.1",)), seconds=2)
        assert (len(outside.asked), inner.asked) == (1, [])


def test_who_speaks_no_tls_is_not_believed() -> None:
    """T-I3"""
    with services.serving() as running:
        url = running.urls["openl"].replace("http:", "https:")
        with pytest.raises(SourceUnavailable):
            get(url, place=Place(url), seconds=2)


def test_a_packed_answer_is_not_unpacked() -> None:
    with services.serving() as running:
        running.answers["openl"] = services.sends(b"\x1f\x8b" + b"x" * 100, headers={"Content-Encoding": "gzip"})
        with pytest.raises(SourceUnavailable, match="packs"):
            get(running.urls["openl"], place=Place(running.urls["openl"]), seconds=2)
