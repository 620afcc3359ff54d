"""Asking several at once, against the clock."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


def together(asks: Mapping[str, Callable[[], Answer]], *, seconds: float) -> dict[str, Answer]:
    """The answers that came within so many seconds, by name. Each is asked in a thread of its own, which must not touch
    the database; who fails or is late is left out."""
    told: queue.SimpleQueue[tuple[str, list[Answer]]] = queue.SimpleQueue()

    def run(name: str, ask: Callable[[], Answer]) -> None:
        try:
            told.put((name, [ask()]))
        except Exception:  # whatever it was, this one has no answer
            logger.warning("%s could not be asked", name, exc_info=True)
            told.put((name, []))

    for name, ask in asks.items():
        threading.Thread(target=run, args=(name, ask), daemon=True, name=f"lookup {name}").start()
    end, answered = time.monotonic() + seconds, dict[str, Answer]()
    for _each in asks:
        try:
            name, answer = told.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        if answer:
            answered[name] = answer[0]
    return answered
