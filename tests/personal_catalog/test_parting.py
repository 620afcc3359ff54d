from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from library_bridge.models import Reader
from personal_catalog import curation, titles
from personal_catalog.cover_pictures import choosing
from personal_catalog.errors import (
    AlreadyDecided,
    CannotSplit,
    CannotUndo,
    NoReason,
    NotAllowed,
    TitleLocked,
)
from personal_catalog.invariants import CHECKS
from personal_catalog.merging import merge_titles
from personal_catalog.models import CoverPicture, LikelyDouble, Title, TitleMerge
from personal_catalog.parting import split_title, undo_merge, what_stays
from personal_catalog.search.query import search_titles
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep(now: datetime) -> Title:
    return factories.title(now=now, isbns=[PROCRASTINATION])


@pytest.fixture
def double(now: datetime) -> Title:
    return factories.title("拖延 心理学", now=now, isbns=[FORTRESS], publisher="中国人民大学出版社", year=2016)


@pytest.fixture
def merge(keep: Title, double: Title, lin: Reader, now: datetime) -> TitleMerge:
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now, reason="The same book")
    return TitleMerge.objects.get()


def broken() -> list[str]:
    return [line for check in CHECKS for line in check.violations()]


def test_a_merger_taken_back_leaves_two_records_as_they_were(
    keep: Title, double: Title, alice: Reader, lin: Reader, now: datetime
) -> None:
    copy = factories.copy(alice, of=double, now=now)
    titles.count_passing(double.pk)
    curation.suggest_correction(title=double, reader=alice, changes={"year": 2011}, now=now)
    before = [(title.status, titles.as_facts(title), title.passed_on) for title in Title.objects.order_by("pk")]
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now)
    undo_merge(merge_id=TitleMerge.objects.get().pk, actor=lin, now=now)
    assert [(title.status, titles.as_facts(title), title.passed_on) for title in Title.objects.order_by("pk")] == before
    copy.refresh_from_db()
    assert (copy.title, double.suggestions.count(), broken()) == (double, 1, [])
    assert search_titles(FORTRESS).ids == [double.pk]


def test_numbers_of_both_records_stand_together_and_part_again(
    keep: Title, double: Title, lin: Reader, now: datetime
) -> None:
    third = factories.title("拖延", now=now)
    for title, numbers in ((keep, ["LCCN:1"]), (double, ["LCCN:1", "LCCN:2"]), (third, ["OCoLC:3", "LCCN:2"])):
        title.numbers = numbers
        title.save(update_fields=["numbers"])
    for other in (double, third):
        merge_titles(keep_id=keep.pk, merge_ids=[other.pk], actor=lin, now=now)
    seen = [_numbers(keep)]
    for other in (double, third):
        undo_merge(merge_id=TitleMerge.objects.get(merged=other).pk, actor=lin, now=now)
        seen.append(_numbers(keep))
    assert seen == [["LCCN:1", "LCCN:2", "OCoLC:3"], ["LCCN:1", "LCCN:2", "OCoLC:3"], ["LCCN:1"]]
    assert (_numbers(double), _numbers(third), broken()) == (["LCCN:1", "LCCN:2"], ["OCoLC:3", "LCCN:2"], [])


def _numbers(title: Title) -> list[str]:
    return list(Title.objects.get(pk=title.pk).numbers)


def test_the_trail_of_both_says_who_and_why(merge: TitleMerge, lin: Reader, now: datetime) -> None:
    assert (merge.reason, merge.actor) == ("The same book", lin)
    undo_merge(merge_id=merge.pk, actor=lin, now=now, reason="Two editions")
    for title in (merge.keep, merge.merged):
        change = title.changes.filter(kind="unmerged").get()
        assert (change.actor, change.reason) == (lin, "Two editions")


def test_what_somebody_has_corrected_since_stays(merge: TitleMerge, lin: Reader, now: datetime) -> None:
    titles.correct_title(title_id=merge.keep_id, actor=lin, changes={"year": 2017}, now=now)
    merge = TitleMerge.objects.get()
    assert what_stays(merge).fields == ["year"]
    undo_merge(merge_id=merge.pk, actor=lin, now=now)
    merge.keep.refresh_from_db()
    assert (merge.keep.year, merge.keep.publisher) == (2017, "")


def test_what_somebody_has_added_since_stays_and_the_page_says_so(
    keep: Title, double: Title, lin: Reader, client: Client, now: datetime
) -> None:
    """The lines that came with the other record go with it all the same."""
    Title.objects.filter(pk=double.pk).update(numbers=["oclc:2"])
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now)
    added = {"clc": "B842", "numbers": ["oclc:2", "oclc:9"], "isbns": [PROCRASTINATION, FORTRESS, "9787111407010"]}
    titles.correct_title(title_id=keep.pk, actor=lin, changes=added, now=now + timedelta(days=1))
    merge = TitleMerge.objects.get()
    assert set(what_stays(merge).fields) == {"clc", "numbers", "isbns"}
    client.force_login(lin)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = client.get(reverse("catalog-undo", args=[merge.pk])).content.decode()
    assert "what they wrote stays with the kept title: ISBN; CLC class; record numbers" in page
    undo_merge(merge_id=merge.pk, actor=lin, now=now + timedelta(days=2))
    keep.refresh_from_db()
    assert (keep.clc, keep.numbers, _numbers(double)) == ("B842", ["oclc:9"], ["oclc:2"])
    assert sorted(keep.isbns.values_list("isbn13", flat=True)) == ["9787111407010", PROCRASTINATION]


@pytest.fixture
def with_cover(double: Title, now: datetime) -> Title:
    double.cover = CoverPicture.objects.create(name="a" * 16 + "-480", made_at=now)
    double.provenance["cover"] = "cover:north"
    double.save()
    return double


@pytest.mark.parametrize("by", ["cover:north", "curator"])
def test_a_cover_that_came_with_a_record_goes_with_it(
    keep: Title, with_cover: Title, lin: Reader, now: datetime, by: str
) -> None:
    with_cover.provenance.update(cover=by, year=by)
    with_cover.save()
    merge_titles(keep_id=keep.pk, merge_ids=[with_cover.pk], actor=lin, now=now)
    merge = TitleMerge.objects.get()
    assert (merge.keep.cover, what_stays(merge).fields) == (with_cover.cover, [])
    undo_merge(merge_id=merge.pk, actor=lin, now=now)
    keep.refresh_from_db()
    assert (keep.cover, keep.year, keep.provenance.keys() & {"cover", "year"}) == (None, None, set())
    assert Title.objects.get(pk=with_cover.pk).cover == with_cover.cover


def test_a_cover_that_a_curator_has_chosen_since_stays(
    keep: Title, with_cover: Title, lin: Reader, now: datetime
) -> None:
    merge_titles(keep_id=keep.pk, merge_ids=[with_cover.pk], actor=lin, now=now)
    choosing.remove_cover(title_id=keep.pk, actor=lin, now=now)
    assert what_stays(TitleMerge.objects.get()).fields == ["cover"]
    undo_merge(merge_id=TitleMerge.objects.get().pk, actor=lin, now=now)
    keep.refresh_from_db()
    assert (keep.cover, keep.provenance["cover"]) == (None, "curator")


def test_a_copy_that_has_gone_elsewhere_since_is_not_called_back(
    keep: Title, double: Title, alice: Reader, lin: Reader, now: datetime
) -> None:
    copy = factories.copy(alice, of=double, now=now)
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now)
    apart = split_title(title_id=keep.pk, copies=[copy.pk], isbns=[], changes={}, actor=lin, now=now, reason="Another")
    merge = TitleMerge.objects.get()
    assert what_stays(merge).copies == 1
    undo_merge(merge_id=merge.pk, actor=lin, now=now)
    copy.refresh_from_db()
    assert copy.title == apart


def test_the_last_of_a_chain_is_taken_back_first(merge: TitleMerge, lin: Reader, now: datetime) -> None:
    third = factories.title("拖延心理学 2", now=now)
    merge_titles(keep_id=third.pk, merge_ids=[merge.keep_id], actor=lin, now=now)
    with pytest.raises(CannotUndo):
        undo_merge(merge_id=merge.pk, actor=lin, now=now)
    undo_merge(merge_id=TitleMerge.objects.get(keep=third).pk, actor=lin, now=now)
    merge.merged.refresh_from_db()
    assert merge.merged.merged_into == merge.keep
    undo_merge(merge_id=merge.pk, actor=lin, now=now)
    assert broken() == []


def test_a_merger_is_taken_back_once_by_a_curator(merge: TitleMerge, alice: Reader, lin: Reader, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        undo_merge(merge_id=merge.pk, actor=alice, now=now)
    undo_merge(merge_id=merge.pk, actor=lin, now=now)
    with pytest.raises(AlreadyDecided):
        undo_merge(merge_id=merge.pk, actor=lin, now=now)


def test_what_was_taken_apart_is_not_offered_as_a_double_again(merge: TitleMerge, lin: Reader, now: datetime) -> None:
    undo_merge(merge_id=merge.pk, actor=lin, now=now, reason="Two editions")
    pair = LikelyDouble.objects.get()
    assert (pair.first, pair.second, pair.dismissed_by) == (merge.keep, merge.merged, lin)


def test_a_split_takes_the_chosen_copies_and_isbns(
    keep: Title, alice: Reader, bob: Reader, lin: Reader, now: datetime
) -> None:
    titles.correct_title(title_id=keep.pk, actor=lin, changes={"isbns": [PROCRASTINATION, FORTRESS]}, now=now)
    stays, goes = factories.copy(alice, of=keep, now=now), factories.copy(bob, of=keep, now=now)
    apart = split_title(
        title_id=keep.pk,
        copies=[goes.pk],
        isbns=[FORTRESS],
        changes={"title": "围城"},
        actor=lin,
        now=now,
        reason="Mixed up",
    )
    assert (apart.title, list(apart.isbns.values_list("isbn13", flat=True))) == ("围城", [FORTRESS])
    assert list(keep.isbns.values_list("isbn13", flat=True)) == [PROCRASTINATION]
    assert ([*keep.copies.all()], [*apart.copies.all()]) == ([stays], [goes])
    assert search_titles("围城").ids == [apart.pk]
    assert broken() == []


def test_a_split_wants_a_reason_and_something_to_move(keep: Title, alice: Reader, lin: Reader, now: datetime) -> None:
    for copies, reason, actor, refusal in (
        ([], "Mixed up", lin, CannotSplit),
        ([1], " ", lin, NoReason),
        ([1], "Mixed up", alice, NotAllowed),
    ):
        with pytest.raises(refusal):
            split_title(title_id=keep.pk, copies=copies, isbns=[], changes={}, actor=actor, now=now, reason=reason)


def test_a_split_is_taken_back_by_merging(keep: Title, alice: Reader, lin: Reader, now: datetime) -> None:
    copy = factories.copy(alice, of=keep, now=now)
    apart = split_title(title_id=keep.pk, copies=[copy.pk], isbns=[], changes={}, actor=lin, now=now, reason="Mixed up")
    merge_titles(keep_id=keep.pk, merge_ids=[apart.pk], actor=lin, now=now + timedelta(minutes=1))
    assert (keep.copies.count(), apart.copies.count(), broken()) == (1, 0, [])


def test_what_another_curator_has_locked_is_left_alone(keep: Title, double: Title, lin: Reader, now: datetime) -> None:
    other = factories.curator("Mo")
    Title.objects.filter(pk=double.pk).update(locked=True, locked_by=other, locked_at=now)
    for act in (
        lambda: merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now),
        lambda: titles.correct_title(title_id=double.pk, actor=lin, changes={"year": 1999}, now=now),
        lambda: split_title(
            title_id=double.pk, copies=[], isbns=[FORTRESS], changes={}, actor=lin, now=now, reason="x"
        ),
    ):
        with pytest.raises(TitleLocked):
            act()
    assert titles.correct_title(title_id=double.pk, actor=other, changes={"year": 1999}, now=now).year == 1999


def test_each_correction_leaves_a_version_to_compare_with(keep: Title, lin: Reader, now: datetime) -> None:
    titles.correct_title(
        title_id=keep.pk, actor=lin, changes={"year": 1999, "isbns": [FORTRESS]}, now=now, reason="Colophon"
    )
    first, second = keep.revisions.order_by("pk")
    assert (first.content["year"], second.content["year"]) == (None, 1999)
    assert (first.content["isbns"], second.content["isbns"]) == ([PROCRASTINATION], [FORTRESS])
    assert (second.user, keep.changes.first().reason) == (lin, "Colophon")  # type: ignore[union-attr]
