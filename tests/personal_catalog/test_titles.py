from datetime import datetime

import pytest

from library_bridge.models import Reader
from personal_catalog import matching, titles
from personal_catalog.errors import IsbnTaken, NotAllowed, NoTitle
from personal_catalog.facts import BookFacts
from personal_catalog.models import Title, TitleChange, TitleIsbn
from personal_catalog.search.query import search_titles
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION

pytestmark = pytest.mark.django_db


def test_the_same_isbn_leads_to_the_same_title(now: datetime) -> None:
    first = factories.title(now=now, isbns=[PROCRASTINATION])
    again = factories.title("拖延 心理学：换个名字", now=now, isbns=[PROCRASTINATION])
    assert again == first
    assert again.title == "拖延心理学"


def test_a_second_source_fills_gaps_and_overwrites_nothing(now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION], year=2009)
    title = factories.title(
        now=now, isbns=[PROCRASTINATION], year=1999, publisher="中国人民大学出版社", source="open_library"
    )
    assert (title.year, title.publisher) == (2009, "中国人民大学出版社")
    assert title.provenance["publisher"] == "open_library"
    assert title.provenance["year"] == "library"


def test_without_isbn_title_and_first_creator_decide(now: datetime) -> None:
    by_hand = factories.title(now=now)
    assert factories.title(now=now, isbns=[PROCRASTINATION]) == by_hand
    assert by_hand.isbns.get().isbn13 == PROCRASTINATION


def test_another_edition_with_its_own_isbn_is_another_title(now: datetime) -> None:
    first = factories.title(now=now, isbns=[PROCRASTINATION])
    assert factories.title(now=now, isbns=[FORTRESS]) != first


def test_what_contradicts_is_another_title(now: datetime) -> None:
    assert factories.title(now=now, year=2009) != factories.title(now=now, year=2016)


def test_a_title_typed_by_hand_waits_for_a_curator(alice: Reader, now: datetime) -> None:
    title = titles.add_by_hand(facts=factories.facts("校园鸟类"), actor=alice, now=now)
    assert title.status == Title.Status.PENDING
    assert title.created_by == alice
    assert title.provenance["title"] == "reader"


def test_what_a_reader_types_changes_no_record_that_is_there(alice: Reader, now: datetime) -> None:
    """T-D5"""
    factories.title(now=now, isbns=[PROCRASTINATION])
    typed = factories.facts(isbns=[PROCRASTINATION], publisher="Nonsense Press")
    assert titles.add_by_hand(facts=typed, actor=alice, now=now).publisher == ""


def test_a_title_needs_a_title(now: datetime) -> None:
    with pytest.raises(NoTitle):
        titles.find_or_create(facts=BookFacts(isbns=(PROCRASTINATION,)), source="library", now=now)


def test_a_new_title_is_found_at_once(now: datetime) -> None:
    title = factories.title(now=now)
    assert search_titles("拖延").ids == [title.pk]


def test_a_correction_is_found_and_leaves_its_trail(lin: Reader, now: datetime) -> None:
    title = factories.title(now=now)
    titles.correct_title(title_id=title.pk, actor=lin, changes={"title": "拖延自救手册", "passed_on": 99}, now=now)
    title.refresh_from_db()
    assert search_titles("自救").ids == [title.pk]
    assert not search_titles("拖延心理学").ids[:1] or title.passed_on == 0
    change = title.changes.filter(kind=TitleChange.Kind.CORRECTED).get()
    assert change.data == {"title": ["拖延心理学", "拖延自救手册"]}
    assert change.actor == lin


def test_only_a_curator_corrects_approves_and_merges(alice: Reader, now: datetime) -> None:
    title = titles.add_by_hand(facts=factories.facts(), actor=alice, now=now)
    with pytest.raises(NotAllowed):
        titles.correct_title(title_id=title.pk, actor=alice, changes={"title": "x"}, now=now)
    with pytest.raises(NotAllowed):
        titles.approve_title(title_id=title.pk, actor=alice, now=now)


def test_approving_twice_changes_nothing(alice: Reader, lin: Reader, now: datetime) -> None:
    title = titles.add_by_hand(facts=factories.facts(), actor=alice, now=now)
    for _again in range(2):
        assert titles.approve_title(title_id=title.pk, actor=lin, now=now).status == Title.Status.APPROVED
    assert title.changes.filter(kind=TitleChange.Kind.APPROVED).count() == 1


def test_an_isbn_of_another_title_cannot_be_taken(lin: Reader, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    other = factories.title("围城", now=now, isbns=[FORTRESS])
    with pytest.raises(IsbnTaken):
        titles.correct_title(title_id=other.pk, actor=lin, changes={"isbns": [PROCRASTINATION]}, now=now)


def test_of_several_readings_the_known_ones_are_picked(now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    assert matching.catalogued([FORTRESS, PROCRASTINATION]) == [PROCRASTINATION]


def test_passing_on_is_counted(now: datetime) -> None:
    title = factories.title(now=now)
    titles.count_passing(title.pk)
    titles.count_passing(title.pk)
    title.refresh_from_db()
    assert title.passed_on == 2


def test_broken_isbns_never_come_in(now: datetime) -> None:
    title = factories.title(now=now, isbns=["9787300113907", "x", PROCRASTINATION])
    assert [row.isbn13 for row in TitleIsbn.objects.filter(title=title)] == [PROCRASTINATION]


@pytest.mark.parametrize(
    ("name", "language", "tag"),
    [
        ("拖延心理学", "chi", "zh-Hans"),
        ("國史大綱", "chi", "zh-Hant"),
        ("Dune", "eng", "en"),
        ("雪国", "jpn", "ja"),
        ("?", "", ""),
    ],
)
def test_the_language_of_a_title_is_told_to_html(name: str, language: str, tag: str) -> None:
    assert Title(title=name, language=language).language_tag == tag


def test_the_language_is_guessed_from_script_and_isbn(now: datetime) -> None:
    assert factories.title("ノルウェイの森", now=now).language == "jpn"
    assert factories.title("Dune", now=now, isbns=["9780340839935"]).language == "eng"
    assert factories.title("围城", now=now).language == "chi"
