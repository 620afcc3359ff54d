"""A request that waits: paused with its place kept, or another let go first."""

import re
from datetime import UTC, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from library_bridge.models import Reader
from sharing import asks, due, policies, queues, requests
from sharing.errors import Denied, IllegalTransition, NotFound
from sharing.models import DomainEvent, Request
from tests import factories
from tests.sharing import browsers, pages, steps
from tests.sharing.api.clients import Api
from tests.sharing.conftest import World


def wish(world: World, who: Reader, minutes: int = 0) -> Request:
    return requests.place_request(actor=who, title_id=world.title.pk, now=world.now + timedelta(minutes=minutes))


def paused(request: Request, *, hours: int = 1) -> Request:
    return requests.pause_request(
        request_id=request.pk, actor=request.requester, now=request.placed_at + timedelta(hours=hours)
    )


def resumed(request: Request, *, hours: int = 2) -> Request:
    return requests.resume_request(
        request_id=request.pk, actor=request.requester, now=request.placed_at + timedelta(hours=hours)
    )


def test_while_it_is_paused_the_next_in_line_is_asked_for(world: World) -> None:
    first, second = wish(world, world.bob), wish(world, world.charlie, 1)
    paused(first)
    assert first.asks.get().status == "withdrawn"
    assert second.asks.get().status == "asked"


def test_the_place_is_kept_and_holds_nobody_up(world: World) -> None:
    first, second, third = (wish(world, who, n) for n, who in enumerate((world.bob, world.charlie, factories.reader())))
    paused(second)
    assert queues.places([first, second, third]) == {first.pk: 1, second.pk: 2, third.pk: 2}
    resumed(second)
    assert queues.place_of(third) == 3


def test_a_resumed_request_goes_before_those_who_asked_later(world: World) -> None:
    copy = factories.copy(world.alice, factories.title("围城"), now=world.now, mode="gift")
    copy.status = "paused"
    copy.save()
    first, second = (
        requests.place_request(actor=who, title_id=copy.title_id, now=world.now + timedelta(minutes=n))
        for n, who in enumerate((world.bob, world.charlie))
    )
    paused(first)
    resumed(first)
    copy.status = "listed"
    copy.save()
    list(due.act(now=world.now + timedelta(hours=3)))
    assert (first.asks.count(), second.asks.count()) == (1, 0)


def test_t_p2_pausing_and_going_on_does_not_tell_who_has_said_no(world: World) -> None:
    """The holder who said no and those who had not answered are asked no sooner."""
    factories.copy(world.charlie, world.title, now=world.now)
    request = wish(world, world.bob)
    asks.decline_ask(ask_id=request.asks.get(holder=world.alice).pk, actor=world.alice, now=world.now)
    paused(request)
    resumed(request)
    assert not request.asks.waiting().exists()


def test_a_paused_request_ends_at_its_deadline_all_the_same_S2(world: World) -> None:
    request = paused(wish(world, world.bob))
    list(due.act(now=request.deadline_at))
    request.refresh_from_db()
    assert request.status == "unfilled"


def test_pausing_twice_is_once_and_only_its_reader_may(world: World) -> None:
    request = wish(world, world.bob)
    for _again in range(2):
        paused(request)
    for _again in range(2):
        resumed(request)
    kinds = DomainEvent.objects.filter(request=request, kind__in=("request.paused", "request.resumed"))
    assert [event.kind for event in kinds] == ["request.paused", "request.resumed"]
    for act in (requests.pause_request, requests.resume_request, requests.pass_turn):
        with pytest.raises(NotFound):
            act(request_id=request.pk, actor=world.charlie, now=world.now)


def test_what_is_agreed_is_not_paused(world: World) -> None:
    lending = steps.agreed(world)
    with pytest.raises(IllegalTransition):
        requests.pause_request(request_id=lending.request_id, actor=world.bob, now=world.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=lending.request_id).update(paused_at=world.now)


def test_who_pauses_keeps_nobody_from_extending(world: World) -> None:
    lending = steps.on_loan(world)
    request = requests.place_request(actor=world.charlie, title_id=world.title.pk, now=world.now + timedelta(hours=5))
    assert policies.someone_waits_for(lending)
    paused(request)
    assert not policies.someone_waits_for(lending)


def test_letting_the_next_go_first(world: World) -> None:
    first, second, third = (wish(world, who, n) for n, who in enumerate((world.bob, world.charlie, factories.reader())))
    requests.pass_turn(request_id=first.pk, actor=world.bob, now=world.now + timedelta(hours=1))
    assert queues.places([first, second, third]) == {second.pk: 1, first.pk: 2, third.pk: 3}
    assert second.asks.get().status == "asked"


def test_pressed_twice_one_reader_goes_first(world: World) -> None:
    first, second, third = (wish(world, who, n) for n, who in enumerate((world.bob, world.charlie, factories.reader())))
    bob, page = pages.browser(world.bob), f"/requests/{first.pk}/"
    with browsers.at(world.now + timedelta(hours=1)):
        [turn] = re.findall(r'name="turn" value="([^"]+)"', bob.get(page).content.decode())
        for _twice in range(2):
            assert bob.post(f"{page}pass-turn/", {"turn": turn}).status_code == 302
    assert queues.places([first, second, third]) == {second.pk: 1, first.pk: 2, third.pk: 3}


def test_a_page_of_before_is_told_that_nothing_more_was_done(world: World) -> None:
    first, _second, _third = (
        wish(world, who, n) for n, who in enumerate((world.bob, world.charlie, factories.reader()))
    )
    bob, page = pages.browser(world.bob), f"/requests/{first.pk}/"
    with browsers.at(world.now + timedelta(hours=1)):
        [turn] = re.findall(r'name="turn" value="([^"]+)"', bob.get(page).content.decode())
    said = []
    for hours in (1, 2):
        with browsers.at(world.now + timedelta(hours=hours)):
            said.append(bob.post(f"{page}pass-turn/", {"turn": turn}, follow=True).content.decode())
    assert ["goes first now" in words for words in said] == [True, False]
    assert ["nothing more was done" in words for words in said] == [False, True]


def test_who_stepped_back_is_not_told_when_another_asked(world: World) -> None:
    first, second = (wish(world, who, n) for n, who in enumerate((world.bob, world.charlie)))
    requests.pass_turn(request_id=first.pk, actor=world.bob, now=world.now + timedelta(hours=1))
    wish(world, factories.reader(), 2)
    with browsers.at(world.now + timedelta(hours=2)):
        page = pages.browser(world.bob).get(f"/requests/{first.pk}/").content.decode()
        told = Api(world.bob).get(f"/requests/{first.pk}").content.decode()
    assert 'name="turn"' in page
    assert "turn" in told
    for moment in (timezone.localtime(second.placed_at), second.placed_at.astimezone(UTC)):
        assert not [said for said in (page, told) if f"{moment:%Y-%m-%dT%H:%M:%S}" in said]


@pytest.mark.parametrize("turn", ["2026-11-24T02:00:00+00:00", "x" * 64])
def test_a_turn_that_was_never_shown_changes_nothing(world: World, turn: str) -> None:
    first, second = wish(world, world.bob), wish(world, world.charlie, 1)
    requests.pass_turn(request_id=first.pk, actor=world.bob, seen=turn, now=world.now)
    pages.browser(world.bob).post(f"/requests/{first.pk}/pass-turn/", {"turn": turn})
    assert queues.places([first, second]) == {first.pk: 1, second.pk: 2}


def test_nobody_behind_nobody_goes_first(world: World) -> None:
    request = wish(world, world.bob)
    with pytest.raises(Denied, match="Nobody waits behind"):
        requests.pass_turn(request_id=request.pk, actor=world.bob, now=world.now)
    assert request.asks.get().status == "asked"


def test_the_page_pauses_goes_on_and_tells_the_place(world: World) -> None:
    wish(world, world.charlie)
    request = wish(world, world.bob, 1)
    wish(world, factories.reader(), 2)
    bob, page = pages.browser(world.bob), f"/requests/{request.pk}/"
    assert "You are number 2 in the queue" in pages.Page(bob.get(page))
    assert "Paused; you keep place number 2" in pages.Page(bob.post(f"{page}pause/", follow=True))
    assert "Let the next go first" not in pages.Page(bob.get(page))
    assert "On with the search" in pages.Page(bob.post(f"{page}resume/", follow=True))
    assert "You are number 3 in the queue" in pages.Page(bob.post(f"{page}pass-turn/", follow=True))


def test_sent_twice_through_the_api_one_reader_goes_first(world: World) -> None:
    first, second, third = (wish(world, who, n) for n, who in enumerate((world.bob, world.charlie, factories.reader())))
    api = Api(world.bob)
    with browsers.at(world.now + timedelta(hours=1)):
        seen = api.get(f"/requests/{first.pk}").json()["turn"]
        for _twice in range(2):
            said = api.post(f"/requests/{first.pk}/pass-turn", {"turn": seen})
            assert (said.status_code, said.json()["queue_place"]) == (200, 2)
        assert said.json()["turn"] not in (seen, None)
    assert queues.places([first, second, third]) == {second.pk: 1, first.pk: 2, third.pk: 3}


def test_through_the_api(world: World) -> None:
    request, api = wish(world, world.bob), Api(world.bob)
    said = api.post(f"/requests/{request.pk}/pause").json()
    assert (said["paused"], said["queue_place"], said["status"]) == (True, 1, "open")
    assert api.post(f"/requests/{request.pk}/resume").json()["paused"] is False
    assert api.post(f"/requests/{request.pk}/pass-turn").json()["code"] == "nobody_behind"
