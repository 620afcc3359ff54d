"""The database's rules for what is free are those of `holdings`, in every combination; otherwise list and page would differ."""

from datetime import timedelta
from itertools import product

import pytest

from library_bridge.models import LibraryLoan
from personal_catalog.models import Copy
from sharing import availability, holdings, policies
from sharing.availability import Held, Wish
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


def free_in_both_ways(world: World, now) -> tuple[dict[str, bool], dict[str, bool]]:
    policy = policies.current()
    titles = [world.title.pk]
    one_by_one = {h.key: h.free for h in holdings.of_titles(titles, reader=None, policy=policy, now=now)}
    copies = {f"copy-{pk}" for pk in availability.free_copies(reader=None, now=now).values_list("pk", flat=True)}
    loans = {
        f"loan-{pk}" for pk in availability.free_loans(reader=None, policy=policy, now=now).values_list("pk", flat=True)
    }
    return one_by_one, {key: key in copies | loans for key in one_by_one}


def test_copies_of_every_mode_and_status_are_free_in_both_ways_or_in_none(world: World):
    for mode, status in product(Copy.Mode.values, ("listed", "paused")):
        made = factories.copy(world.charlie, world.title, now=world.now, mode=mode)
        Copy.objects.filter(pk=made.pk).update(status=status)
    one_by_one, in_database = free_in_both_ways(world, world.now)
    assert one_by_one == in_database
    assert len(one_by_one) == 9


@pytest.mark.parametrize("days", [-1, 1, 2.9, 3.1, 20])
def test_loans_of_every_condition_are_free_in_both_ways_or_in_none(world: World, days):
    card = factories.patron(world.charlie)
    for recalled, held, renewable in product((True, False), (None, 0, 1), (True, False)):
        factories.library_loan(
            card, world.title, now=world.now, days=days, recalled=recalled, hold_count=held, renewable=renewable
        )
    one_by_one, in_database = free_in_both_ways(world, world.now)
    assert one_by_one == in_database
    assert len(one_by_one) == 13


def test_a_promised_copy_is_not_free_in_either_way(world: World):
    steps.agreed(world)
    one_by_one, in_database = free_in_both_ways(world, world.now)
    assert one_by_one == in_database == {f"copy-{world.copy.pk}": False}


def test_a_copy_that_only_its_owner_sees_is_not_shown(world: World):
    Copy.objects.filter(pk=world.copy.pk).update(visibility="nobody")
    assert not availability.shown_copies(reader=None).exists()
    assert not availability.free_copies(reader=None, now=world.now).exists()


def test_light_rows_tell_where_until_when_and_whether_free_in_two_queries(
    world: World, django_assert_num_queries, library_agrees
):
    steps.on_loan(world)
    factories.library_loan(factories.patron(world.charlie), world.title, now=world.now)
    policy = policies.current()
    with django_assert_num_queries(2):
        [copy, loan] = availability.of_titles([world.title.pk], reader=None, policy=policy, now=world.now)[
            world.title.pk
        ]
    assert (copy.kind, copy.mode, copy.free) == ("personal", "lend", False)
    assert copy.due_at is not None
    assert (loan.kind, loan.area, loan.free) == ("library", "plum", True)


def test_one_and_the_same_holding_answers_the_whole_wish(world: World):
    """A copy lent out in Plum Court and a free one in Bamboo Court are not a free one in Plum Court."""
    steps.agreed(world)
    factories.copy(factories.reader(area=factories.area("bamboo")), world.title, now=world.now)
    titles = type(world.title).objects
    policy = policies.current()

    def found(**wish) -> bool:
        return titles.filter(
            availability.titles_having(Wish(**wish), reader=None, policy=policy, now=world.now)
        ).exists()

    assert found(areas=frozenset({"plum"}))
    assert found(areas=frozenset({"bamboo"}), free=True)
    assert not found(areas=frozenset({"plum"}), free=True)
    assert not found(kinds=frozenset({"library"}), areas=frozenset({"plum"}))


def test_a_light_row_answers_a_wish_like_the_database():
    loan = Held("library", "transfer", "plum", True, None)
    assert loan.answers(Wish(kinds=frozenset({"library"}), areas=frozenset({"plum"}), free=True))
    assert not loan.answers(Wish(modes=frozenset({"lend"})))
    assert not loan.answers(Wish(areas=frozenset({"bamboo"})))


def test_closed_loans_are_gone(world: World):
    loan = factories.library_loan(factories.patron(world.charlie), world.title, now=world.now)
    LibraryLoan.objects.filter(pk=loan.pk).update(closed_at=world.now + timedelta(minutes=1))
    assert not availability.charged_loans().exists()
