"""Somebody was sent: to a drop point, and for several books of one meeting (C6, T-C1)."""

from unittest import mock

import pytest
from django.test import Client

from sharing import collecting, collectors, deposits, invariants, together
from sharing.errors import IllegalTransition, LimitReached, NotFound, WrongCode
from sharing.models import Collector, DomainEvent, Handover, Lending, Notification
from tests import factories
from tests.sharing import browsers, steps
from tests.sharing.api.clients import Api
from tests.sharing.conftest import World
from tests.sharing.test_collectors import name, token_of
from tests.sharing.test_deposits import CODE, a_drop_point, arranged, left


@pytest.fixture
def lending(world: World) -> Lending:
    found = steps.agreed(world)
    steps.arranged(found, now=world.now)
    return found


@pytest.fixture
def lying(world: World, lending: Lending) -> Collector:
    """Somebody is named, and then the book goes by drop point; its giver has left it there."""
    a_drop_point()
    row = name(world, lending)
    left(arranged(lending, now=world.now), world.alice, now=world.now)
    return row


def test_c6_at_a_drop_point_the_link_says_where_it_lies_and_the_shelf_code_confirms(
    world: World, lending: Lending, lying: Collector
) -> None:
    link, visitor = f"/collect/{token_of(lying)}/", Client(headers={"accept-language": "en"})
    with browsers.at(world.now):
        shown = browsers.text(visitor.get(link))
        assert "Book house" in shown
        assert "A1" in shown
        assert not any(word in shown for word in ("拖延心理学", "Alice", "Bob", collectors.pin_of(lying)))
        assert "six letters" in browsers.text(visitor.post(link, {"shelf_code": "WRONG2"}))
        first, again = (browsers.text(visitor.post(link, {"shelf_code": CODE})) for _twice in range(2))
        assert "have been told" in first
        assert "have been told" in again  # S4
    lending.refresh_from_db()
    world.copy.refresh_from_db()
    assert (lending.status, world.copy.holder) == ("on_loan", world.bob)
    assert visitor.get(link).status_code == 404
    assert DomainEvent.objects.filter(kind="collector.came", actor=None).count() == 1
    both = Notification.objects.filter(event__kind="lending.handed_over").values_list("reader", flat=True)
    assert set(both) == {world.alice.pk, world.bob.pk}
    assert "Collected by whoever was sent for it" in browsers.seen(browsers.of(world.bob), lending.get_absolute_url())
    assert [line for check in invariants.CHECKS for line in check.violations()] == []


def test_t_c1_five_wrong_shelf_codes_are_the_most(world: World, lying: Collector) -> None:
    for _try in range(5):
        with pytest.raises(WrongCode):
            collecting.collect_left(token=token_of(lying), shelf_code="WRONG2", now=world.now)
    with pytest.raises(LimitReached):
        collecting.collect_left(token=token_of(lying), shelf_code=CODE, now=world.now)


def test_taken_back_the_link_collects_nothing(world: World, lending: Lending, lying: Collector) -> None:
    collectors.revoke_collector(lending_id=lending.pk, actor=world.bob, now=world.now)
    with pytest.raises(NotFound):
        collecting.collect_left(token=token_of(lying), shelf_code=CODE, now=world.now)
    with pytest.raises(NotFound):
        collecting.collect_left(token="1.x", shelf_code=CODE, now=world.now)


def test_t_c1_a_link_replaced_while_the_library_is_asked_collects_nothing(
    world: World, lending: Lending, lying: Collector
) -> None:
    def meanwhile(*_asked: object) -> None:
        collectors.revoke_collector(lending_id=lending.pk, actor=world.bob, now=world.now)
        name(world, lending)

    with mock.patch("sharing.handovers.ask_library_again", side_effect=meanwhile), pytest.raises(NotFound):
        collecting.collect_left(token=token_of(lying), shelf_code=CODE, now=world.now)
    lending.refresh_from_db()
    lying.refresh_from_db()
    assert (lending.status, lying.serial, lying.used_at) == ("agreed", 2, None)


def test_once_the_taker_has_come_themselves_the_link_says_nothing_of_a_collection(
    world: World, lending: Lending, lying: Collector
) -> None:
    handover = lending.handovers.get(status="deposited")
    deposits.collect_book(handover_id=handover.pk, actor=world.bob, shelf_code=CODE, now=world.now)
    with browsers.at(world.now):
        answer = Client(headers={"accept-language": "en"}).post(f"/collect/{token_of(lying)}/", {"shelf_code": CODE})
    assert answer.status_code == 404


def test_before_it_lies_there_the_link_says_so(world: World, lending: Lending) -> None:
    a_drop_point()
    row = name(world, lending)
    arranged(lending, now=world.now)
    assert "not lie there yet" in browsers.text(
        Client(headers={"accept-language": "en"}).get(f"/collect/{token_of(row)}/")
    )
    with pytest.raises(IllegalTransition):
        collecting.collect_left(token=token_of(row), shelf_code=CODE, now=world.now)
    with browsers.at(world.now):
        seen = browsers.seen(browsers.of(world.alice), lending.get_absolute_url())
    assert "Somebody else comes with the code" not in seen


@pytest.fixture
def second(world: World, lending: Lending) -> Lending:
    """Another book of the same meeting."""
    copy = factories.copy(world.alice, factories.title("围城"), now=world.now)
    found = steps.agreed(world, holding=copy.key)
    steps.arranged(found, now=world.now)
    return found


def test_one_link_and_one_code_serve_every_book_of_the_meeting(world: World, lending: Lending, second: Lending) -> None:
    bob, alice = browsers.of(world.bob), browsers.of(world.alice)
    page = f"/lendings/{lending.pk}/collector/"
    assert "围城" in browsers.seen(bob, page)
    with browsers.at(world.now):
        bob.post(page, {"also": [second.pk, 77]})
        assert "围城" in browsers.seen(bob, page)
        assert "Also handed over at this meeting" in browsers.seen(alice, lending.get_absolute_url())
        pin = collectors.pin_of(Collector.objects.get(lending=lending))
        alice.post(f"/lendings/{lending.pk}/collected/", {"pin": pin, "with": [second.handovers.get().pk]})
    assert set(Lending.objects.values_list("status", flat=True)) == {"on_loan"}
    assert DomainEvent.objects.filter(kind="collector.came").count() == 2
    assert [line for check in invariants.CHECKS for line in check.violations()] == []


def test_a_book_for_which_nobody_was_named_does_not_come_along(world: World, lending: Lending, second: Lending) -> None:
    pin = collectors.pin_of(name(world, lending))
    along = [second.handovers.get().pk]
    assert together.confirm_collected(lending, chosen=along, actor=world.alice, pin=pin, now=world.now) == []
    with pytest.raises(IllegalTransition):
        collecting.confirm_along(lending_id=second.pk, proof_id=lending.pk, actor=world.alice, now=world.now)


def test_t_c1_without_a_code_that_was_used_nothing_comes_along(world: World, lending: Lending, second: Lending) -> None:
    name(world, lending)
    name(world, second)
    steps.confirm(lending.handovers.get(), now=world.now)  # by the taker's own hand
    with pytest.raises(WrongCode):
        collecting.confirm_along(lending_id=second.pk, proof_id=lending.pk, actor=world.alice, now=world.now)
    for who in (world.bob, world.charlie):
        with pytest.raises(NotFound):
            collecting.confirm_along(lending_id=second.pk, proof_id=lending.pk, actor=who, now=world.now)


def test_the_api_names_and_confirms_for_several(world: World, lending: Lending, second: Lending) -> None:
    also = {"also": [str(second.pk)]}
    named = Api(world.bob).call("PUT", f"/lendings/{lending.pk}/collector", also).json()
    assert named["also"] == also["also"]
    pin = collectors.pin_of(Collector.objects.get(lending=lending))
    with browsers.at(world.now):
        done = Api(world.alice).post(f"/lendings/{lending.pk}/collected", {"pin": pin, **also}).json()
    assert [(one["lending_id"], one["done"]) for one in done["along"]] == [(str(second.pk), True)]
    assert set(Lending.objects.values_list("status", flat=True)) == {"on_loan"}


def test_the_api_tells_of_each_chosen_lending_whether_somebody_comes_before_a_meeting_too(world: World) -> None:
    copies = [
        world.copy,
        *(factories.copy(world.alice, factories.title(name), now=world.now) for name in ("围城", "边城")),
    ]
    first, second, sent = (steps.agreed(world, holding=copy.key) for copy in copies)
    steps.arranged(sent, now=world.now)
    Handover.objects.update(method="courier")
    also = {"also": [str(second.pk), str(sent.pk)]}
    named = Api(world.bob).call("PUT", f"/lendings/{first.pk}/collector", also).json()
    assert [(one["lending_id"], one["done"]) for one in named["along"]] == [
        (str(second.pk), True),
        (str(sent.pk), False),
    ]
    assert "parcel" in named["along"][1]["detail"]
    assert set(Collector.objects.values_list("lending", flat=True)) == {first.pk, second.pk}
