"""What can be wrong with one record, in words for whoever has to mend it."""

from dataclasses import dataclass


class Unusable(ValueError):
    """This record can't be taken over: why, and how to mend it. The next one can."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.reason, self.mend = reason, mend


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that was left out: the how many-th, its control number where one can be read, why, and how to mend it."""

    number: int
    name: str
    reason: str
    mend: str

    def __str__(self) -> str:
        name = f" ({self.name})" if self.name else ""
        return f"record {self.number}{name}: {self.reason}; {self.mend}"
