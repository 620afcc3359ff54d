"""The stream of a reader's open page: it says that something changed, and never what."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from unittest import mock

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from library_bridge.models import Reader
from sharing import live
from tests.sharing import browsers, steps
from tests.sharing.conftest import World

pytestmark = pytest.mark.django_db

CHANGED, ALIVE = "event: changed", ": alive"


async def _yes() -> bool:
    return True


async def _no() -> bool:
    return False


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "EVERY", 0.01)
    monkeypatch.setattr(live, "poller", live.Poller())
    monkeypatch.setattr(live, "close_old_connections", lambda: None)  # here a stream shares the test's own


def _listen(reader: Reader, since: datetime | None, *, during: Callable[[], object] | None = None) -> list[str]:
    """The first words of a stream, and the next after something happened."""

    async def heard() -> list[str]:
        words: AsyncIterator[str] = live.stream(reader.pk, still_allowed=_yes, since=since)
        said = [await anext(words)]
        if during:
            await sync_to_async(during)()
            said.append(await asyncio.wait_for(anext(words), 10))
        await words.aclose()  # type: ignore[attr-defined]
        return said

    return async_to_sync(heard)()


def test_what_happened_while_the_page_travelled_is_told_first(world: World) -> None:
    page_made_at = timezone.now()
    steps.asked(world)
    assert CHANGED in _listen(world.alice, page_made_at)[0]


def test_a_page_that_lacks_nothing_is_left_alone(world: World) -> None:
    steps.asked(world)
    assert ALIVE in _listen(world.alice, timezone.now() + timedelta(seconds=5))[0]


def test_a_page_of_unknown_age_is_told_to_look(world: World) -> None:
    assert CHANGED in _listen(world.alice, None)[0]


def test_an_event_rings_at_the_one_it_concerns(world: World) -> None:
    first, then = _listen(world.alice, timezone.now(), during=lambda: steps.asked(world))
    assert ALIVE in first
    assert CHANGED in then


def test_p2_nothing_rings_at_charlies(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.2)
    _first, then = _listen(world.charlie, timezone.now(), during=lambda: steps.asked(world))
    assert then == live.ALIVE


def test_t_r10_a_closed_session_ends_its_stream(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.01)

    async def words() -> list[str]:
        return [word async for word in live.stream(world.bob.pk, still_allowed=_no, since=timezone.now())]

    assert len(async_to_sync(words)()) == 1


def test_t_r10_a_closed_session_ends_a_stream_that_never_falls_silent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)

    async def words() -> list[str]:
        said = []
        async for word in live.stream(world.bob.pk, still_allowed=_no, since=timezone.now()):
            said.append(word)
            live.poller._ring([world.bob.pk])
            await asyncio.sleep(0.01)
        return said

    async def heard() -> list[str]:
        return await asyncio.wait_for(words(), 10)

    assert CHANGED in async_to_sync(heard)()[1]


def test_t_r11_a_reader_has_so_many_streams_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST", 2)
    bob, charlie = browsers.of(world.bob), browsers.of(world.charlie)

    async def heard() -> tuple[int, int, list[str]]:
        streams = [live.stream(world.bob.pk, still_allowed=_yes, since=None) for _ in range(3)]
        for words in streams[:2]:
            await anext(words)
        more = [word async for word in streams[2]]
        statuses = [(await sync_to_async(who.get)(reverse("live"))).status_code for who in (bob, charlie)]
        for words in streams:
            await words.aclose()  # type: ignore[attr-defined]
        return (*statuses, more)

    assert async_to_sync(heard)() == (429, 200, [])
    assert live.poller.streams == {}


def test_nobody_listens_without_signing_in(client: Client) -> None:
    assert client.get(reverse("live")).status_code == 204


@pytest.mark.parametrize("since", ["", "yesterday", "2026-13-40T00:00:00Z", "2026-11-24T10:00:00", "%00"])
def test_a_moment_that_is_none_is_taken_for_unknown(world: World, since: str) -> None:
    answer = browsers.of(world.bob).get(reverse("live"), {"since": since})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/event-stream"


def test_every_page_names_the_moment_it_was_made(world: World) -> None:
    with browsers.at(world.now):
        shown = browsers.seen(browsers.of(world.bob), "/todo/")
    assert f"{reverse('live')}?since=2026-11-24T02%3A00%3A00" in shown


def test_a_stream_keeps_no_connection_of_the_pool(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    gone_back = mock.Mock()
    monkeypatch.setattr(live, "close_old_connections", gone_back)
    _listen(world.alice, timezone.now())
    assert gone_back.called
