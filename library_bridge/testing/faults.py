"""What goes wrong on a line, said beforehand: each fault strikes once, at the next call of its operation."""

from collections import Counter
from enum import StrEnum
from threading import Lock

ANY = "*"


class Fault(StrEnum):
    DROP_FIRST = "drop_first"  # the line breaks before anything was done
    DO_AND_DROP = "do_and_drop"  # done, and the line breaks without an answer
    HALF = "half"  # done, and half of the answer arrives
    LATE = "late"  # done, and the answer comes after the caller's patience
    TWICE = "twice"  # done once, answered twice
    OUT_OF_ORDER = "out_of_order"  # done, and the answer to the question before comes first
    GARBLED = "garbled"  # done, and the answer can't be read: a wrong checksum, broken JSON, broken XML
    OTHER_ITEM = "other_item"  # done, and the answer names another item or card
    LIE_OK = "lie_ok"  # says that it was done, and has done nothing
    LIE_REFUSED = "lie_refused"  # has done it, and says that it refused


class Script:
    """Shared between the test and the server's threads."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.late_by = 1.0  # seconds
        self._lock = Lock()
        self._ahead: dict[str, list[Fault]] = {}

    def will(self, operation: str, *faults: Fault) -> None:
        """At its next calls, one after the other; `ANY` stands for every operation that has none of its own."""
        with self._lock:
            self._ahead.setdefault(operation, []).extend(faults)

    def called(self, operation: str) -> Fault | None:
        """Counts the call and takes the fault that is due, if any. Operations are named as the port's methods."""
        with self._lock:
            self.calls[operation] += 1
            ahead = self._ahead.get(operation) or self._ahead.get(ANY)
            return ahead.pop(0) if ahead else None

    def forget(self) -> None:
        with self._lock:
            self.calls.clear()
            self._ahead.clear()
