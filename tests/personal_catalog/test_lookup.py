"""The chain of sources, with isbnlib's real reading of answers from a loopback server."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from personal_catalog import lookup
from personal_catalog.isbn import NotAnIsbn
from personal_catalog.lookup import answers, pace
from personal_catalog.lookup.isbnlib_services import OpenLibrary
from personal_catalog.lookup.sources import SourceUnavailable
from personal_catalog.models import LocalRecord, LookupCache
from personal_catalog.sentences import who_said_what
from tests.personal_catalog import factories, services
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION
from tests.personal_catalog.services import Services

pytestmark = pytest.mark.django_db
ISBN = "9780631227083"
SOURCES = [
    "personal_catalog.lookup.own.OwnCatalogue",
    "personal_catalog.lookup.local_file.LocalFile",
    "personal_catalog.lookup.isbnlib_services.OpenLibrary",
    "personal_catalog.lookup.isbnlib_services.Wikipedia",
    "personal_catalog.lookup.isbnlib_services.GoogleBooks",
]


@pytest.fixture
def world(settings: Settings) -> Iterator[Services]:
    with services.serving() as running:
        settings.LOOKUP_SOURCES = SOURCES
        settings.ISBNLIB_SERVICE_URLS = running.urls
        settings.LOOKUP_SECONDS_EACH = 1
        yield running


def test_open_library_is_read(world: Services, now: datetime) -> None:
    world.answers["openl"] = services.sends(services.open_library(ISBN))
    found = lookup.find(ISBN, now=now)
    assert found.facts is not None
    assert (found.facts.title, found.facts.subtitle) == ("Art in Theory", "An Anthology of Changing Ideas")
    assert (found.facts.creators, found.facts.publisher) == (("Charles Harrison",), "Blackwell")
    assert (found.facts.year, found.facts.isbns, found.facts.language) == (2002, (ISBN,), "eng")
    assert found.sources == ("open_library",)


def test_wikipedia_is_read(world: Services, now: datetime) -> None:
    world.answers["wiki"] = services.sends(services.wikipedia())
    found = lookup.find(ISBN, now=now)
    assert found.facts is not None
    assert (found.facts.creators, found.facts.year) == (("Charles Harrison",), 2002)


def test_google_books_is_read(world: Services, now: datetime) -> None:
    world.answers["goob"] = services.sends(services.google_books(ISBN))
    found = lookup.find(ISBN, now=now)
    assert found.facts is not None
    assert (found.facts.creators, found.facts.language) == (("Charles Harrison", "Paul Wood"), "eng")
    assert world.asked == [path for path in world.asked if "isbn:" in path or not path.startswith("/goob")]


def test_the_nearest_source_has_the_word_and_others_fill_its_gaps(world: Services, now: datetime) -> None:
    world.answers["openl"] = services.sends(services.open_library(ISBN, publish_date="", publishers=[{"name": ""}]))
    world.answers["goob"] = services.sends(services.google_books(ISBN, title="Another title"))
    found = lookup.find(ISBN, now=now)
    assert found.facts is not None
    assert (found.facts.title, found.facts.publisher) == ("Art in Theory", "Blackwell")
    assert (found.provenance["title"], found.provenance["year"]) == ("open_library", "google_books")
    assert "year from Google Books" in who_said_what(found)


def test_the_own_catalogue_answers_without_asking_anybody(world: Services, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    found = lookup.find(PROCRASTINATION, now=now)
    assert found.sources == ("own",)
    assert world.asked == []


def test_a_second_question_is_answered_from_the_cache(world: Services, now: datetime) -> None:
    world.answers["openl"] = services.sends(services.open_library(ISBN, publish_date=""))
    first = lookup.find(ISBN, now=now)
    assert lookup.find(ISBN, now=now + timedelta(hours=1)) == first
    assert world.times_asked("openl") == 1
    lookup.find_elsewhere(ISBN, now=now + timedelta(days=2))  # the others had said no a day ago and are asked again
    assert (world.times_asked("openl"), world.times_asked("wiki")) == (1, 2)


def test_a_title_from_a_near_source_is_answered_at_once_and_completed_later(world: Services, now: datetime) -> None:
    world.answers |= dict.fromkeys(("openl", "wiki", "goob"), services.drips(5))
    LocalRecord.objects.create(isbn13=ISBN, facts={"title": "Procrastination", "creators": ["Jane B. Burka"]})
    found = lookup.find(ISBN, now=now)
    assert (found.sources, found.pending, world.asked) == (("local_file",), True, [])
    world.answers["openl"] = services.sends(services.open_library(ISBN))
    assert lookup.find_elsewhere(ISBN, now=now).provenance["publisher"] == "open_library"


def test_a_source_that_was_silent_is_not_asked_about_it_again_for_a_minute(
    world: Services, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "KEEP_SILENCE_SECONDS", 0.5)
    world.answers["goob"] = services.sends({}, status=500)
    first = lookup.find(ISBN, now=now)
    assert lookup.find(ISBN, now=now) == lookup.recall(ISBN, now=now) == first
    assert (first.pending, len(world.asked)) == (True, 3)
    time.sleep(0.6)
    lookup.find(ISBN, now=now)
    assert (world.times_asked("goob"), world.times_asked("openl")) == (2, 1)


def test_what_was_shown_is_recalled_without_asking(world: Services, now: datetime) -> None:
    assert lookup.recall(ISBN, now=now) == lookup.Found(None, pending=True)
    assert world.asked == []
    world.answers["openl"] = services.sends(services.open_library(ISBN))
    assert lookup.find(ISBN, now=now) == lookup.recall(ISBN, now=now)
    assert len(world.asked) == 3


def test_a_misread_number_is_explained_by_what_any_near_source_has(world: Services, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    LocalRecord.objects.create(isbn13=FORTRESS, facts={"title": "围城"})
    assert lookup.known_among([ISBN, FORTRESS, PROCRASTINATION]) == [FORTRESS, PROCRASTINATION]
    with pytest.raises(NotAnIsbn) as refused:
        lookup.parse("978-7-300-11390-8")
    assert refused.value.suggestions == (PROCRASTINATION,)
    assert world.asked == []


def test_nobody_knows_is_an_answer_too(world: Services, now: datetime) -> None:
    world.answers["openl"] = services.sends({})
    found = lookup.find(ISBN, now=now)
    assert (found.facts, found.pending) == (None, False)
    assert LookupCache.objects.filter(hit=False).count() == 3


def test_a_silent_source_leaves_the_question_open(world: Services, now: datetime) -> None:
    """T-D4"""
    world.answers["goob"] = services.sends({"error": {"code": 429}}, status=429)
    found = lookup.find(ISBN, now=now)
    assert (found.facts, found.pending) == (None, True)
    assert not LookupCache.objects.filter(source="google_books").exists()


def test_slow_sources_are_not_waited_for(world: Services, now: datetime) -> None:
    """T-D4: they are still at it when the answer stands."""
    release = threading.Event()
    for service in ("openl", "wiki"):
        world.answers[service] = services.waits_for(release)
    world.answers["goob"] = services.sends(services.google_books(ISBN))
    found = lookup.find(ISBN, now=now)
    release.set()
    assert found.sources == ("google_books",)


def test_all_slow_sources_together_take_no_longer_than_one(world: Services, now: datetime) -> None:
    """T-D4: each is asked while the others have not answered."""
    met: list[int] = []
    world.answers |= dict.fromkeys(
        ("openl", "wiki", "goob"), services.meets(threading.Barrier(3, lambda: met.append(3)))
    )
    found = lookup.find(ISBN, now=now)
    assert met == [3]
    assert (found.facts, found.pending) == (None, True)


def test_all_sources_together_have_so_many_seconds(world: Services, settings: Settings, now: datetime) -> None:
    settings.LOOKUP_SECONDS_EACH, settings.LOOKUP_SECONDS_TOGETHER = 30, 0.1
    release = threading.Event()
    world.answers |= dict.fromkeys(("openl", "wiki", "goob"), services.waits_for(release))
    found = lookup.find(ISBN, now=now)
    release.set()
    assert (found.facts, found.pending) == (None, True)


def test_a_failing_source_is_left_alone_for_a_while(world: Services, now: datetime) -> None:
    world.answers["goob"] = services.sends({}, status=500)
    for number in ("9780631227083", "9780340839935", "9780451524935", "9780061120084"):
        lookup.find(number, now=now)
    assert world.times_asked("goob") == 3
    assert pace.open_among(["google_books", "open_library"], now=now) == {"open_library"}


@pytest.mark.parametrize(
    "body",
    [
        b"<html>not json</html>",
        b"[" * 100_000,
        b"null",
        b'"text"',
        b"[1, 2]",
        b'{"ISBN:9780631227083": []}',
        b'{"ISBN:9780631227083": {"title": {"a": 1}, "authors": "x"}}',
        b'{"items": [{"volumeInfo": []}]}',
        b'{"items": "x"}',
        b'[{"title": 7, "author": 9}]',
        b"[[]]",
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_a_broken_answer_is_no_answer(world: Services, body: bytes, now: datetime) -> None:
    """T-D1"""
    world.answers |= dict.fromkeys(("openl", "wiki", "goob"), services.sends(body))
    assert lookup.find(ISBN, now=now).facts is None


def test_a_hostile_answer_is_cleaned(world: Services, now: datetime) -> None:
    """T-D1"""
    title = "<script>alert(1)</script>Evil\u202e" + "x" * 3_000
    world.answers["openl"] = services.sends(services.open_library(ISBN, title=title))
    found = lookup.find(ISBN, now=now)
    assert found.facts is not None
    assert "<" not in found.facts.title
    assert len(found.facts.title) <= 500


def test_an_answer_without_end_is_cut_off(world: Services) -> None:
    """T-D1"""
    world.answers["openl"] = services.sends(b'"' + b"x" * 6_000_000 + b'"')
    with pytest.raises(SourceUnavailable):
        OpenLibrary().find(ISBN)


def test_redirects_are_followed_only_so_far(world: Services) -> None:
    """T-R13"""
    world.answers["openl"] = services.redirects_to(world.urls["openl"].format(isbn=ISBN))
    with pytest.raises(SourceUnavailable):
        OpenLibrary().find(ISBN)
    assert world.times_asked("openl") == 3
