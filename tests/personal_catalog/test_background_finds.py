"""What the background jobs find for curators: likely doubles, conflicting sources, names under their authorised form."""

from datetime import datetime, timedelta

import pytest

from library_bridge.models import Reader
from personal_catalog import conflicts, doubles, headings, judging, suggesting, titles
from personal_catalog.errors import AlreadyDecided, NameTaken, NotAllowed
from personal_catalog.lookup import answers
from personal_catalog.models import FieldConflict, Heading, LikelyDouble, Title
from personal_catalog.search.query import search_titles
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION

pytestmark = pytest.mark.django_db


def found(now: datetime) -> list[LikelyDouble]:
    return list(doubles.look(now=now, seconds=5))


def pair(now: datetime, **other: object) -> tuple[Title, Title]:
    one = factories.title("拖延心理学", now=now, isbns=[PROCRASTINATION], year=2009)
    return one, Title.objects.create(
        title="拖延 心理学", creators=["简·博克"], match_key=one.match_key, created_at=now, updated_at=now, **other
    )


def test_the_same_title_and_creator_without_an_isbn_is_a_likely_double(now: datetime) -> None:
    one, other = pair(now)
    (double,) = found(now)
    assert (double.first, double.second, double.why) == (one, other, "key")
    assert found(now) == []


@pytest.mark.parametrize("other", [{"year": 2016}, {"edition": "第2版"}, {"subtitle": "下"}])
def test_another_edition_or_volume_is_no_double(now: datetime, other: dict[str, object]) -> None:
    pair(now, **other)
    assert found(now) == []


def test_a_nearly_equal_title_of_the_same_creator_is_a_likely_double(now: datetime) -> None:
    factories.title("高等工程热力学基础教程", now=now, isbns=[PROCRASTINATION])
    factories.title("高等工程热力学基础教材", now=now)
    factories.title("高等工程热力学基础教程", now=now, creators=["另一人"], isbns=[])
    (double,) = found(now)
    assert double.why == "near"


def test_the_same_number_under_the_other_prefix_is_a_likely_double(now: datetime) -> None:
    factories.title("A", now=now, isbns=["9781234567897"])
    factories.title("B", now=now, isbns=["9791234567896"])
    (double,) = found(now)
    assert double.why == "isbn"


def test_not_the_same_is_remembered(lin: Reader, alice: Reader, now: datetime) -> None:
    pair(now)
    (double,) = found(now)
    with pytest.raises(NotAllowed):
        judging.dismiss_double(pair_id=double.pk, actor=alice, now=now)
    judging.dismiss_double(pair_id=double.pk, actor=lin, now=now)
    Title.objects.update(updated_at=now + timedelta(days=1))
    assert found(now) == []
    assert not doubles.waiting().exists()


@pytest.fixture
def title(now: datetime) -> Title:
    return factories.title(
        now=now, source="library", isbns=[PROCRASTINATION], year=2009, publisher="中国人民大学出版社"
    )


def test_a_source_that_says_another_year_is_noted_once(title: Title, now: datetime) -> None:
    for _again in range(2):
        said = factories.facts(isbns=[PROCRASTINATION], year=2011, publisher="人民大学出版社")
        titles.find_or_create(facts=said, source="open_library", now=now)
    conflict = FieldConflict.objects.get()
    assert (conflict.title, conflict.field, conflict.value, conflict.source) == (title, "year", 2011, "open_library")


def test_what_sources_answered_is_looked_through(title: Title, now: datetime) -> None:
    answers.keep(PROCRASTINATION, {"google_books": factories.facts("完全不同的书", isbns=[PROCRASTINATION])}, now=now)
    assert (conflicts.look_through_answers(now=now), conflicts.look_through_answers(now=now)) == (1, 0)
    assert FieldConflict.objects.get().field == "title"


def test_a_curator_takes_the_word_of_the_source_and_is_not_asked_again(
    title: Title, lin: Reader, now: datetime
) -> None:
    conflicts.note(title, factories.facts(year=2011), source="open_library", now=now)
    conflict = FieldConflict.objects.get()
    judging.settle_conflict(conflict_id=conflict.pk, take=True, actor=lin, now=now)
    title.refresh_from_db()
    assert (title.year, title.provenance["year"]) == (2011, "curator")
    with pytest.raises(AlreadyDecided):
        judging.settle_conflict(conflict_id=conflict.pk, take=False, actor=lin, now=now)
    conflicts.note(title, factories.facts(year=1999), source="google_books", now=now)
    assert FieldConflict.objects.count() == 1


# authority lists


def heading(lin: Reader, now: datetime, name: str, *variants: str, kind: str = "creator") -> Heading:
    return headings.save_heading(kind=kind, name=name, variants=variants, actor=lin, now=now)


def carried(now: datetime) -> list[int]:
    return list(headings.carry(now=now, seconds=5))


def test_a_variant_is_kept_under_its_authorised_form_and_found_by_both(lin: Reader, now: datetime) -> None:
    heading(lin, now, "马克·吐温", "Mark Twain", "Samuel Clemens")
    title = factories.title("汤姆历险记", now=now, creators=["Mark Twain"])
    assert title.creators == ["马克·吐温"]
    assert factories.title("汤姆历险记", now=now, creators=["Samuel Clemens"]) == title
    for words in ("马克·吐温", "Twain", "Clemens"):
        assert search_titles(words).ids == [title.pk]


def test_a_new_heading_is_carried_into_the_catalogue_in_steps(lin: Reader, now: datetime) -> None:
    title = factories.title("汤姆历险记", now=now, creators=["Mark Twain"])
    heading(lin, now, "马克·吐温", "Mark Twain")
    assert carried(now) == [title.pk]
    title.refresh_from_db()
    assert (title.creators, title.changes.first().data["source"]) == (["马克·吐温"], "authority")  # type: ignore[union-attr]
    assert search_titles("马克").ids == search_titles("Twain").ids == [title.pk]
    assert carried(now) == []


def test_two_names_of_one_person_become_one(lin: Reader, now: datetime) -> None:
    title = factories.title("野性的呼唤", now=now, creators=["Jack London"])
    keep, other = heading(lin, now, "杰克·伦敦"), heading(lin, now, "Jack London")
    headings.merge_headings(keep_id=keep.pk, merge_ids=[other.pk], actor=lin, now=now)
    carried(now)
    title.refresh_from_db()
    assert (title.creators, Heading.objects.count(), keep.names.count()) == (["杰克·伦敦"], 1, 2)


def test_a_form_belongs_to_one_heading_and_only_curators_write(lin: Reader, alice: Reader, now: datetime) -> None:
    heading(lin, now, "马克·吐温", "Mark Twain")
    with pytest.raises(NameTaken):
        heading(lin, now, "别人", "mark twain")
    with pytest.raises(NotAllowed):
        heading(alice, now, "另一人")
    heading(lin, now, "Mark Twain", kind="subject")


# suggestions


def test_subjects_and_classes_come_from_sources_siblings_creator_and_words(title: Title, now: datetime) -> None:
    answers.keep(PROCRASTINATION, {"library": factories.facts(subjects=["拖延"], clc="B842.6")}, now=now)
    factories.title(now=now, isbns=[FORTRESS], subjects=["自我管理"], clc="B848")
    factories.title("完整的自我", now=now, isbns=[], subjects=["心理治疗"], clc="R749")
    row = Title.objects.prefetch_related("isbns").get(pk=title.pk)
    said = {p.value for field in ("subjects", "clc") for p in suggesting.of_titles([row], field)[row.pk]}
    assert said >= {"拖延", "B842.6", "自我管理", "B848", "心理治疗", "心理学", "R749"}
    assert suggesting.of_titles([row], "clc")[row.pk][0].value == "B842.6"
