"""Several requests for one book: one ask at a time, in the order of time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from library_bridge.models import Reader
from personal_catalog import copies
from sharing import asks, due, lendings, prepared, queues, requests, waves
from sharing.errors import Denied
from sharing.models import Ask, Request
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


def wish(world: World, reader: Reader, *, minutes: int = 0, holding: str = "") -> Request:
    title_id = None if holding else world.title.pk
    now = world.now + timedelta(minutes=minutes)
    return requests.place_request(actor=reader, title_id=title_id, holding_key=holding, now=now)


def line(world: World) -> list[Request]:
    return [wish(world, factories.reader(), minutes=number) for number in range(6)]


def test_one_copy_is_asked_for_once_however_many_want_it(world: World) -> None:
    first, *others = line(world)
    assert Ask.objects.get().request == first
    assert [queues.place_of(request) for request in (first, *others)] == [1, 2, 3, 4, 5, 6]


def test_the_database_refuses_a_second_waiting_ask_for_a_copy(world: World) -> None:
    first, second, *_others = line(world)
    fields = {"holder": world.alice, "copy": world.copy, "wave": 1, "asked_at": world.now}
    with pytest.raises(IntegrityError), transaction.atomic():
        Ask.objects.create(request=second, respond_by=world.now, **fields)
    assert first.asks.count() == 1


def test_when_the_first_is_declined_the_next_in_line_is_asked_for(world: World) -> None:
    first, second, third, *_others = line(world)
    asks.decline_ask(ask_id=first.asks.get().pk, actor=world.alice, now=world.now)
    assert second.asks.get().status == Ask.Status.ASKED
    assert not third.asks.exists()


def test_when_nobody_answered_the_next_in_line_is_asked_for(world: World) -> None:
    first, second, *_others = line(world)
    list(due.act(now=first.asks.get().respond_by))
    assert second.asks.get().status == Ask.Status.ASKED


def test_a_promised_book_is_not_asked_for_until_it_is_back(world: World) -> None:
    first, second, *_others = line(world)
    lending = asks.accept_ask(ask_id=first.asks.get().pk, actor=world.alice, now=world.now)
    list(due.act(now=world.now + timedelta(hours=1)))
    assert not second.asks.exists()
    lendings.cancel_lending(lending_id=lending.pk, actor=first.requester, now=world.now + timedelta(hours=2))
    list(due.act(now=world.now + timedelta(hours=3)))
    assert second.asks.get().status == Ask.Status.ASKED


def test_who_wants_another_holding_does_not_stand_before(world: World) -> None:
    other = factories.copy(world.charlie, world.title, now=world.now)
    wish(world, factories.reader(), holding=f"copy-{other.pk}")
    mine = wish(world, world.bob, minutes=1, holding=f"copy-{world.copy.pk}")
    assert (queues.place_of(mine), mine.asks.count()) == (1, 1)


def test_an_older_request_comes_first_when_a_holder_appears(world: World) -> None:
    title = factories.title("围城")
    older = requests.place_request(actor=world.bob, title_id=title.pk, now=world.now)
    copy = factories.copy(world.alice, title, now=world.now)
    younger = requests.place_request(
        actor=world.charlie, holding_key=f"copy-{copy.pk}", now=world.now + timedelta(minutes=1)
    )
    assert (older.asks.count(), younger.asks.count()) == (1, 0)


def test_what_drifted_on_cannot_be_promised_by_who_had_it_C4(world: World) -> None:
    drifting = factories.copy(world.alice, factories.title("围城"), now=world.now, mode="drift")
    ask = steps.asked(world, holding=f"copy-{drifting.pk}")
    copies.move_custody(copy=drifting, to_holder=world.charlie, reason="librarian", now=world.now)
    with pytest.raises(Denied, match="no longer with you"):
        asks.accept_ask(ask_id=ask.pk, actor=world.alice, now=world.now)


def test_an_ask_about_a_book_that_moved_on_ends_without_a_mark(world: World) -> None:
    drifting = factories.copy(world.alice, factories.title("围城"), now=world.now, mode="drift")
    ask = steps.asked(world, holding=f"copy-{drifting.pk}")
    copies.move_custody(copy=drifting, to_holder=world.charlie, reason="librarian", now=world.now)
    assert {"did": "ask.withdrawn", "ask": ask.pk} in list(due.act(now=world.now))
    assert waves.answer_rates([world.alice.pk]) == {}


def test_after_a_lending_fell_through_those_let_go_are_asked_again(world: World) -> None:
    factories.copy(world.charlie, world.title, now=world.now)
    request = wish(world, world.bob)
    lending = asks.accept_ask(ask_id=request.asks.get(holder=world.alice).pk, actor=world.alice, now=world.now)
    lendings.cancel_lending(lending_id=lending.pk, actor=world.alice, now=world.now)
    (again,) = waves.send_next_wave(request_id=request.pk, now=world.now + timedelta(hours=1))
    assert again.holder == world.charlie


@pytest.mark.parametrize("left", [timedelta(hours=11), timedelta(seconds=40)])
def test_nobody_is_asked_with_too_little_time_to_answer(world: World, left: timedelta) -> None:
    title = factories.title("围城")
    request = requests.place_request(actor=world.bob, title_id=title.pk, now=world.now)
    factories.copy(world.alice, title, now=world.now)
    assert waves.send_next_wave(request_id=request.pk, now=request.deadline_at - left) == []
    assert waves.send_next_wave(request_id=request.pk, now=request.deadline_at - timedelta(hours=13)) != []


@pytest.mark.any_database
@pytest.mark.parametrize("make", [queues._first_that_can, queues._titles_to_serve])
def test_a_line_is_looked_through_without_reading_everybody_s_asks(db: None, make: Callable[[], Any]) -> None:
    """They grow by the year; those of one holder or one request do not. SQLite plans the same for empty tables as for full ones."""
    kept = prepared._prepared(make, (), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {kept.sql}", [None] * len(kept.values))
        plan = [row[3] for row in cursor.fetchall()]
    assert plan
    assert [step for step in plan if step.startswith(("SCAN U0", "SCAN sharing_ask"))] == []
