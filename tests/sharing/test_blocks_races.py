"""A block in the very moment of a wave, on PostgreSQL: the ask is not made, or is let go again. With its control."""

import threading
from typing import Any
from unittest import mock

import pytest

from sharing import blocks, requests, waves
from sharing.models import Ask
from tests import factories
from tests.races import together, without_locks
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.test_races import world as world  # on tables that every thread sees

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PATIENCE = 0.4  # seconds that the wave gives the block to come before it, if it can


def _at_once(world: World) -> list[object]:
    """The wave has looked for blocks already when the block begins."""
    conversation = steps.asked(world).conversation
    other = factories.copy(world.alice, factories.title("运筹学"), now=world.now)
    looked, done, put = threading.Event(), threading.Event(), waves._put_to

    def put_slowly(*said: Any) -> Ask | None:
        looked.set()
        done.wait(PATIENCE)
        return put(*said)

    def block() -> None:
        looked.wait()
        blocks.block_reader(conversation_id=conversation.pk, actor=world.alice, now=world.now)
        done.set()

    with mock.patch.object(waves, "_put_to", put_slowly):
        return together(lambda: requests.place_request(actor=world.bob, holding_key=other.key, now=world.now), block)


def test_t_c8_no_ask_between_the_two_is_left(world: World) -> None:
    assert not [outcome for outcome in _at_once(world) if isinstance(outcome, Exception)]
    assert not Ask.objects.waiting().exists()


def test_control_without_locks_one_is_left(world: World) -> None:
    with without_locks():
        _at_once(world)
    assert Ask.objects.waiting().exists()
