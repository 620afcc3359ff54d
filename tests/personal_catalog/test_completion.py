"""A book can be listed while no source answers; its record is completed later (T-D4)."""

from datetime import datetime, timedelta
from unittest import mock

import pytest

from library_bridge.models import Reader
from personal_catalog import completion, due, listing, titles
from personal_catalog.errors import UnknownIsbn
from personal_catalog.facts import BookFacts
from personal_catalog.lookup import Found
from personal_catalog.models import Title
from personal_catalog.search.query import search_titles
from tests.personal_catalog import factories
from tests.personal_catalog.factories import PROCRASTINATION

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=6)


class Sources:
    """Stands in for all sources at once."""

    def __init__(self) -> None:
        self.answer = Found(None, pending=True)

    def __call__(self, isbn13: str, *, now: datetime) -> Found:
        return self.answer

    def know(self, facts: BookFacts, *, pending: bool = False) -> None:
        self.answer = Found(facts, ("open_library",), dict.fromkeys(facts.given(), "open_library"), pending)


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> Sources:
    made = Sources()
    monkeypatch.setattr("personal_catalog.lookup.find", made)
    monkeypatch.setattr("personal_catalog.lookup.recall", made)
    monkeypatch.setattr("personal_catalog.lookup.find_elsewhere", made)
    return made


@pytest.fixture
def typed(alice: Reader, sources: Sources, now: datetime) -> Title:
    return listing.list_copy(owner=alice, number=PROCRASTINATION, said={"title": "拖延心理学"}, now=now).copy.title


def test_a_book_is_listed_at_once_and_its_record_waits(typed: Title) -> None:
    assert (typed.status, typed.lookup_pending) == (Title.Status.PENDING, True)


def test_the_sweep_completes_it_when_a_source_answers(typed: Title, sources: Sources, now: datetime) -> None:
    sources.know(factories.facts(isbns=[PROCRASTINATION], publisher="中国人民大学出版社", year=2009))
    assert list(due.act(now=now)) == []
    assert list(due.act(now=now + LATER)) == [{"did": "title.completed", "title": typed.pk}]
    typed.refresh_from_db()
    assert (typed.year, typed.lookup_pending, typed.provenance["year"]) == (2009, False, "open_library")
    assert search_titles("中国人民大学出版社").ids == [typed.pk]


def test_what_a_near_source_had_at_once_waits_for_the_rest(alice: Reader, sources: Sources, now: datetime) -> None:
    sources.know(factories.facts(isbns=[PROCRASTINATION]), pending=True)
    title = listing.list_copy(owner=alice, number=PROCRASTINATION, now=now).copy.title
    title.refresh_from_db()
    assert (title.status, title.lookup_pending) == (Title.Status.APPROVED, True)


def test_one_source_fills_what_it_knows_while_another_is_still_silent(
    typed: Title, sources: Sources, now: datetime
) -> None:
    sources.know(factories.facts(isbns=[PROCRASTINATION], year=2009), pending=True)
    assert not completion.complete_title(title_id=typed.pk, now=now)
    typed.refresh_from_db()
    assert (typed.year, typed.lookup_pending) == (2009, True)


def test_what_the_reader_typed_stays(typed: Title, sources: Sources, now: datetime) -> None:
    sources.know(BookFacts(title="Another", isbns=(PROCRASTINATION,), year=2009))
    completion.complete_title(title_id=typed.pk, now=now)
    typed.refresh_from_db()
    assert (typed.title, typed.year) == ("拖延心理学", 2009)


def test_a_stub_takes_its_title_from_the_source(alice: Reader, sources: Sources, now: datetime) -> None:
    stub = titles.add_stub(isbn13=PROCRASTINATION, hyphenated="978-7-300-11390-6", actor=alice, now=now)
    assert stub.title == "ISBN 978-7-300-11390-6"
    sources.know(factories.facts(isbns=[PROCRASTINATION]))
    completion.complete_title(title_id=stub.pk, now=now)
    stub.refresh_from_db()
    assert (stub.title, stub.status) == ("拖延心理学", Title.Status.APPROVED)


def test_the_waits_grow_and_end(typed: Title, sources: Sources, now: datetime) -> None:
    """S2"""
    waits: list[datetime] = []
    while clock := Title.objects.values_list("lookup_next_at", flat=True).get(pk=typed.pk):
        waits.append(clock)
        assert list(due.act(now=clock))
    assert len(waits) == completion.MOST_TRIES
    assert waits[-1] < now + timedelta(days=10)


def test_a_title_that_cannot_be_completed_does_not_stop_the_sweep(
    typed: Title, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("personal_catalog.titles.complete", mock.Mock(side_effect=ValueError("a bug")))
    assert list(due.act(now=now + LATER)) == [{"did": "title.lookup_failed", "title": typed.pk}]
    assert list(due.act(now=now + LATER)) == []


def test_two_sweeps_send_it_once(typed: Title, sources: Sources, now: datetime) -> None:
    assert list(completion.claim_due(now=now + LATER)) == [typed.pk]
    assert list(completion.claim_due(now=now + LATER)) == []


def test_a_number_alone_is_not_enough_when_nobody_knows_it(alice: Reader, sources: Sources, now: datetime) -> None:
    with pytest.raises(UnknownIsbn) as refused:
        listing.list_copy(owner=alice, number=PROCRASTINATION, now=now)
    assert refused.value.pending


def test_a_correction_of_what_a_source_says_goes_into_a_new_title_only(
    alice: Reader, bob: Reader, sources: Sources, now: datetime
) -> None:
    """T-D5"""
    sources.know(factories.facts(isbns=[PROCRASTINATION], year=2009))
    first = listing.list_copy(owner=alice, number=PROCRASTINATION, said={"title": "拖延心理学", "year": 2011}, now=now)
    assert (first.copy.title.year, first.copy.title.provenance["year"]) == (2011, "reader")
    assert (first.copy.title.status, first.suggestion) == (Title.Status.PENDING, None)
    second = listing.list_copy(owner=bob, number=PROCRASTINATION, said={"year": 1999}, now=now)
    assert second.suggestion is not None
    assert second.suggestion.changes == {"year": 1999}
    assert Title.objects.get().year == 2011


def test_what_a_source_says_unchanged_needs_no_curator(alice: Reader, sources: Sources, now: datetime) -> None:
    sources.know(factories.facts(isbns=[PROCRASTINATION], year=2009))
    title = listing.list_copy(owner=alice, number="978-7-300-11390-6", said={"year": 2009}, now=now).copy.title
    assert (title.status, title.provenance["year"]) == (Title.Status.APPROVED, "open_library")
