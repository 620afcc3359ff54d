"""What every command needs: the rows to choose from, and whether it had to be refused."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from library_bridge.models import Reader
from personal_catalog.errors import CopyAway, CopyWithdrawn
from personal_catalog.models import Copy
from sharing.errors import SharingError
from tests.sharing.model import campus as campuses
from tests.sharing.model.beside import Beside
from tests.sharing.model.campus import Campus
from tests.sharing.model.looking import Row, look
from tests.sharing.model.watching import Watch, writes

REFUSALS = (SharingError, CopyAway, CopyWithdrawn, Copy.DoesNotExist)
NUMBER = st.integers(0, 11)
READER = st.integers(0, 3)


class Chooses(RuleBasedStateMachine):
    campus: Campus
    watch: Watch
    """Both made once, and rolled back after each sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.campus.script = campuses.Script()
        self.campus.now = self.start = self.campus_start
        self.model = Beside(look())
        self.in_order, self.written = True, writes()

    campus_start: datetime

    # choosing

    def _pick(self, noun: str, number: int, *statuses: str) -> tuple[int, Row] | None:
        rows = [(pk, row) for pk, row in self.model.of(noun) if not statuses or row.status in statuses]
        return rows[number % len(rows)] if rows else None

    def _reader(self, pk: int) -> Reader:
        return next(reader for reader in self.campus.readers if reader.pk == pk)

    def _does(self, act: Callable[[], Any], *, may_fail: bool = False, must_fail: bool = False) -> bool:
        """True when it was done. `may_fail`: the library, a limit or a condition outside the model may be against it."""
        try:
            act()
        except REFUSALS as refusal:
            if not may_fail and not must_fail:
                raise AssertionError(f"refused: {refusal!r}") from refusal
            return False
        assert not must_fail, "this should have been refused"
        return True

    @property
    def today(self) -> Any:
        return timezone.localdate(self.campus.now)
