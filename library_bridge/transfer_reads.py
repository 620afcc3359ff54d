"""What the library system says about one transfer at one moment: item, both lists, the taker's card."""

from dataclasses import dataclass, replace
from typing import Any

from library_bridge.models import Transfer
from library_bridge.ports import (
    ItemRecord,
    ItemStatus,
    LibrarySystem,
    LoanList,
    LoanRecord,
    NotSupported,
    Refused,
    Unavailable,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """`taker_refusal` is why the taker's card can't borrow now, "" when it can."""

    item: ItemRecord
    giver: LoanList
    taker: LoanList
    taker_refusal: str

    @property
    def on_giver(self) -> LoanRecord | None:
        return self.giver.of(self.item.barcode)

    @property
    def on_taker(self) -> LoanRecord | None:
        return self.taker.of(self.item.barcode)

    @property
    def complete(self) -> bool:
        return self.giver.complete and self.taker.complete

    @property
    def tells(self) -> bool:
        """Whether they say where the loan is, or that it is on neither card."""
        return self.complete or self.on_giver is not None or self.on_taker is not None

    def after_check_in(self) -> "Facts":
        """The item lies on the desk: what a believed check-in answer says, so that the checkout follows at once."""
        kept = tuple(loan for loan in self.giver.loans if loan.barcode != self.item.barcode)
        return replace(
            self, item=replace(self.item, status=ItemStatus.AVAILABLE), giver=replace(self.giver, loans=kept)
        )

    def detail(self) -> dict[str, Any]:
        """For the step's row: no card, no name."""
        return {
            "item": self.item.status.value,
            "holds": self.item.hold_count,
            "recalled": self.item.recalled,
            "on_giver": self.on_giver is not None,
            "on_taker": self.on_taker is not None,
            "complete": self.complete,
            "taker_refusal": self.taker_refusal,
        }


def read(system: LibrarySystem, transfer: Transfer) -> Facts:
    """Four questions. An answer for another item or card is not believed (I4)."""
    item = _item(system, transfer.barcode)
    return Facts(
        item=item,
        giver=_loans(system, transfer.giver.card_number),
        taker=_loans(system, transfer.taker.card_number),
        taker_refusal=_refusal(system, transfer.taker.card_number),
    )


def _item(system: LibrarySystem, barcode: str) -> ItemRecord:
    """A question that was refused has no answer: asked again later."""
    try:
        item = system.item(barcode)
    except Refused as refusal:
        raise Unavailable(refusal.reason or refusal.code) from None
    if item.barcode != barcode:
        raise Unavailable("the answer was for another item")
    return item


def _loans(system: LibrarySystem, card_number: str) -> LoanList:
    """A card that does not exist has no loans; a list refused for any other reason, or never given, proves no absence."""
    try:
        listed = system.loans(card_number)
    except NotSupported:
        return LoanList(card_number, (), complete=False)
    except Refused as refusal:
        return LoanList(card_number, (), complete=refusal.code == "unknown_patron")
    if listed.card_number != card_number:
        raise Unavailable("the answer was for another card")
    return listed


def _refusal(system: LibrarySystem, card_number: str) -> str:
    try:
        record = system.patron(card_number)
    except Refused as refusal:
        return refusal.code
    if record.card_number != card_number:
        raise Unavailable("the answer was for another card")
    return record.blocked_reason
