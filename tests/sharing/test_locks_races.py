"""Copies before readers, on PostgreSQL: what locks both never waits in a ring. With its controls."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connection

from library_bridge.models import Reader
from personal_catalog import copies, tags
from personal_catalog.models import Copy
from sharing import erasing, offers, profiles, requests, waves
from tests.races import together
from tests.sharing.conftest import World
from tests.sharing.test_races import meet
from tests.sharing.test_races import world as world  # on tables that every thread sees

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LOCKS = tuple(f'FOR NO KEY UPDATE OF "{model._meta.db_table}"' for model in (Copy, Reader))
Act = Callable[[], object]


def _at_once(*acts: Act) -> list[object]:
    """Each waits for the others once it has its first copy or reader."""
    all_hold = threading.Barrier(len(acts))

    def stopping(act: Act) -> object:
        stopped = list[bool]()

        def stop(execute: Callable[..., Any], sql: str, *said: Any) -> Any:
            answer = execute(sql, *said)
            if not stopped and any(lock in sql for lock in LOCKS):
                stopped.append(True)
                meet(all_hold)
            return answer

        with connection.execute_wrapper(stop):
            return act()

    return together(*(partial(stopping, act) for act in acts))


def _wave(world: World) -> Act:
    """About to ask Alice for her copy, who has agreed beforehand."""
    terms = {"same_area": False, "days_before_due": 7, "per_week": 1}
    offers.give_standing_consent(holding_key=world.copy.key, actor=world.alice, now=world.now, **terms)  # type: ignore[arg-type]
    copies.pause_copy(copy_id=world.copy.pk, actor=world.alice, now=world.now)
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    copies.resume_copy(copy_id=world.copy.pk, actor=world.alice, now=world.now)
    return partial(waves.serve_title, title_id=request.title_id, now=world.now)


def _tag(world: World) -> Act:
    changes = {"tags": ["Holidays"]}
    return lambda: copies.update_copy(copy_id=world.copy.pk, actor=world.alice, changes=changes, now=world.now)


def _move(world: World) -> Act:
    said = {"display_name": "Alice", "area": None, "language": "en", "theme": "auto"}
    return lambda: profiles.update_profile(actor=world.alice, now=world.now, **said)


def _erase(world: World) -> Act:
    erasure = erasing.ask_erasure(actor=world.alice, now=world.now)
    return partial(erasing.erase_account, erasure_id=erasure.pk, now=erasure.act_at)


PAIRS = [(_tag, _wave), (_move, _wave), (_erase, _tag)]


@pytest.mark.parametrize("pair", PAIRS)
def test_a_copy_is_locked_before_its_reader_so_that_nobody_waits_in_a_ring(world: World, pair: Any) -> None:
    outcomes = _at_once(*(act(world) for act in pair))
    assert not any(isinstance(outcome, OperationalError) for outcome in outcomes), outcomes


def _reader_first(copy_id: int, actor: Reader) -> Copy:
    tags.lock(actor)
    return Copy.objects.select_for_update(of=("self",), no_key=True).get(pk=copy_id)


def _no_copies_in(module: Any) -> AbstractContextManager[object]:
    return mock.patch.object(module, "locks", SimpleNamespace(copies=list))


CONTROLS = [
    partial(mock.patch.object, copies, "_lock_own", _reader_first),
    partial(_no_copies_in, profiles),
    partial(_no_copies_in, erasing),
]


@pytest.mark.parametrize(("pair", "turned_round"), list(zip(PAIRS, CONTROLS, strict=True)))
def test_control_with_the_reader_first_they_do(world: World, pair: Any, turned_round: Any) -> None:
    acts = [act(world) for act in pair]
    with turned_round():
        outcomes = _at_once(*acts)
    assert any(isinstance(outcome, OperationalError) for outcome in outcomes), outcomes
