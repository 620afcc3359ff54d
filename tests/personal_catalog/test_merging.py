from datetime import datetime

import pytest

from library_bridge.models import Reader
from personal_catalog import curation, titles
from personal_catalog.errors import CannotMerge, NotAllowed
from personal_catalog.invariants import CHECKS
from personal_catalog.merging import merge_titles
from personal_catalog.models import Title, TitleSuggestion
from personal_catalog.search.query import search_titles
from personal_catalog.signals import titles_merged
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep(now: datetime) -> Title:
    return factories.title(now=now, isbns=[PROCRASTINATION])


@pytest.fixture
def double(now: datetime) -> Title:
    return factories.title("拖延 心理学", now=now, isbns=[FORTRESS], publisher="中国人民大学出版社", year=2016)


def test_copies_and_isbns_move_to_the_kept_title(
    keep: Title, double: Title, alice: Reader, lin: Reader, now: datetime
) -> None:
    copy = factories.copy(alice, of=double, now=now)
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now)
    copy.refresh_from_db()
    double.refresh_from_db()
    assert copy.title == keep
    assert {row.isbn13 for row in keep.isbns.all()} == {PROCRASTINATION, FORTRESS}
    assert (double.status, double.merged_into) == (Title.Status.MERGED, keep)


def test_what_the_kept_title_lacks_the_other_gives(keep: Title, double: Title, lin: Reader, now: datetime) -> None:
    titles.count_passing(double.pk)
    merged = merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now)
    assert (merged.publisher, merged.year, merged.passed_on) == ("中国人民大学出版社", 2016, 1)


def test_a_merged_title_is_no_longer_found(keep: Title, double: Title, lin: Reader, now: datetime) -> None:
    """T-R22"""
    assert set(search_titles("拖延").ids) == {keep.pk, double.pk}
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now)
    assert search_titles("拖延").ids == [keep.pk]
    assert search_titles(FORTRESS).ids == [keep.pk]


def test_the_apps_above_are_told(keep: Title, double: Title, lin: Reader, now: datetime) -> None:
    told: list[tuple[Title, list[Title]]] = []

    def listen(sender: object, keep: Title, merged: list[Title], **kwargs: object) -> None:
        told.append((keep, merged))

    titles_merged.connect(listen)
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now)
    titles_merged.disconnect(listen)
    assert told == [(keep, [double])]


def test_merging_again_changes_nothing(keep: Title, double: Title, lin: Reader, now: datetime) -> None:
    for _again in range(2):
        merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now)
    assert keep.changes.filter(kind="merged").count() == 1


def test_a_chain_of_merges_ends_at_the_last(keep: Title, double: Title, lin: Reader, now: datetime) -> None:
    third = factories.title("拖延心理学 2", now=now)
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now)
    merge_titles(keep_id=third.pk, merge_ids=[keep.pk], actor=lin, now=now)
    double.refresh_from_db()
    assert double.merged_into == third
    assert [line for check in CHECKS for line in check.violations()] == []


def test_a_title_cannot_be_merged_into_itself_or_into_nothing(
    keep: Title, double: Title, lin: Reader, now: datetime
) -> None:
    for wrong in ((keep.pk, [keep.pk]), (999_999, [double.pk]), (keep.pk, [999_999])):
        with pytest.raises(CannotMerge):
            merge_titles(keep_id=wrong[0], merge_ids=wrong[1], actor=lin, now=now)


def test_charlie_cannot_merge(keep: Title, double: Title, charlie: Reader, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=charlie, now=now)


def test_a_reader_who_corrected_both_has_one_suggestion_afterwards(
    keep: Title, double: Title, alice: Reader, bob: Reader, lin: Reader, now: datetime
) -> None:
    for title, reader, changes in (
        (keep, alice, {"year": 2011, "series": "心理学"}),
        (double, alice, {"year": 2012}),
        (double, bob, {"year": 2013}),
    ):
        curation.suggest_correction(title=title, reader=reader, changes=changes, now=now)
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now)
    told = [(s.reader, s.title, s.changes) for s in TitleSuggestion.objects.order_by("reader")]
    assert told == [(alice, keep, {"series": "心理学", "year": 2012}), (bob, keep, {"year": 2013})]
    curation.suggest_correction(title=keep, reader=alice, changes={"year": 2014}, now=now)
    assert TitleSuggestion.objects.get(reader=alice).changes == {"year": 2014}


def test_a_creator_that_the_other_gives_makes_the_kept_title_findable_by_name(
    double: Title, lin: Reader, now: datetime
) -> None:
    bare = factories.title(now=now, creators=[], year=2010)
    merge_titles(keep_id=bare.pk, merge_ids=[double.pk], actor=lin, now=now)
    assert factories.title(now=now, year=2010) == bare
