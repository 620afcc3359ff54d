"""My shelf: what is with whom, what stands at home and how it fares, and the two other drawers."""

from datetime import timedelta

import pytest

from library_bridge.models import LibraryLoan
from personal_catalog import copies
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.pages import get, queries

MOST_QUERIES = 15


def test_an_empty_shelf_says_one_thing_to_do(world: World):
    page = get("/shelf/", world.charlie, now=world.now)
    assert "Nothing listed yet." in page
    assert page.html.split("<main")[1].count('class="button"') == 1


def test_what_stands_there_says_how_it_fares(world: World):
    page = get("/shelf/", world.alice, now=world.now)
    assert "1 book listed" in page
    assert "Lend Not lent yet" in page


def test_what_is_asked_for_or_promised_is_not_shown_as_free(world: World):
    steps.asked(world)
    assert "Asked for" in get("/shelf/", world.alice, now=world.now)


def test_what_is_promised_says_so(world: World):
    steps.agreed(world)
    assert "Promised" in get("/shelf/", world.alice, now=world.now + timedelta(hours=2))


def test_what_is_away_tells_with_whom_and_until_when(world: World):
    lending = steps.on_loan(world)
    page = get("/shelf/", world.alice, now=world.now + timedelta(days=1))
    assert "Away from me 1" in page
    assert "with Bob · due" in page
    assert "借给 Bob · 应还" in get("/shelf/", world.alice, now=world.now + timedelta(days=1), language="zh-CN")
    assert f'href="/lendings/{lending.pk}/"' in page.html


def test_what_is_late_stands_in_red_with_the_way_to_write(world: World):
    lending = steps.on_loan(world)
    page = get("/shelf/", world.alice, now=lending.due_at + timedelta(days=2))
    assert "2 days late" in page
    assert "Write" in page


def test_a_drifting_book_names_nobody(world: World):
    drift = factories.copy(world.alice, factories.title("围城"), now=world.now, mode="drift")
    copies.move_custody(copy=drift, to_holder=world.bob, reason="handover", now=world.now)
    page = get("/shelf/", world.alice, now=world.now)
    assert "Drifting" in page
    assert "Bob" not in page.html


def test_what_came_back_has_been_lent_once(world: World):
    steps.returned(steps.on_loan(world), now=world.now + timedelta(days=3))
    assert "Lent 1 time" in get("/shelf/", world.alice, now=world.now + timedelta(days=4))


def test_what_others_passed_on_is_not_lent(world: World):
    lending = steps.returned(steps.on_loan(world), now=world.now + timedelta(days=3))
    type(lending).objects.filter(pk=lending.pk).update(giver=world.charlie)
    page = get("/shelf/", world.alice, now=world.now + timedelta(days=4))
    assert "Not lent yet" in page
    assert "in all" not in page


def test_the_borrower_finds_it_in_the_drawer_of_readers_books(world: World):
    lending = steps.on_loan(world)
    page = get("/shelf/borrowed/", world.bob, now=world.now + timedelta(days=1))
    assert "From readers 1" in page
    assert f'href="/lendings/{lending.pk}/"' in page.html


def test_library_loans_have_a_drawer_of_their_own(world: World, loan: LibraryLoan):
    page = get("/shelf/library/", world.alice, now=world.now)
    assert "From the library 1" in page
    assert loan.title in page
    assert "Can be passed on when a reader asks" in page


@pytest.mark.parametrize("path", ["/shelf/", "/shelf/library/", "/shelf/borrowed/"])
def test_thirty_books_need_no_more_queries_than_one(world: World, loan: LibraryLoan, path: str):
    def add(count: int) -> None:
        for n in range(count):
            copy = factories.copy(world.alice, factories.title(), now=world.now)
            factories.library_loan(loan.patron, factories.title(), now=world.now)
            other = factories.copy(world.bob, factories.title(), now=world.now, mode="drift")
            copies.move_custody(copy=other, to_holder=world.alice, reason="handover", now=world.now)
            if n % 3 == 0:
                copies.move_custody(copy=copy, to_holder=world.bob, reason="handover", now=world.now)

    steps.on_loan(world)
    later = world.now + timedelta(days=1)
    add(2)
    few = queries(path, world.alice, now=later)
    add(30)
    assert len(queries(path, world.alice, now=later)) == len(few) <= MOST_QUERIES
