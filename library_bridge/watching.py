"""A library system under an operator's eyes: each call is timed, and its outcome is a word."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, TypeVar

from library_bridge.ports import LibrarySystem, NotSupported, Refused, Unavailable

T = TypeVar("T")

OK = "ok"


@dataclass(frozen=True, slots=True)
class Call:
    """`outcome`: ok, the code of a refusal, unavailable or not_supported. No card and no barcode in it."""

    operation: str
    outcome: str
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        return {"operation": self.operation, "outcome": self.outcome, "seconds": round(self.seconds, 3)}


@dataclass(slots=True)
class Watched:
    system: LibrarySystem
    calls: list[Call] = field(default_factory=list)

    def ask(self, operation: str, act: Callable[[], T]) -> T:
        """Raises what `act` raises, noted."""
        begun = perf_counter()
        outcome = OK
        try:
            return act()
        except Refused as refusal:
            outcome = refusal.code
            raise
        except Unavailable:
            outcome = "unavailable"
            raise
        except NotSupported:
            outcome = "not_supported"
            raise
        finally:
            self.calls.append(Call(operation, outcome, perf_counter() - begun))
