"""One line of the date-due slip."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Row:
    what: str
    note: str = ""
    at: datetime | None = None
    when: str = ""
    """Words in place of a date."""
    state: str = ""
    """"", "next" or "later"."""
    acts: bool = False
    """The next one, where it waits for the viewer or its date binds."""
