"""The index is told which titles circulate, by the round of the scheduler."""

import pytest

from personal_catalog.models import Copy, Title
from personal_catalog.search import index, query
from sharing import circulation, due, groups
from sharing.models import Lending, LoanTitle
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


@pytest.fixture
def told(world: World) -> World:
    index.reindex(Title.objects.prefetch_related("isbns"))
    circulation.tell_index()
    return world


def test_a_title_of_which_a_reader_shows_a_copy_circulates(told: World) -> None:
    assert index.circulating() == {told.title.pk}


def test_a_library_book_in_a_readers_hands_circulates_until_it_is_back(told: World) -> None:
    title = factories.title("运筹学")
    index.reindex([title])
    loan = factories.library_loan(factories.patron(told.charlie), title, now=told.now)
    assert LoanTitle.objects.filter(library_loan=loan).exists()
    circulation.tell_index()
    assert title.pk in index.circulating()
    type(loan).objects.filter(pk=loan.pk).update(closed_at=told.now)
    circulation.tell_index()
    assert title.pk not in index.circulating()


def test_what_was_passed_on_circulates_though_it_is_withdrawn(told: World) -> None:
    Copy.objects.update(status=Copy.Status.WITHDRAWN, withdrawn_at=told.now)
    Title.objects.filter(pk=told.title.pk).update(passed_on=1)
    circulation.tell_index()
    assert index.circulating() == {told.title.pk}


@pytest.mark.parametrize("of_one", [False, True])
def test_a_copy_for_groups_does_not_tell_strangers_of_it(told: World, of_one: bool) -> None:
    group = groups.make_group(actor=told.alice, name="三楼", kind="floor", my_name="Ali", now=told.now)
    Copy.objects.update(visibility=Copy.Visibility.GROUPS, group=group if of_one else None)
    circulation.tell_index()
    assert index.circulating() == set()


@pytest.mark.parametrize(("mode", "visibility"), [("lend", "groups"), ("gift", "groups"), ("drift", "nobody")])
def test_neither_does_its_passing_on(told: World, mode: str, visibility: str) -> None:
    lending = steps.agreed(told)
    Copy.objects.update(visibility=visibility)
    Lending.objects.update(mode=mode)
    steps.handed_over(Lending.objects.get(pk=lending.pk), now=told.now)
    circulation.tell_index()
    told.title.refresh_from_db()
    assert (told.title.passed_on, index.circulating()) == (0, set())


def test_what_everyone_saw_when_it_was_passed_on_circulates_further(told: World) -> None:
    steps.handed_over(steps.agreed(told), now=told.now)
    Copy.objects.update(visibility=Copy.Visibility.NOBODY)
    circulation.tell_index()
    assert index.circulating() == {told.title.pk}


def test_the_round_tells_it_some_at_a_time(told: World) -> None:
    titles = [factories.title(f"运筹学{number}") for number in range(3)]
    index.reindex(titles)
    for title in titles:
        factories.copy(told.alice, title, now=told.now)
    assert circulation.tell_index(most=2) == 2
    list(due.act(now=told.now))
    assert index.circulating() == {told.title.pk, *(title.pk for title in titles)}


def test_nothing_is_written_where_nothing_changed(told: World) -> None:
    assert circulation.tell_index() == 0


def test_what_the_index_lacks_keeps_nothing_else_back(told: World) -> None:
    lacking, there = factories.title("运筹学"), factories.title("运筹学入门")
    index.drop_titles([lacking.pk])
    index.reindex([there])
    for title in (lacking, there):
        factories.copy(told.alice, title, now=told.now)
    assert circulation.tell_index(most=1) == 1
    assert circulation.tell_index(most=1) == 0
    assert index.circulating() == {told.title.pk, there.pk}
    index.reindex([lacking])
    assert circulation.tell_index() == 1


@pytest.mark.parametrize("mark", [True, False])
def test_a_mark_that_came_meanwhile_leaves_one_row(told: World, monkeypatch: pytest.MonkeyPatch, mark: bool) -> None:
    """Of a writer that had looked before it."""
    index.mark([told.title.pk], circulating=mark)
    earlier = set() if mark else {told.title.pk}
    with monkeypatch.context() as patch:
        patch.setattr("personal_catalog.search.sqlite.Sqlite._circulating_among", lambda _engine, _ids: earlier)
        index.reindex([told.title])
    found = query.search_titles(told.title.title).ids
    assert found == [told.title.pk]
    circulation.tell_index()
    assert index.circulating() == {told.title.pk}
