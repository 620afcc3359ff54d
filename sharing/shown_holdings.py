"""The holdings of one title as a reader may see them, for page and API: what, where, until when; never who (P2)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from library_bridge.models import Reader
from library_bridge.ports import ItemStatus
from personal_catalog.languages import join_names
from personal_catalog.models import Copy, CopyPhoto
from personal_catalog.models.photos import photographs
from sharing import copy_journeys, holdings
from sharing.holdings import CopyHolding, Holding, LoanHolding
from sharing.library_items import LibraryItem, OnRecord
from sharing.models import CirculationPolicy, Lending


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
    offered: bool = False
    """Its holder is done with it: who asks has it at once."""
    own: bool = False
    """The reader's own copy, with the reader already, or still on their card: nothing to ask for."""
    borrowed: bool = False
    """In the reader's hands, and not their own: on their card and not handed over, or another reader's copy."""
    lending_id: int | None = None
    """By which the reader has borrowed it."""
    call_number: str = ""
    library: str = ""
    """The name of the library that has it, where there are several."""
    branch: str = ""
    condition: str = ""
    """Of a copy, as in Copy.Condition."""
    note: str = ""
    photos: tuple[CopyPhoto, ...] = ()
    """Of a copy, those that the reader may see."""
    journey: str = ""
    """The label number of a drifting copy whose journey is told."""
    checked_at: datetime | None = None
    may_hold: bool = False
    """A hold can be placed with the library from here: its items of this title are all out, and this is the first of them."""

    @property
    def place(self) -> str:
        """Where to fetch it."""
        return join_names(part for part in (self.library, self.branch) if part)

    @property
    def may_ask(self) -> bool:
        return self.free and not self.own and self.kind != "library_item"


def of_title(
    title_id: int, *, record: OnRecord, reader: Reader | None, policy: CirculationPolicy, now: datetime
) -> list[ShownHolding]:
    """Copies and loans, free ones first, then the libraries’ items that are none of those loans. Three queries."""
    found = holdings.of_title_with_pictures(title_id, reader=reader, policy=policy, now=now)
    lent = {(one.loan.library_id, one.loan.barcode) for one in found if isinstance(one, LoanHolding)}
    shown = [_shown(holding, reader, several=record.several) for holding in found]
    return shown + list(items(record, but=lent))


def _photos(copy: Copy, *, own: bool) -> tuple[CopyPhoto, ...]:
    """As `CopyPhoto.objects.visible_to` has it."""
    marks: str | None = getattr(copy, "photo_marks", None)
    return tuple(photographs(marks)) if own or copy.status == Copy.Status.LISTED else ()


def _shown(holding: Holding, reader: Reader | None, *, several: bool) -> ShownHolding:
    if isinstance(holding, LoanHolding):
        return _shown_loan(holding, reader, several=several)
    assert isinstance(holding, CopyHolding)
    copy = holding.copy
    own = reader is not None and reader.pk in (copy.holder_id, copy.owner_id)
    borrowed = reader is not None and reader.pk == copy.holder_id != copy.owner_id
    return ShownHolding(
        holding.key, holding.kind, holding.mode, holding.status, holding.free, holding.area, holding.due_at,
        offered=holding.offered, own=own, borrowed=borrowed,
        lending_id=holding.lending.pk if borrowed and holding.lending else None,
        condition=copy.condition, note=copy.note, photos=_photos(copy, own=own), journey=copy_journeys.of_copy(copy),
    )  # fmt: skip


def _shown_loan(holding: LoanHolding, reader: Reader | None, *, several: bool) -> ShownHolding:
    loan = holding.loan
    own = reader is not None and loan.patron.reader_id == reader.pk
    here = holding.lending is None or holding.lending.status == Lending.Status.AGREED  # else it has been handed over
    return ShownHolding(
        holding.key, holding.kind, holding.mode, holding.status, holding.free, holding.area, holding.due_at, holding.reason,
        offered=holding.offered, own=own, borrowed=own and here,
        call_number=loan.call_number, checked_at=loan.checked_at,
        library=loan.library.name if several else "",
    )  # fmt: skip


def items(record: OnRecord, *, but: Collection[tuple[int, str]] = ()) -> Iterator[ShownHolding]:
    """What the libraries have, but for these barcodes; what stands on a shelf first."""
    status = {ItemStatus.AVAILABLE: "available", ItemStatus.CHARGED: "on_loan"}
    ours = [
        one
        for one in record.items
        if (one.library.pk, one.record.barcode) not in but and one.record.status != ItemStatus.UNKNOWN
    ]
    waits_for = _held_by(ours)
    for one in sorted(ours, key=_place):
        item = one.record
        yield ShownHolding(
            f"item-{one.library.pk}-{item.barcode}", "library_item", "library", status.get(item.status, "not_available"),
            item.status == ItemStatus.AVAILABLE, due_at=item.due_at, call_number=item.call_number, branch=item.branch,
            library=one.library.name if record.several else "", may_hold=one in waits_for,
        )  # fmt: skip


def _held_by(items: list[LibraryItem]) -> list[LibraryItem]:
    """Of each library one item by which a hold can be placed: none where one stands on the shelf."""
    on_shelf = {one.library.pk for one in items if one.record.status == ItemStatus.AVAILABLE}
    first: dict[int, LibraryItem] = {}
    for one in sorted(items, key=_place):
        can_wait = one.record.status == ItemStatus.CHARGED and one.record.for_loan is not False
        if one.takes_holds and can_wait and one.library.pk not in on_shelf:
            first.setdefault(one.library.pk, one)
    return list(first.values())


def _place(one: LibraryItem) -> tuple[bool, str, str, str]:
    return (one.record.status != ItemStatus.AVAILABLE, one.library.code, one.record.branch, one.record.barcode)
