"""OpenSearch names candidates; the database decides what is shown, and answers alone when it has to."""

import logging
from collections.abc import Iterator
from types import SimpleNamespace
from unittest import mock

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from pytest_django import Settings

from personal_catalog.checks import search_servers_can_be_asked
from personal_catalog.lookup import breaker
from personal_catalog.models import Title
from personal_catalog.search import index, opensearch
from personal_catalog.search.engines import NotRenewed, engine
from personal_catalog.search.query import search_titles
from personal_catalog.search.terms import Term
from tests import factories
from tests.personal_catalog import opensearch_double
from tests.personal_catalog.opensearch_double import Double

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

QUESTIONS = {
    "拖延": "拖延心理学", "拖延心理": "拖延心理学", "tuoyanxinlixue": "拖延心理学", "tyxlx": "拖延心理学", "博克": "拖延心理学",
    "procrastinating": "Procrastination", "9787213052545": "拖延心理学", "7-213-05254-3": "拖延心理学", "拖延心里学": "拖延心理学",
}  # fmt: skip


@pytest.fixture
def servers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Double]:
    cache.clear()
    with opensearch_double.running() as double:
        settings.SEARCH_ENGINE = "personal_catalog.search.opensearch.OpenSearch"
        monkeypatch.setattr(opensearch, "transaction", SimpleNamespace(on_commit=lambda act: act()))
        monkeypatch.setattr(opensearch, "_client", lambda: (opensearch_double.client(double), "test_titles"))
        yield double
    cache.clear()


@pytest.fixture
def shelf(servers: Double) -> dict[str, Title]:
    books = {
        "拖延心理学": ("9787213052545", ["简·博克"]),
        "Procrastination": ("", ["Jane B. Burka"]),
        "运筹学": ("", ["甲"]),
    }
    made = {name: factories.title(name, isbn13=isbn, creators=by) for name, (isbn, by) in books.items()}
    index.reindex_all()
    return made


@pytest.mark.parametrize(("text", "name"), QUESTIONS.items())
def test_it_finds_what_the_embedded_index_finds(
    shelf: dict[str, Title], servers: Double, settings: Settings, text: str, name: str
) -> None:
    servers.asked.clear()
    found = search_titles(text).ids
    settings.SEARCH_ENGINE = ""
    assert found[:1] == [shelf[name].pk] == search_titles(text).ids[:1]


def test_it_is_asked_and_the_database_says_what_may_be_found(shelf: dict[str, Title], servers: Double) -> None:
    servers.asked.clear()
    assert search_titles("拖延").ids == [shelf["拖延心理学"].pk]
    assert ("POST", "/test_titles/_search") in servers.asked
    assert search_titles("拖延", within=Title.objects.filter(title="运筹学")).ids == []
    Title.objects.filter(pk=shelf["拖延心理学"].pk).update(status="rejected")
    assert shelf["拖延心理学"].pk not in search_titles("拖延").ids


def test_more_candidates_than_are_looked_at_are_narrowed_in_the_database(
    shelf: dict[str, Title], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a filter would lose what stands far behind."""
    monkeypatch.setattr(opensearch, "CANDIDATES", 0)
    within = Title.objects.filter(title="拖延心理学")
    assert search_titles("拖延", within=within).ids == [shelf["拖延心理学"].pk]


@pytest.mark.parametrize("status", [400, 401, 503])
def test_when_it_does_not_answer_the_embedded_index_does(
    shelf: dict[str, Title], servers: Double, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    servers.status = status
    with caplog.at_level(logging.WARNING):
        assert search_titles("拖延").ids == [shelf["拖延心理学"].pk]
    assert "OpenSearch does not answer" in caplog.text
    for _again in range(3):
        search_titles("拖延")
    asked = len(servers.asked)
    search_titles("拖延")
    assert len(servers.asked) == asked  # left alone for a minute


def test_a_missed_change_is_found_all_the_same_until_all_is_sent_again(
    shelf: dict[str, Title], servers: Double, caplog: pytest.LogCaptureFixture
) -> None:
    servers.status = 503
    new = factories.title("拖延症")
    index.reindex_title(new)
    assert "missed a change" in caplog.text
    with pytest.raises(CommandError, match="OpenSearch"):
        call_command("reindex_titles")
    servers.status = 200
    assert new.pk in search_titles("拖延症").ids
    cache.delete("lookup:search-servers:pause")
    call_command("reindex_titles")
    servers.asked.clear()
    assert new.pk in search_titles("拖延症").ids
    assert servers.asked
    assert set(servers.documents) == {str(pk) for pk in Title.objects.values_list("pk", flat=True)}


FEWER = {"total": 2, "failed": 1}


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("_search", {"timed_out": False, "_shards": FEWER, "hits": {"total": {"value": 0}, "hits": []}}),
        ("_search", ["no such thing"]),
        ("_search", "<html>"),
        ("_search", None),
    ],
)
def test_a_part_of_an_answer_is_none_and_neither_is_another_thing(
    shelf: dict[str, Title], servers: Double, caplog: pytest.LogCaptureFixture, path: str, answer: object
) -> None:
    servers.said[path] = answer
    for _time in range(breaker.FAILURES):
        assert engine().find(Term("拖延")).ids == [shelf["拖延心理学"].pk]
    assert "OpenSearch does not answer" in caplog.text
    assert not breaker.allows(opensearch.NAME)


def test_a_change_is_sent_again_and_waited_for_longer_than_an_answer(shelf: dict[str, Title], servers: Double) -> None:
    servers.said["_bulk"] = "<html>"
    servers.asked.clear()
    servers.seconds.clear()
    index.reindex_title(factories.title("拖延症"))
    assert servers.asked == [("POST", "/test_titles/_bulk")] * 2
    assert servers.seconds == [30, 30]
    assert "reindex_titles" in index.behind()


def test_staff_are_told_what_to_do_until_it_is_done(shelf: dict[str, Title], servers: Double) -> None:
    assert index.behind() == ""
    servers.status = 503
    with pytest.raises(NotRenewed):
        index.reindex_all()
    assert "run it again" in index.behind()
    servers.status = 200
    cache.clear()
    index.reindex_all()
    assert index.behind() == ""


def test_with_the_cache_gone_titles_are_saved_and_found(
    shelf: dict[str, Title], servers: Double, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gone = mock.Mock(**{f"{name}.side_effect": ConnectionError for name in ("get", "set", "add", "incr", "delete")})
    monkeypatch.setattr(opensearch, "cache", gone)
    monkeypatch.setattr(breaker, "cache", gone)
    new = factories.title("拖延症")
    index.reindex_title(new)
    assert str(new.pk) in servers.documents
    servers.status = 503
    index.reindex_title(new)
    assert "run reindex_titles now" in caplog.text
    assert engine().find(Term("延症")).ids == [new.pk]
    assert "cache does not answer" in index.behind()


def test_what_is_dropped_is_dropped_there_too(shelf: dict[str, Title], servers: Double) -> None:
    gone = shelf["运筹学"].pk
    index.drop_titles([gone, gone + 1_000])
    assert str(gone) not in servers.documents
    assert cache.get(opensearch.BEHIND) is None
    assert engine().find(Term("运筹")).ids == []


def test_without_the_client_the_check_says_what_is_missing(settings: Settings) -> None:
    settings.SEARCH_SERVERS = ["http://127.0.0.1:1"]
    settings.WAGTAILSEARCH_BACKENDS = {"candidates": {"BACKEND": "no.such.backend"}}
    [told] = search_servers_can_be_asked()
    assert "bookrelay[opensearch]" in told.hint
    settings.SEARCH_SERVERS = []
    assert search_servers_can_be_asked() == []
