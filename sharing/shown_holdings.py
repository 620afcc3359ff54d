"""The holdings of one title as a reader may see them, for page and API: what, where, until when; never who (P2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from library_bridge.models import Reader
from library_bridge.ports import ItemRecord, ItemStatus
from sharing import holdings
from sharing.holdings import CopyHolding, Holding, LoanHolding
from sharing.models import CirculationPolicy


@dataclass(frozen=True)
class ShownHolding:
    key: str
    kind: str
    """personal_copy, library_loan or library_item."""
    mode: str
    status: str
    """Of copies and loans as in `holdings`; of library items available, on_loan or not_available."""
    free: bool
    """Can be asked for now, or fetched from the library's shelf."""
    area: str = ""
    due_at: datetime | None = None
    reason: str = ""
    """The code of what stands against passing a loan on."""
    own: bool = False
    """The reader's own copy, or with the reader already: nothing to ask for."""
    call_number: str = ""
    branch: str = ""
    condition: str = ""
    """Of a copy, as in Copy.Condition."""
    note: str = ""
    checked_at: datetime | None = None

    @property
    def may_ask(self) -> bool:
        return self.free and not self.own and self.kind != "library_item"


def of_title(
    title_id: int, *, items: Sequence[ItemRecord] = (), reader: Reader | None, policy: CirculationPolicy, now: datetime
) -> list[ShownHolding]:
    """Copies and loans, free ones first, then the library's items that are none of those loans. Three queries."""
    found = holdings.of_title(title_id, policy=policy, now=now)
    lent = {holding.loan.barcode for holding in found if isinstance(holding, LoanHolding)}
    return [_shown(holding, reader) for holding in found] + list(_items(items, but=lent))


def _shown(holding: Holding, reader: Reader | None) -> ShownHolding:
    if isinstance(holding, LoanHolding):
        return _shown_loan(holding, reader)
    assert isinstance(holding, CopyHolding)
    copy = holding.copy
    return ShownHolding(
        holding.key, holding.kind, holding.mode, holding.status, holding.free, holding.area, holding.due_at,
        own=reader is not None and reader.pk in (copy.holder_id, copy.owner_id),
        condition=copy.condition, note=copy.note,
    )  # fmt: skip


def _shown_loan(holding: LoanHolding, reader: Reader | None) -> ShownHolding:
    loan = holding.loan
    return ShownHolding(
        holding.key, holding.kind, holding.mode, holding.status, holding.free, holding.area, holding.due_at, holding.reason,
        own=reader is not None and loan.patron.reader_id == reader.pk, call_number=loan.call_number, checked_at=loan.checked_at,
    )  # fmt: skip


def _items(items: Iterable[ItemRecord], *, but: set[str]) -> Iterable[ShownHolding]:
    status = {ItemStatus.AVAILABLE: "available", ItemStatus.CHARGED: "on_loan"}
    ours = [item for item in items if item.barcode not in but and item.status != ItemStatus.UNKNOWN]
    for item in sorted(ours, key=lambda item: (item.status != ItemStatus.AVAILABLE, item.branch, item.barcode)):
        yield ShownHolding(
            f"item-{item.barcode}", "library_item", "library", status.get(item.status, "not_available"),
            item.status == ItemStatus.AVAILABLE, due_at=item.due_at, call_number=item.call_number, branch=item.branch,
        )  # fmt: skip
