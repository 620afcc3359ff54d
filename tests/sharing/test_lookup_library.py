"""The libraries' own catalogues as a source: the embedded one, and others over a slow line."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest
from pytest_django import Settings

from library_bridge import registry
from library_bridge.models import Library
from library_bridge.ports import Capability, ItemRecord, ItemStatus, Unavailable
from personal_catalog import lookup
from personal_catalog.lookup import breaker
from personal_catalog.lookup.fetch import get_json
from personal_catalog.lookup.places import Place
from personal_catalog.lookup.sources import SourceUnavailable
from tests import factories
from tests.personal_catalog import services
from tests.personal_catalog.services import Services

pytestmark = pytest.mark.django_db
ISBN, MISREAD = "9787020024759", "9787020024758"
ITEMS = {"items": [{"title": "围城", "creators": "钱锺书；杨绛"}]}


class OverTheLine:
    """A library system reached by HTTP."""

    capabilities = frozenset({Capability.FIND_BY_ISBN})

    def __init__(self, url: str) -> None:
        self.url = url

    def find_by_isbn(self, isbns: Sequence[str]) -> tuple[ItemRecord, ...]:
        try:
            answer = get_json(self.url, place=Place(self.url), seconds=3)
        except SourceUnavailable as problem:
            raise Unavailable(str(problem)) from problem
        rows = answer["items"] if isinstance(answer, dict) else []
        return tuple(ItemRecord("B1", ItemStatus.AVAILABLE, isbn13=ISBN, **row) for row in rows if ISBN in isbns)


@pytest.fixture
def line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Two libraries of that kind behind one server, with the chain as it is configured by default."""
    for code in ("north", "south"):
        library = factories.library(code)
        Library.objects.filter(pk=library.pk).update(adapter="http")
    with services.serving() as running:
        base = running.urls["openl"].split("/openl")[0]
        monkeypatch.setitem(registry.ADAPTERS, "http", lambda library, now: OverTheLine(f"{base}/{library.code}/"))
        settings.ISBNLIB_SERVICE_URLS = running.urls
        settings.LOOKUP_SOURCES = [
            *settings.LOOKUP_SOURCES,
            "personal_catalog.lookup.isbnlib_services.OpenLibrary",
            "personal_catalog.lookup.isbnlib_services.GoogleBooks",
        ]
        yield running


def test_a_library_that_answers_is_believed_and_nobody_else_is_waited_for(line: Services, now: datetime) -> None:
    line.answers |= {"north": services.drips(6), "south": services.sends(ITEMS), "openl": services.drips(6)}
    found = lookup.find(ISBN, now=now)
    assert line.times_asked("openl") == 0
    assert found.facts is not None
    assert (found.facts.title, found.facts.creators) == ("围城", ("钱锺书", "杨绛"))
    assert (found.sources, found.pending) == (("library",), True)


def test_with_every_library_and_service_slow_the_reader_types_and_nobody_is_asked_twice(
    line: Services, now: datetime
) -> None:
    """T-D4"""
    line.answers |= dict.fromkeys(("north", "south", "openl", "goob"), services.drips(6))
    found = lookup.find(ISBN, now=now)
    assert (found.facts, found.pending) == (None, True)
    asked = len(line.asked)
    assert lookup.recall(ISBN, now=now) == lookup.find(ISBN, now=now) == found
    assert len(line.asked) == asked


def test_a_library_that_is_down_leaves_the_question_open(line: Services, now: datetime) -> None:
    line.answers |= {"south": services.sends({}, status=500)}
    assert lookup.find(ISBN, now=now).pending
    line.answers |= {"south": services.sends({"items": []})}
    assert not lookup.find("9787300113906", now=now).pending


def test_a_library_that_fails_again_and_again_is_left_alone_for_a_while(line: Services, now: datetime) -> None:
    line.answers |= {"south": services.sends({}, status=500)}
    for number in ("9780738211701", "9780441013593", "9780451524935", "9780061120084"):
        lookup.find(number, now=now)
    assert (line.times_asked("south"), line.times_asked("north")) == (3, 4)
    assert not breaker.allows("library-south")


class WillNotSayWhatItCan:
    @property
    def capabilities(self) -> frozenset[Capability]:
        raise Unavailable("down")


def test_a_library_that_cannot_even_say_what_it_can_do_breaks_nothing(
    line: Services, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.ADAPTERS, "http", lambda library, now: WillNotSayWhatItCan())
    assert lookup.find(ISBN, now=now).pending


def test_a_misread_number_is_explained_by_what_a_library_has(line: Services) -> None:
    line.answers |= {"north": services.sends(ITEMS), "south": services.drips(6)}
    assert lookup.known_among([MISREAD, ISBN]) == [ISBN]
