"""Live updates: one stream of server-sent events a browser. A push says only "something of yours changed"; the page then
fetches what it may see, so nothing private travels here and a lost push costs a reload at most.

One poller a process reads the newest events every half second, however many streams are open; a process that dies takes
only its own streams along. What happened between the making of a page and the opening of its stream is told first.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.utils import timezone

from sharing.models import DomainEvent

T = TypeVar("T")
Allowed = Callable[[], Awaitable[bool]]

EVERY = 0.5  # seconds between looks
OVERLAP = timedelta(seconds=20)  # a transaction may commit after a later one: look back and remember what was seen
COMMITTED_WITHIN = timedelta(seconds=2)  # from its record to its commit, as a rule far less
LONG_AGO = timedelta(minutes=10)  # a page as old as this is told to fetch without a look
HEARTBEAT = 15.0  # seconds; also how soon a closed session ends its stream, whether it is quiet or rings
MOST = 10  # streams of one reader in one process (T-R11)
CHANGED = "event: changed\ndata: 1\n\n"
ALIVE = ": alive\n\n"


class Poller:
    """Wakes the streams of those readers whose pages changed. Lives as long as its process has streams."""

    def __init__(self) -> None:
        self.streams: dict[int, set[asyncio.Event]] = {}
        self.task: asyncio.Task[None] | None = None
        self.looking = asyncio.Event()
        self.seen: dict[int, float] = {}

    def is_full(self, reader_id: int) -> bool:
        return len(self.streams.get(reader_id, ())) >= MOST

    async def join(self, reader_id: int) -> asyncio.Event:
        """From its return on no event of this reader is missed."""
        bell = asyncio.Event()
        self.streams.setdefault(reader_id, set()).add(bell)
        if self.task is None or self.task.done():
            self.looking = asyncio.Event()
            self.task = asyncio.get_running_loop().create_task(self._run())
        await self.looking.wait()
        return bell

    def leave(self, reader_id: int, bell: asyncio.Event) -> None:
        self.streams.get(reader_id, set()).discard(bell)
        if not self.streams.get(reader_id):
            self.streams.pop(reader_id, None)

    async def _run(self) -> None:
        self.seen = dict.fromkeys([pk for pk, _audience in await _read(_recent)], time.monotonic())
        self.looking.set()
        while self.streams:
            await asyncio.sleep(EVERY)
            for pk, audience in await _read(_recent):
                if pk not in self.seen:
                    self._ring(audience)
                self.seen[pk] = time.monotonic()
            self._forget()

    def _ring(self, audience: list[int]) -> None:
        for reader_id in audience:
            for bell in self.streams.get(reader_id, ()):
                bell.set()

    def _forget(self) -> None:
        old = time.monotonic() - 2 * OVERLAP.total_seconds()
        self.seen = {pk: at for pk, at in self.seen.items() if at > old}


async def _read(ask: Callable[..., T], *args: object) -> T:
    """In the thread of this stream. The connection goes back at once, whoever opened it: a stream lives for hours."""

    def read() -> T:
        try:
            return ask(*args)
        finally:
            close_old_connections()

    return await sync_to_async(read)()


def _recent() -> list[tuple[int, list[int]]]:
    return _events_after(timezone.now() - OVERLAP)


def _events_after(moment: datetime) -> list[tuple[int, list[int]]]:
    return list(DomainEvent.objects.filter(recorded_at__gt=moment).order_by().values_list("pk", "audience"))


def _changed_since(reader_id: int, moment: datetime | None) -> bool:
    """Whether a page made at that moment may lack something. A short while before counts too, for what was not yet committed."""
    if moment is None or moment < timezone.now() - LONG_AGO:
        return True
    return any(reader_id in audience for _pk, audience in _events_after(moment - COMMITTED_WITHIN))


poller = Poller()


async def stream(reader_id: int, *, still_allowed: Allowed, since: datetime | None) -> AsyncIterator[str]:
    """`since`: when the page was made, or None where that is not known. Empty for a reader who has enough of them."""
    if poller.is_full(reader_id):
        return
    bell = await poller.join(reader_id)
    try:
        changed = await _read(_changed_since, reader_id, since)
        yield "retry: 2000\n\n" + (CHANGED if changed else ALIVE)
        asked = time.monotonic()
        while True:
            rang = await _rang(bell)
            if not rang or time.monotonic() - asked >= HEARTBEAT:
                allowed = await still_allowed()
                await _read(bool)
                if not allowed:
                    return
                asked = time.monotonic()
            yield CHANGED if rang else ALIVE
    finally:
        poller.leave(reader_id, bell)


async def _rang(bell: asyncio.Event) -> bool:
    """True as soon as it rings, False when it has not within a heartbeat."""
    try:
        await asyncio.wait_for(bell.wait(), HEARTBEAT)
    except TimeoutError:
        return False
    bell.clear()
    return True
