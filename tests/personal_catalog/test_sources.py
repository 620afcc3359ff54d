"""What operators see of the sources: checks at the start, and a command that asks each."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from config import env
from personal_catalog.checks import sources_can_be_asked
from personal_catalog.lookup import servers
from personal_catalog.lookup.sources import label
from personal_catalog.models import LookupCache
from tests.personal_catalog import services
from tests.personal_catalog.services import Services
from tests.personal_catalog.sru_answers import DATA_STRUCTURES, marcxml, response

GOOD = {"address": "https://catalogue.example/sru", "query": "bath.isbn={isbn}"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "SRU_OURS_ADDRESS must be set"),
        ({**GOOD, "address": "http://catalogue.example/sru"}, "SRU_OURS_ADDRESS must begin with https://"),
        ({**GOOD, "address": "catalogue.example"}, "SRU_OURS_ADDRESS must be an address"),
        ({**GOOD, "address": "https://x.example/{dir}"}, "SRU_OURS_ADDRESS only {isbn}"),
        ({**GOOD, "query": "isbn=9787"}, "SRU_OURS_QUERY must be a CQL query"),
        ({**GOOD, "query": "{isbn} {0.__class__}"}, "SRU_OURS_QUERY only {isbn}"),
        ({**GOOD, "version": "3"}, "SRU_OURS_VERSION must be one of"),
        ({**GOOD, "per_minute": "often"}, "SRU_OURS_PER_MINUTE must be a number"),
        ({**GOOD, "adress": "x"}, "SRU_OURS_ADRESS is no setting"),
    ],
)
def test_a_server_that_is_described_wrongly_is_left_out_and_named(
    options: dict[str, str], says: str, settings: Settings
) -> None:
    settings.SRU_SERVERS = {"ours": options, "dnb": {}}
    [found] = sources_can_be_asked()
    assert says in found.msg
    assert "docs/sources.md" in (found.hint or "")
    assert [server.name for server in servers.sru()] == ["dnb"]


def test_what_else_is_wrong_is_named_too(settings: Settings) -> None:
    settings.LOOKUP_SOURCES = ["personal_catalog.lookup.own.OwnCatalog"]
    settings.LOOKUP_LOCAL_FILE = "/nowhere/books.csv"
    settings.ISBNLIB_SERVICE_URLS = {"goob": "http://books.example/{isbn}"}
    settings.COVER_SERVERS = {"ours": {"address": "https://covers.example/one.jpg"}}
    assert [found.id for found in sources_can_be_asked()] == [
        "personal_catalog.W001", "personal_catalog.W002", "personal_catalog.W004", "personal_catalog.W003",
    ]  # fmt: skip


def test_servers_are_named_in_the_environment(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("SRU_SERVERS", "dnb, ours")
    monkeypatch.setenv("SRU_OURS_ADDRESS", GOOD["address"])
    monkeypatch.setenv("SRU_OURS_QUERY", GOOD["query"])
    monkeypatch.setenv("SRU_OURS_LABEL", "Our Library")
    monkeypatch.setenv("COVER_SERVERS", "none")
    settings.SRU_SERVERS = env.servers("SRU")
    assert [server.label for server in servers.sru()] == ["Deutsche Nationalbibliothek", "Our Library"]
    assert (label("sru:ours"), label("sru:gone"), label("open_library")) == ("Our Library", "gone", "Open Library")
    assert env.servers("COVER", default="openlibrary") == {}
    assert sources_can_be_asked() == []


@pytest.fixture
def world(settings: Settings) -> Iterator[Services]:
    with services.serving() as running:
        settings.LOOKUP_SOURCES = ["personal_catalog.lookup.own.OwnCatalogue", "personal_catalog.lookup.sru.sources"]
        settings.SRU_SERVERS = {
            name: {"address": f"{running.base}/{name}/sru", "query": "isbn={isbn}", "per_minute": "1"}
            for name in ("north", "south")
        }
        yield running


def probed(*arguments: str) -> tuple[int, Any]:
    out, code = StringIO(), 0
    try:
        call_command("probe_sources", *arguments, "--json", stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, json.loads(out.getvalue() or "null")


@pytest.mark.django_db
def test_the_command_asks_each_source_and_keeps_nothing(world: Services) -> None:
    world.answers["north"] = services.sends(response(marcxml()))
    world.answers["south"] = services.sends(b"", status=503)
    code, answer = probed("978-7-300-11390-6")
    assert (code, answer["isbn"], answer["record"]["year"]) == (4, DATA_STRUCTURES, 2012)
    assert [(one["source"], one["outcome"], one["says"]) for one in answer["sources"]] == [
        ("own", "unknown", ""),
        ("sru:north", "found", "Data structures / Jane B. Doe"),
        ("sru:south", "unavailable", "answers 503"),
    ]
    assert not LookupCache.objects.exists()


@pytest.mark.django_db
def test_the_command_asks_nobody_more_often_than_allowed(world: Services) -> None:
    world.answers |= dict.fromkeys(("north", "south"), services.sends(response()))
    assert probed(DATA_STRUCTURES)[0] == 0
    code, answer = probed(DATA_STRUCTURES)
    assert (code, [one["outcome"] for one in answer["sources"]]) == (4, ["unknown", "not asked", "not asked"])
    assert len(world.asked) == 2
    assert probed("978-7-300-11390-7") == (2, None)
