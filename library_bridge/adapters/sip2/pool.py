"""The lines of one library in one process: kept open, lent to one thread at a time, in the order of asking."""

import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from library_bridge.adapters.sip2 import layouts
from library_bridge.adapters.sip2.connection import Broken, Line
from library_bridge.adapters.sip2.messages import BadFrame, Message
from library_bridge.adapters.sip2.settings import Settings
from library_bridge.ports import Unavailable

BUSY_S = 5


class Turns:
    """A number of places; who waits longest is next, and nobody slips in before."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    def take(self, *, end: float) -> bool:
        with self._lock:
            if self._free and not self._waiting:
                self._free -= 1
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(max(0.0, end - time.monotonic())):
            return True
        with self._lock:
            if mine.is_set():  # at the last moment
                return True
            self._waiting.remove(mine)
            return False

    def give(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


class Pool:
    """`ask` is all that anybody needs. A question goes out a second time, on a new line, where the first one broke; an act
    does only if not one byte of it had gone out."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._turns = Turns(settings.profile.pool_size)
        self._lock = threading.Lock()
        self._idle: list[Line] = []
        self._broom: threading.Timer | None = None
        self._next_at = 0.0

    def ask(self, request: Message) -> Message:
        """Raises Unavailable, and BadFrame for what can't be sent."""
        end = time.monotonic() + self.settings.profile.timeout_s
        with self._turn(end):
            self._pace(end)
            try:
                return self._ask(request, end)
            except Broken as first:
                if first.silent or (first.sent and request.code in layouts.ACTS):
                    raise _unavailable(first) from None
            try:
                return self._ask(request, end)
            except Broken as second:
                raise _unavailable(second) from None

    def about(self) -> Message | None:
        """The server's own word about itself (98), None where it is not asked for it."""
        end = time.monotonic() + self.settings.profile.timeout_s
        with self._turn(end):
            line = self._line(end)
            self._keep(line)
            return line.about

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
            if self._broom:
                self._broom.cancel()
        for line in idle:
            line.close()

    # inside

    def _ask(self, request: Message, end: float) -> Message:
        line = self._line(end)
        try:
            answer = line.ask(request, end=end)
        except BadFrame:
            self._keep(line)  # nothing went out
            raise
        self._keep(line)
        return answer

    @contextmanager
    def _turn(self, end: float) -> Iterator[None]:
        if not self._turns.take(end=end):
            raise Unavailable("all lines are busy", BUSY_S, nothing_sent=True)
        try:
            yield
        finally:
            self._turns.give()

    def _line(self, end: float) -> Line:
        while True:
            with self._lock:
                line = self._idle.pop() if self._idle else None
            if line is None:
                return Line(self.settings, end=end)
            if line.is_fresh():
                return line
            line.close()

    def _keep(self, line: Line) -> None:
        if line.is_open:
            with self._lock:
                self._idle.append(line)
                self._sweep_later()

    def _sweep_later(self) -> None:
        """Where licences are counted by line, a line that is not needed here is another process's. Under the lock."""
        if self._broom is None and self._idle:
            self._broom = threading.Timer(self.settings.profile.idle_close_s, self._sweep)
            self._broom.daemon = True
            self._broom.start()

    def _sweep(self) -> None:
        oldest = time.monotonic() - self.settings.profile.idle_close_s
        with self._lock:
            old = [line for line in self._idle if line.idle_since <= oldest]
            self._idle = [line for line in self._idle if line.idle_since > oldest]
            self._broom = None
            self._sweep_later()
        for line in old:
            line.close()

    def _pace(self, end: float) -> None:
        """No more requests a second than the library allows."""
        if not (rate := self.settings.profile.max_requests_per_s):
            return
        with self._lock:
            at = max(self._next_at, time.monotonic())
            if at > end:
                raise Unavailable("too many requests at once", BUSY_S, nothing_sent=True)
            self._next_at = at + 1 / rate
        time.sleep(max(0.0, at - time.monotonic()))


def _unavailable(broken: Broken) -> Unavailable:
    return Unavailable(broken.reason, nothing_sent=not broken.sent)


_pools: dict[int, Pool] = {}
_pools_lock = threading.Lock()


def pool_for(library_id: int, settings: Settings) -> Pool:
    """A library whose settings have changed gets new lines."""
    with _pools_lock:
        pool = _pools.get(library_id)
        if pool is not None and pool.settings == settings:
            return pool
        _pools[library_id] = fresh = Pool(settings)
    if pool is not None:
        pool.close()
    return fresh


def close_all() -> None:
    with _pools_lock:
        pools = list(_pools.values())
        _pools.clear()
    for pool in pools:
        pool.close()


def _leave_to_the_parent() -> None:
    """A forked process must not speak on its parent's lines, nor wait for a lock that one of its threads held."""
    global _pools_lock
    _pools_lock = threading.Lock()
    _pools.clear()


os.register_at_fork(after_in_child=_leave_to_the_parent)
