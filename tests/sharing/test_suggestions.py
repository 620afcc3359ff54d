"""What goes together is counted of readers who agreed, from five on, and of nobody else (P6, T-R20)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from library_bridge.models import Reader
from personal_catalog import merging
from personal_catalog.models import Copy, Title
from sharing import due, suggestions
from sharing.models import Lending, RelatedTitle, SuggestionCount
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.pages import browser, get, queries
from tests.sharing.test_journeys import passed_on

LENT, MARKER = "拖延心理学", "Marker-suggested"
LATER = "/because/"


def with_both(world: World, *titles: Title, agreed: bool = True, number: int = 1) -> list[Reader]:
    """Readers who have all of these titles on their shelves."""
    made = [factories.reader(suggestions_opt_in=agreed) for _number in range(number)]
    for reader in made:
        for title in titles:
            factories.copy(reader, title, now=world.now, mode="display")
    return made


@pytest.fixture
def marker(world: World) -> Title:
    return factories.title(MARKER)


def home_of_alice(world: World) -> str:
    """She takes part, and has lent the title of the world's copy."""
    Reader.objects.filter(pk=world.alice.pk).update(suggestions_opt_in=True)
    alice = Reader.objects.get(pk=world.alice.pk)
    assert LATER in get("/", alice, now=world.now).html
    return get(LATER, alice, now=world.now).text


def test_what_five_readers_have_together_is_suggested_and_explained(world: World, marker: Title):
    steps.on_loan(world)
    with_both(world, world.title, marker, number=5)
    suggestions.count(now=world.now)
    page = home_of_alice(world)
    assert f"Because you lent “{LENT}”" in page
    assert "At least five readers who take part in suggestions have, lent or borrowed both." in page
    assert MARKER in page


@pytest.mark.parametrize(("agreed", "others"), [(4, 0), (4, 9), (0, 9)])
def test_nobody_without_consent_and_no_four_readers_count(world: World, marker: Title, agreed: int, others: int):
    steps.on_loan(world)
    with_both(world, world.title, marker, number=agreed)
    with_both(world, world.title, marker, number=others, agreed=False)
    assert suggestions.count(now=world.now) == 0
    assert MARKER not in home_of_alice(world)


def test_readers_without_consent_change_no_number(world: World, marker: Title):
    with_both(world, world.title, marker, number=6)
    suggestions.count(now=world.now)
    before = list(RelatedTitle.objects.values_list("title", "other", "readers", "strength"))
    with_both(world, world.title, marker, factories.title("围城"), number=12, agreed=False)
    passed_on(world, times=3)
    suggestions.count(now=world.now)
    assert list(RelatedTitle.objects.values_list("title", "other", "readers", "strength")) == before


def test_the_fifth_who_leaves_takes_the_relation_along_with_the_next_round(world: World, marker: Title):
    """P3"""
    fifth = with_both(world, world.title, marker, number=5)[0]
    suggestions.count(now=world.now)
    suggestions.leave(actor=fifth, now=world.now)
    deeds = list(due.act(now=world.now + timedelta(seconds=40)))
    assert {"did": "suggestions.counted", "count": 0} in deeds
    assert not RelatedTitle.objects.exists()


def test_the_database_keeps_no_relation_of_four(world: World, marker: Title):
    with pytest.raises(IntegrityError), transaction.atomic():
        RelatedTitle.objects.create(title=world.title, other=marker, readers=4, strength=1)


def test_who_takes_no_part_is_shown_nothing(world: World, marker: Title):
    steps.on_loan(world)
    with_both(world, world.title, marker, number=5)
    suggestions.count(now=world.now)
    for reader in (world.alice, None):
        assert LATER not in get("/", reader, now=world.now).html
        assert get(LATER, reader, now=world.now).html == ""


def test_what_only_its_owner_sees_does_not_count(world: World, marker: Title):
    with_both(world, world.title, marker, number=5)
    Copy.objects.filter(title=marker).update(visibility="nobody")
    assert suggestions.count(now=world.now) == 0


def test_lendings_count_for_both_sides_and_for_ninety_days_only(world: World, marker: Title):
    """P6"""
    passed_on(world, times=3, days_ago=40)
    readers = Reader.objects.filter(display_name__startswith="Secret")
    readers.update(suggestions_opt_in=True)
    for reader in readers:
        factories.copy(reader, marker, now=world.now)
    Copy.objects.filter(title=world.title).update(visibility="nobody")
    assert suggestions.count(now=world.now) == 2
    Lending.objects.update(closed_at=world.now - timedelta(days=91))
    assert suggestions.count(now=world.now) == 0


def test_a_record_typed_by_one_reader_is_not_suggested(world: World, marker: Title):
    with_both(world, world.title, marker, number=5)
    Title.objects.filter(pk=marker.pk).update(status="pending")
    assert suggestions.count(now=world.now) == 0


def test_what_the_reader_has_already_is_no_suggestion(world: World, marker: Title):
    with_both(world, world.title, marker, number=5)
    factories.copy(world.alice, marker, now=world.now)
    suggestions.count(now=world.now)
    assert "Because you" not in home_of_alice(world)


def test_it_is_counted_once_a_night(world: World, marker: Title):
    with_both(world, world.title, marker, number=5)
    assert list(suggestions.act(now=world.now)) == []
    night = SuggestionCount.objects.get().next_at
    assert timezone.localtime(night).isoformat() == "2026-11-25T03:00:00+08:00"
    assert list(suggestions.act(now=night)) == [{"did": "suggestions.counted", "count": 2}]
    assert list(suggestions.act(now=night + timedelta(minutes=1))) == []


def test_taking_part_is_a_choice_on_ones_own_page(world: World):
    assert "You take no part." in get("/me/", world.bob, now=world.now)
    browser(world.bob).post("/me/suggestions/take-part/")
    assert "You take part." in get("/me/", world.bob, now=world.now)
    browser(world.bob).post("/me/suggestions/leave/")
    world.bob.refresh_from_db()
    assert not world.bob.suggestions_opt_in


def test_a_merged_title_takes_its_relations_along_until_the_next_night(world: World, marker: Title):
    with_both(world, world.title, marker, number=5)
    suggestions.count(now=world.now)
    merging.merge_titles(keep_id=world.title.pk, merge_ids=[marker.pk], actor=world.lin, now=world.now)
    assert not RelatedTitle.objects.exists()


def test_thirty_suggestions_ask_no_more_queries_than_one(world: World, marker: Title):
    steps.on_loan(world)
    readers = with_both(world, world.title, marker, number=5)
    suggestions.count(now=world.now)
    home_of_alice(world)
    alice = Reader.objects.get(pk=world.alice.pk)
    for_one = queries(LATER, alice, now=world.now)
    for number in range(30):
        title = factories.title(f"Together {number}")
        for reader in readers:
            factories.copy(reader, title, now=world.now, mode="display")
    suggestions.count(now=world.now)
    for_thirty = queries(LATER, alice, now=world.now)
    assert len(for_thirty) == len(for_one) <= 7, for_thirty
    assert len(queries("/", alice, now=world.now)) <= 15
