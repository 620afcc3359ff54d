from datetime import timedelta

import pytest

from sharing import asks, due, requests
from sharing.errors import IllegalTransition, NotFound
from sharing.models import Ask, CirculationPolicy, DomainEvent, Lending, Notification, Request
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


def test_accepting_makes_a_lending_and_matches_the_request(world: World) -> None:
    lending = steps.agreed(world)
    assert (lending.giver, lending.taker, lending.status) == (world.alice, world.bob, Lending.Status.AGREED)
    assert Request.objects.get().status == Request.Status.MATCHED


def test_accepting_twice_gives_the_same_lending_T_C4(world: World) -> None:
    lending = steps.agreed(world)
    again = asks.accept_ask(ask_id=lending.ask_id, actor=world.alice, now=world.now)
    assert again == lending
    assert DomainEvent.objects.filter(kind="lending.agreed").count() == 1


def test_the_other_holders_are_released_when_one_accepts(world: World) -> None:
    factories.copy(world.charlie, world.title, now=world.now)
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    asks.accept_ask(ask_id=request.asks.get(holder=world.alice).pk, actor=world.alice, now=world.now)
    assert request.asks.get(holder=world.charlie).status == Ask.Status.WITHDRAWN


@pytest.mark.parametrize("act", [asks.accept_ask, asks.decline_ask])
def test_only_the_holder_answers_T_R2(world: World, act: object) -> None:
    ask = steps.asked(world)
    for stranger in (world.bob, world.charlie):
        with pytest.raises(NotFound):
            act(ask_id=ask.pk, actor=stranger, now=world.now)  # type: ignore[operator]
    ask.refresh_from_db()
    assert ask.status == Ask.Status.ASKED


def test_declining_costs_nothing_and_asks_the_next(world: World) -> None:
    ask = steps.asked(world)
    asks.decline_ask(ask_id=ask.pk, actor=world.alice, reason="away", now=world.now)
    ask.refresh_from_db()
    assert (ask.status, ask.decline_reason) == (Ask.Status.DECLINED, "away")
    assert not Notification.objects.filter(reader=world.bob).exists()  # P2: declined and silent look the same


def test_an_answer_after_a_refusal_is_illegal(world: World) -> None:
    ask = steps.asked(world)
    asks.decline_ask(ask_id=ask.pk, actor=world.alice, now=world.now)
    with pytest.raises(IllegalTransition):
        asks.accept_ask(ask_id=ask.pk, actor=world.alice, now=world.now)


def test_a_holder_who_said_no_is_left_in_peace_for_a_fortnight_T_R23(world: World) -> None:
    ask = steps.asked(world)
    asks.decline_ask(ask_id=ask.pk, actor=world.alice, now=world.now)
    requests.cancel_request(request_id=ask.request_id, actor=world.bob, now=world.now)
    again = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now + timedelta(days=13))
    assert not again.asks.exists()


def test_an_unanswered_request_is_reminded_passed_on_and_ended_S2(world: World) -> None:
    factories.copy(world.charlie, world.title, now=world.now)
    CirculationPolicy.objects.update_or_create(pk=CirculationPolicy.load().pk, defaults={"wave_size": 1})
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    first = request.asks.get()
    assert first.remind_at is not None

    def deeds(at: object) -> list[object]:
        return [deed["did"] for deed in due.act(now=at) if deed["did"] != "event.delivered"]  # type: ignore[arg-type]

    assert deeds(first.remind_at) == ["ask.reminded"]
    first.refresh_from_db()
    assert deeds(first.remind_at) == ["ask.reminded"]
    assert deeds(first.respond_by) == ["ask.lapsed", "ask.sent"]
    assert request.asks.count() == 2
    assert "request.unfilled" in deeds(request.deadline_at)
    request.refresh_from_db()
    assert request.status == Request.Status.UNFILLED
    assert Notification.objects.filter(reader=world.bob, event__kind="request.unfilled").exists()
    assert deeds(request.deadline_at + timedelta(days=30)) == []


def test_windows_never_end_in_the_quiet_hours(world: World) -> None:
    from django.utils import timezone

    evening = world.now.replace(hour=23)
    ask = requests.place_request(actor=world.bob, title_id=world.title.pk, now=evening).asks.get()
    assert timezone.localtime(ask.respond_by).hour == 8
