"""Two at once, on PostgreSQL. Each race has a control that takes the guard away and must then show the fault."""

import threading
from contextlib import suppress
from datetime import datetime
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.db.models import QuerySet
from pytest_django import Settings

from library_bridge.models import Reader
from personal_catalog import copies, merging
from personal_catalog.signals import titles_merging
from sharing import asks, conversations, custody, handovers, lendings, requests, withdrawals
from sharing.errors import SharingError
from sharing.models import Ask, CirculationPolicy, Conversation, DomainEvent, Handover, Lending, Message, Request
from tests import factories
from tests.races import locking, together, without_locks
from tests.sharing import steps
from tests.sharing.conftest import World

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None, now: datetime) -> World:
    plum = factories.area()
    alice, bob, charlie = (factories.reader(name, area=plum) for name in ("Alice", "Bob", "Charlie"))
    title = factories.title(isbn13="9787300113906")
    return World(
        now,
        alice,
        bob,
        charlie,
        factories.reader("Lin", is_staff=True, is_superuser=True),
        title,
        factories.copy(alice, title, now=now),
    )


def _accept_twice(world: World) -> list[object]:
    ask = steps.asked(world)
    return together(*[lambda: asks.accept_ask(ask_id=ask.pk, actor=world.alice, now=world.now)] * 4)


def test_accepting_at_once_makes_one_lending_C2_T_C4(world: World) -> None:
    outcomes = _accept_twice(world)
    assert {type(outcome) for outcome in outcomes} == {Lending}
    assert Lending.objects.count() == 1
    assert DomainEvent.objects.filter(kind="ask.accepted").count() == 1


def test_control_without_locks_somebody_gets_an_error_instead_of_the_lending(world: World) -> None:
    with without_locks():
        outcomes = [outcome for _ in range(1) for outcome in _accept_twice(world)]
    assert any(isinstance(outcome, Exception) for outcome in outcomes)


def test_two_holders_accept_at_once_and_one_lending_stands_C2(world: World) -> None:
    factories.copy(world.charlie, world.title, now=world.now)
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    first, second = request.asks.order_by("pk")
    together(
        lambda: asks.accept_ask(ask_id=first.pk, actor=first.holder, now=world.now),
        lambda: asks.accept_ask(ask_id=second.pk, actor=second.holder, now=world.now),
    )
    assert Lending.objects.count() == 1


def test_cancel_and_confirm_at_once_end_as_either_never_both_T_C5(world: World) -> None:
    lending = steps.agreed(world)
    handover = steps.arranged(lending, now=world.now)
    pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
    together(
        lambda: lendings.cancel_lending(lending_id=lending.pk, actor=world.alice, now=world.now),
        lambda: handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=pin, now=world.now),
    )
    lending.refresh_from_db()
    world.copy.refresh_from_db()
    assert (lending.status, world.copy.holder) in {("cancelled", world.alice), ("on_loan", world.bob)}


def _write_at_once(world: World) -> list[object]:
    talk = steps.asked(world).conversation
    say = [
        lambda who=who: conversations.send_message(conversation_id=talk.pk, actor=who, text="Hello", now=world.now)
        for who in (world.alice, world.bob) * 4
    ]
    return together(*say)


def test_messages_written_at_once_are_numbered_without_gaps_N5(world: World) -> None:
    outcomes = _write_at_once(world)
    assert all(isinstance(outcome, Message) for outcome in outcomes)
    assert sorted(Message.objects.values_list("seq", flat=True)) == list(range(1, 9))


def test_control_without_locks_messages_collide(world: World) -> None:
    with without_locks():
        outcomes = _write_at_once(world)
    assert any(isinstance(outcome, Exception) for outcome in outcomes)


def _write_and_decline(world: World, rounds: int) -> list[object]:
    outcomes: list[object] = []
    for number in range(rounds):
        copy = factories.copy(world.alice, factories.title(f"Book {number}"), now=world.now)
        ask = steps.asked(world, holding=f"copy-{copy.pk}")
        outcomes += together(
            lambda talk=ask.conversation: conversations.send_message(
                conversation_id=talk.pk, actor=world.bob, text="Hello", now=world.now
            ),
            lambda ask=ask: asks.decline_ask(ask_id=ask.pk, actor=world.alice, now=world.now),
        )
        requests.cancel_request(request_id=ask.request_id, actor=world.bob, now=world.now)
    return [outcome for outcome in outcomes if isinstance(outcome, OperationalError)]


@pytest.fixture
def plenty(transactional_db: None, settings: Settings) -> None:
    CirculationPolicy.objects.update_or_create(pk=CirculationPolicy.load().pk, defaults={"asks_per_holder_week": 100})
    settings.MESSAGES_PER_MINUTE = 100


def test_writing_and_declining_at_once_never_wait_in_a_ring_S5(world: World, plenty: None) -> None:
    assert _write_and_decline(world, 10) == []


def test_control_with_the_conversation_alone_under_lock_they_do(world: World, plenty: None) -> None:
    def alone(conversation_id: int, *, actor: Reader) -> Conversation:
        rows = Conversation.objects.select_related("ask__request", "ask__holder")
        return rows.select_for_update(of=("self",)).get(pk=conversation_id)

    lock = QuerySet.select_for_update
    keeps_keys = locking(lambda self, **how: lock(self, of=how["of"]))
    with keeps_keys, mock.patch("sharing.locks.conversation", alone):
        assert _write_and_decline(world, 20)


def _confirm_and_merge(world: World) -> list[object]:
    lending = steps.agreed(world)
    handover = steps.arranged(lending, now=world.now)
    pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
    both_hold, confirmed = threading.Barrier(2), handovers.both_confirmed

    def slowly(*args: Any) -> None:
        meet(both_hold)
        confirmed(*args)

    moved = merging._move_rows

    def slowly_moved(*args: Any) -> Any:
        meet(both_hold)
        return moved(*args)

    with (
        mock.patch.object(handovers, "both_confirmed", slowly),
        mock.patch.object(merging, "_move_rows", slowly_moved),
    ):
        return together(
            lambda: handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=pin, now=world.now),
            lambda: merging.merge_titles(
                keep_id=factories.title().pk, merge_ids=[world.title.pk], actor=world.lin, now=world.now
            ),
        )


def meet(barrier: threading.Barrier) -> None:
    """Each waits until the other has its first locks, or a moment, when the lock itself holds the other back."""
    with suppress(threading.BrokenBarrierError):
        barrier.wait(1)


def test_a_handover_and_a_merge_at_once_never_wait_in_a_ring_C6(world: World) -> None:
    outcomes = _confirm_and_merge(world)
    assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
    assert Lending.objects.get().status == "on_loan"


def test_control_without_the_copies_and_requests_first_they_do(world: World) -> None:
    with mock.patch.object(merging, "_lock_copies"), mock.patch.object(titles_merging, "send"):
        outcomes = _confirm_and_merge(world)
    assert any(isinstance(outcome, OperationalError) for outcome in outcomes)


def _guess_at_once(world: World, book: str) -> Handover:
    copy = factories.copy(world.alice, factories.title(book), now=world.now)
    handover = steps.arranged(steps.agreed(world, holding=f"copy-{copy.pk}"), now=world.now)
    pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
    wrong = [f"{(int(pin) + n) % 1_000_000:06d}" for n in range(1, 13)]
    together(
        *[
            lambda p=p: handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=p, now=world.now)
            for p in wrong
        ]
    )
    handover.refresh_from_db()
    return handover


def _all_counted(handover: Handover) -> bool:
    return handover.wrong_tries == 5 and len(handover.pins_killed_at) == 1


def test_wrong_pins_at_once_are_all_counted_T_C1(world: World) -> None:
    assert _all_counted(_guess_at_once(world, "围城"))


def test_control_without_locks_wrong_pins_are_lost(world: World) -> None:
    with without_locks():
        counted = [_all_counted(_guess_at_once(world, book)) for book in ("围城", "活着", "白夜行", "边城", "呐喊")]
    assert not all(counted)


def _accept_and_withdraw(world: World) -> tuple[str, str]:
    """Both are on their way before either has written; the states in which ask and copy end."""
    ask = steps.asked(world)
    both_under_way, free, agree = threading.Barrier(2), copies.withdraw_copy, lendings.agree

    def slowly_off(**how: Any) -> object:
        meet(both_under_way)
        return free(**how)

    def slowly_agreed(*ask: Any, **how: Any) -> object:
        meet(both_under_way)
        return agree(*ask, **how)

    with mock.patch.object(copies, "withdraw_copy", slowly_off), mock.patch.object(lendings, "agree", slowly_agreed):
        together(
            lambda: asks.accept_ask(ask_id=ask.pk, actor=world.alice, now=world.now),
            lambda: custody.withdraw_copy(copy_id=world.copy.pk, actor=world.alice, now=world.now),
        )
    ask.refresh_from_db()
    world.copy.refresh_from_db()
    return ask.status, world.copy.status


def test_a_copy_is_promised_or_withdrawn_never_both_C4(world: World) -> None:
    assert _accept_and_withdraw(world) in {("accepted", "listed"), ("withdrawn", "withdrawn")}


def test_control_without_locks_a_withdrawn_copy_is_promised(world: World) -> None:
    with without_locks(), mock.patch.object(withdrawals, "withdraw_asks_for"):
        assert _accept_and_withdraw(world) == ("accepted", "withdrawn")


def test_two_requests_at_once_make_one_ask_for_a_copy(world: World) -> None:
    readers = [factories.reader() for _number in range(4)]
    outcomes = together(
        *[lambda r=r: requests.place_request(actor=r, title_id=world.title.pk, now=world.now) for r in readers]
    )
    assert {type(outcome) for outcome in outcomes} == {Request}
    assert Ask.objects.count() == 1


def test_two_tabs_do_not_pass_the_limit_of_open_requests_together(world: World) -> None:
    policy = CirculationPolicy.load()
    policy.open_requests = 1
    policy.save()
    titles = [factories.title(name).pk for name in ("围城", "活着", "白夜行", "边城")]
    outcomes = together(
        *[lambda t=t: requests.place_request(actor=world.bob, title_id=t, now=world.now) for t in titles]
    )
    assert Request.objects.count() == 1
    assert sum(isinstance(outcome, SharingError) for outcome in outcomes) == 3
    assert connection.vendor == "postgresql"
