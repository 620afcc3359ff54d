"""The journeys' own guard: without it two requests are inside at once, and one outlives its test."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from tests.journeys.turnstile import Turnstile


class Inside:
    """An application that counts who is in it; whoever is alone waits a moment for company."""

    def __init__(self) -> None:
        self.most, self._here, self._lock, self.company = 0, 0, threading.Lock(), threading.Event()

    def __call__(self, _handler: Any, _environ: dict[str, Any], _start: Callable[..., object]) -> Iterable[bytes]:
        with self._lock:
            self._here += 1
            self.most = max(self.most, self._here)
            if self._here > 1:
                self.company.set()
        self.company.wait(0.2)
        with self._lock:
            self._here -= 1
        return [b"answer"]


def _three_at_once(application: Callable[..., Iterable[bytes]]) -> None:
    threads = [threading.Thread(target=application, args=(None, {}, lambda *_said: None)) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_one_request_is_inside_at_a_time() -> None:
    inside = Inside()
    _three_at_once(Turnstile().around(inside))
    assert inside.most == 1


def test_control_without_it_there_are_several() -> None:
    inside = Inside()
    _three_at_once(lambda *call: inside(*call))
    assert inside.most > 1


def test_closed_it_lets_nobody_in() -> None:
    inside, turnstile, said = Inside(), Turnstile(), []
    turnstile.close()
    assert turnstile.around(inside)(None, {}, lambda status, _headers: said.append(status)) == []
    assert (inside.most, said) == (0, ["503 Service Unavailable"])
