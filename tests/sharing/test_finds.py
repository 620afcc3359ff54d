"""A stranger finds a labelled book: its owner is told, nobody's name is."""

from datetime import timedelta

import pytest

from sharing import finds
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import DomainEvent, Notification
from tests import factories
from tests.sharing import pages, steps
from tests.sharing.conftest import World


def found(
    world: World, where: str = "Reading room 3, by the window", *, address: str = "10.0.0.1", hours: int = 0
) -> None:
    finds.report_find(code=world.copy.code, where=where, address=address, now=world.now + timedelta(hours=hours))


def test_the_owner_is_told_where_it_lies(world: World) -> None:
    page = f"/c/{world.copy.code}/"
    shown = pages.Page(pages.browser().post(f"{page}found/", {"where": "Reading room 3"}, follow=True))
    assert "Its owner has been told" in shown
    assert "Alice" not in shown.html
    told = pages.get("/notifications/", world.alice, now=world.now + timedelta(minutes=1))
    assert "Somebody found your" in told
    assert "Reading room 3" in told


def test_whoever_has_borrowed_it_is_told_too(world: World) -> None:
    steps.on_loan(world)
    found(world, hours=3)
    told = Notification.objects.filter(event__kind="copy.found").values_list("reader", flat=True)
    assert set(told) == {world.alice.pk, world.bob.pk}


def test_the_same_words_again_change_nothing(world: World) -> None:
    found(world)
    found(world, hours=1)
    assert DomainEvent.objects.filter(kind="copy.found").count() == 1


def test_t_r17_three_reports_a_day_for_one_book(world: World) -> None:
    for number in range(3):
        found(world, f"place {number}", address=f"10.0.{number}.1")
    with pytest.raises(LimitReached):
        found(world, "place 4", address="10.0.9.1")
    found(world, "place 4", address="10.0.9.1", hours=25)


def test_t_r17_so_many_an_hour_from_one_address(world: World) -> None:
    copies = [factories.copy(world.alice, factories.title(f"Book {n}"), now=world.now) for n in range(6)]
    for copy in copies[:5]:
        finds.report_find(code=copy.code, where="Here", address="203.0.113.7", now=world.now)
    with pytest.raises(LimitReached):
        finds.report_find(code=copies[5].code, where="Here", address="203.0.113.7", now=world.now)


@pytest.mark.parametrize("where", ["", "  ", "a\u202eb", "x" * 201])
def test_words_that_say_nothing_are_refused(world: World, where: str) -> None:
    with pytest.raises(Denied):
        found(world, where)
    assert not DomainEvent.objects.filter(kind="copy.found").exists()


def test_a_label_that_is_none_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        finds.report_find(code="XXXXXXXX", where="Here", address="10.0.0.1", now=world.now)
    assert pages.browser().post("/c/XXXXXXXX/found/", {"where": "Here"}).status_code == 404
