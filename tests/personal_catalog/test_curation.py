from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from library_bridge.models import Reader
from personal_catalog import copies, curation, titles
from personal_catalog.errors import AlreadyDecided, NoReason, NotAllowed
from personal_catalog.models import Title, TitleSuggestion
from personal_catalog.search.index import missing_from_index
from personal_catalog.search.query import search_titles
from tests import factories as cast
from tests.personal_catalog import factories
from tests.races import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def title(now: datetime) -> Title:
    return factories.title(now=now, year=2009)


@pytest.fixture
def suggestion(title: Title, alice: Reader, now: datetime) -> TitleSuggestion:
    made = curation.suggest_correction(title=title, reader=alice, changes={"year": 2011, "status": "merged"}, now=now)
    assert made is not None
    return made


def test_a_suggestion_changes_nothing_by_itself(title: Title, suggestion: TitleSuggestion) -> None:
    """T-D5"""
    title.refresh_from_db()
    assert title.year == 2009
    assert suggestion.changes == {"year": 2011}


def test_what_is_the_same_is_no_suggestion(title: Title, alice: Reader, now: datetime) -> None:
    same = {"title": "拖延心理学", "creators": ["简·博克"], "year": "2009"}
    assert curation.suggest_correction(title=title, reader=alice, changes=same, now=now) is None


def test_a_second_thought_replaces_the_first(
    title: Title, suggestion: TitleSuggestion, alice: Reader, now: datetime
) -> None:
    curation.suggest_correction(title=title, reader=alice, changes={"year": 2012}, now=now)
    assert TitleSuggestion.objects.get().changes == {"year": 2012}


def test_the_database_refuses_a_second_open_one(
    title: Title, suggestion: TitleSuggestion, alice: Reader, now: datetime
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        TitleSuggestion.objects.create(title=title, reader=alice, created_at=now)


def test_an_accepted_suggestion_becomes_the_record(
    title: Title, suggestion: TitleSuggestion, lin: Reader, now: datetime
) -> None:
    curation.accept_suggestion(suggestion_id=suggestion.pk, actor=lin, now=now)
    title.refresh_from_db()
    assert title.year == 2011
    assert title.provenance["year"] == "curator"


def test_a_suggestion_is_decided_once(title: Title, suggestion: TitleSuggestion, lin: Reader, now: datetime) -> None:
    curation.decline_suggestion(suggestion_id=suggestion.pk, actor=lin, now=now)
    with pytest.raises(AlreadyDecided):
        curation.accept_suggestion(suggestion_id=suggestion.pk, actor=lin, now=now)
    title.refresh_from_db()
    assert title.year == 2009


def test_charlie_decides_nothing(suggestion: TitleSuggestion, charlie: Reader, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        curation.accept_suggestion(suggestion_id=suggestion.pk, actor=charlie, now=now)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_leave_one_suggestion(now: datetime) -> None:
    """The constraint is the guard: whoever comes second writes over the first."""
    title, alice = factories.title(now=now), cast.reader("Alice")
    years = [
        lambda year=year: curation.suggest_correction(title=title, reader=alice, changes={"year": year}, now=now)
        for year in range(2001, 2009)
    ]
    outcomes = together(*years)
    assert {type(outcome) for outcome in outcomes} == {TitleSuggestion}
    assert TitleSuggestion.objects.count() == 1


# rejecting what was typed by hand


@pytest.fixture
def typed(alice: Reader, now: datetime) -> Title:
    facts = factories.facts("asdf asdf", isbns=(factories.FORTRESS,))
    return titles.add_by_hand(facts=facts, actor=alice, now=now)


def test_a_rejected_title_is_found_no_longer(typed: Title, lin: Reader, now: datetime) -> None:
    curation.reject_title(title_id=typed.pk, actor=lin, reason="Not a book", now=now)
    assert search_titles("asdf").ids == []
    assert missing_from_index() == []
    assert not Title.objects.live().exists()


def test_its_trail_says_by_whom_and_why(typed: Title, lin: Reader, now: datetime) -> None:
    curation.reject_title(title_id=typed.pk, actor=lin, reason=" Not a book ", now=now)
    change = typed.changes.filter(kind="rejected").get()
    assert (change.actor, change.data) == (lin, {"reason": "Not a book", "isbns": [factories.FORTRESS]})


def test_its_isbn_is_free_for_a_true_record(typed: Title, lin: Reader, alice: Reader, now: datetime) -> None:
    curation.reject_title(title_id=typed.pk, actor=lin, reason="Not a book", now=now)
    true = titles.add_by_hand(facts=factories.facts("围城", isbns=(factories.FORTRESS,)), actor=alice, now=now)
    assert true.pk != typed.pk


def test_the_copy_stays_with_its_owner(typed: Title, lin: Reader, alice: Reader, now: datetime) -> None:
    copy = copies.register_copy(title=typed, owner=alice, mode="lend", now=now)
    curation.reject_title(title_id=typed.pk, actor=lin, reason="Not a book", now=now)
    copy.refresh_from_db()
    assert (copy.title, copy.owner, copy.status) == (typed, alice, "listed")


def test_a_title_of_the_catalogue_is_not_rejected(title: Title, lin: Reader, now: datetime) -> None:
    with pytest.raises(AlreadyDecided):
        curation.reject_title(title_id=title.pk, actor=lin, reason="Not a book", now=now)


def test_a_reader_rejects_nothing_and_a_curator_says_why(
    typed: Title, lin: Reader, alice: Reader, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        curation.reject_title(title_id=typed.pk, actor=alice, reason="Not a book", now=now)
    with pytest.raises(NoReason):
        curation.reject_title(title_id=typed.pk, actor=lin, reason=" ", now=now)


def test_a_rejected_title_can_still_be_approved(typed: Title, lin: Reader, now: datetime) -> None:
    curation.reject_title(title_id=typed.pk, actor=lin, reason="Not a book", now=now)
    titles.approve_title(title_id=typed.pk, actor=lin, now=now)
    assert search_titles("asdf").ids == [typed.pk]
