from datetime import timedelta
from unittest import mock

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from library_bridge import loans
from library_bridge.loans import Verdict
from library_bridge.models import LibraryLoan
from sharing import requests
from sharing.errors import Denied, LimitReached, NotFound, RefusedByLibrary
from sharing.models import Ask, CirculationPolicy, DomainEvent, Request
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


def test_a_request_is_put_to_the_holder_at_once(world: World) -> None:
    request = steps.placed(world)
    assert request.status == Request.Status.OPEN
    assert request.asks.get().holder == world.alice
    assert request.deadline_at == world.now + timedelta(days=14)


def test_placing_records_one_event_S3(world: World) -> None:
    request = steps.placed(world)
    event = DomainEvent.objects.get(kind="request.placed")
    assert (event.request, event.actor, event.at) == (request, world.bob, world.now)


def test_nobody_asks_for_ones_own_copy_C5(world: World) -> None:
    with pytest.raises(Denied, match="own copy"):
        requests.place_request(actor=world.alice, holding_key=f"copy-{world.copy.pk}", now=world.now)
    assert not Request.objects.exists()


def test_a_title_of_which_only_ones_own_copy_is_known_cannot_be_asked_for_C5(world: World) -> None:
    with pytest.raises(Denied):
        requests.place_request(actor=world.alice, title_id=world.title.pk, now=world.now)


def test_the_same_title_is_not_asked_for_twice(world: World) -> None:
    steps.placed(world)
    with pytest.raises(Denied, match="already"):
        steps.placed(world)
    assert Request.objects.count() == 1


def test_the_database_refuses_a_second_live_request(world: World) -> None:
    first = steps.placed(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.create(
            requester=world.bob, title=world.title, placed_at=world.now, deadline_at=first.deadline_at
        )


def test_the_limit_of_open_requests_holds(world: World) -> None:
    policy = CirculationPolicy.load()
    policy.open_requests = 2
    policy.save()
    for name in ("围城", "活着"):
        requests.place_request(actor=world.bob, title_id=factories.title(name).pk, now=world.now)
    with pytest.raises(LimitReached, match="2 open requests"):
        steps.placed(world)


def test_t_r23_placing_and_cancelling_again_and_again_has_an_end(world: World, settings: Settings) -> None:
    settings.REQUESTS_PER_DAY = 2
    for hour in (0, 1):
        placed = steps.placed(world)
        requests.cancel_request(request_id=placed.pk, actor=world.bob, now=world.now + timedelta(hours=hour))
    with pytest.raises(LimitReached, match="2 requests within a day") as refused:
        steps.placed(world)
    assert refused.value.retry_at == world.now + timedelta(days=1)
    world.now = refused.value.retry_at
    steps.placed(world)


def test_a_loan_with_a_hold_is_refused_with_the_reason(
    world: World, loan: LibraryLoan, library_agrees: mock.Mock
) -> None:
    library_agrees.return_value = Verdict(False, "hold_by_other")
    with pytest.raises(RefusedByLibrary, match="hold"):
        steps.placed(world, holding=f"loan-{loan.pk}")
    assert not Request.objects.exists()


def test_a_title_without_holders_waits_and_is_put_to_whoever_appears(world: World) -> None:
    wanted = factories.title("围城")
    request = requests.place_request(actor=world.bob, title_id=wanted.pk, now=world.now)
    assert not request.asks.exists()
    factories.copy(world.charlie, wanted, now=world.now)
    from sharing import due

    deeds = [deed["did"] for deed in due.act(now=world.now + timedelta(hours=1))]
    assert "ask.sent" in deeds
    assert request.asks.get().holder == world.charlie


def test_cancelling_releases_the_holder_without_a_mark(world: World) -> None:
    request = steps.placed(world)
    requests.cancel_request(request_id=request.pk, actor=world.bob, now=world.now)
    assert request.asks.get().status == Ask.Status.WITHDRAWN
    requests.cancel_request(request_id=request.pk, actor=world.bob, now=world.now)
    assert DomainEvent.objects.filter(kind="request.cancelled").count() == 1


def test_a_stranger_cannot_cancel_a_request_T_R2(world: World) -> None:
    request = steps.placed(world)
    for stranger in (world.alice, world.charlie):
        with pytest.raises(NotFound):
            requests.cancel_request(request_id=request.pk, actor=stranger, now=world.now)


@pytest.mark.parametrize(
    "key", ["copy-", "copy-0", "copy-x", "item-3", "", "loan-99999999999999999999", "copy-1; drop", "copy-１", "copy-²"]
)
def test_a_key_that_is_none_is_not_found(world: World, key: str) -> None:
    with pytest.raises(NotFound):
        requests.place_request(actor=world.bob, holding_key=key or "-", now=world.now)


def test_a_display_copy_is_only_shown(world: World) -> None:
    shown = factories.copy(world.alice, factories.title("围城"), now=world.now, mode="display")
    with pytest.raises(Denied, match="shown"):
        steps.placed(world, holding=f"copy-{shown.pk}")


def test_the_first_wave_asks_at_most_three_holders_near_ones_first(world: World) -> None:
    far = factories.area("huxi")
    for n in range(4):
        factories.copy(factories.reader(area=far if n else world.bob.area), world.title, now=world.now)
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    asked = list(request.asks.select_related("holder__area"))
    assert len(asked) == 3
    assert sum(ask.holder.area_id == world.bob.area_id for ask in asked) == 2


def test_a_request_never_ends_in_the_quiet_hours(world: World) -> None:
    night = world.now.replace(hour=23)
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=night)
    assert request.deadline_at == night + timedelta(days=14, hours=9)


def test_a_blocked_card_is_said_at_once_where_only_loans_could_come(world: World, loan: LibraryLoan) -> None:
    blocked = loans.Verdict(False, "card_blocked")
    with mock.patch("library_bridge.loans.may_move", return_value=blocked), pytest.raises(RefusedByLibrary):
        requests.place_request(actor=world.bob, title_id=loan.catalogued.title_id, now=world.now)
    assert not Request.objects.exists()


def test_matching_records_its_event_S3(world: World) -> None:
    lending = steps.agreed(world)
    event = DomainEvent.objects.get(kind="request.matched")
    assert (event.request, event.from_status, event.to_status) == (lending.request, "open", "matched")


def test_where_the_library_lists_loans_no_more_the_title_goes_on_without_them(world: World, loan: LibraryLoan) -> None:
    from library_bridge.ports import NotSupported

    title = loan.catalogued.title
    factories.copy(world.charlie, title, now=world.now)
    with (
        mock.patch("library_bridge.loans._listed", side_effect=NotSupported),
        mock.patch("library_bridge.loans.system_for") as system,
    ):
        system.return_value.item.return_value = loans.ItemRecord("B1", loans.ItemStatus.CHARGED)
        request = requests.place_request(actor=world.bob, title_id=title.pk, now=world.now)
    assert [ask.holder for ask in request.asks.all()] == [world.charlie]


def test_when_the_library_cannot_be_reached_a_loan_is_not_asked_for_now(world: World, loan: LibraryLoan) -> None:
    from library_bridge.ports import Unavailable

    with mock.patch("library_bridge.loans.may_move", side_effect=Unavailable("down")):
        request = requests.place_request(actor=world.bob, title_id=loan.catalogued.title_id, now=world.now)
    assert not request.asks.exists()
