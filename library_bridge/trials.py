"""What a library system does with an item that is out, found out with one item and two cards of the library's own.

The item has to lie on the shelf, with nobody waiting for it. Whatever is found, it is brought back there: by one check-in,
after a read that shows it on one of the two cards, and never twice because of silence.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from library_bridge import cards
from library_bridge.loans import believe_loan, why_not_item
from library_bridge.ports import ItemStatus, NotSupported, Refused, Unavailable
from library_bridge.watching import OK, Watched


@dataclass(slots=True)
class Trial:
    watched: Watched
    barcode: str
    first: str
    second: str
    found: dict[str, Any] = field(default_factory=dict)
    check_in_unanswered: bool = False

    def why_not(self) -> str:
        """Why nothing is tried, one of `library_bridge.reasons`; "" when all is fit for it. Reads only."""
        if cards.same(self.first, self.second):
            return "same_card"
        item = self.watched.ask("item", partial(self.watched.system.item, self.barcode))
        if item.status == ItemStatus.CHARGED:
            return "on_loan_to_other"
        if item.status != ItemStatus.AVAILABLE:
            return why_not_item(item)
        if item.hold_count:
            return "hold_by_other"
        records = (self.watched.ask("patron", partial(self.watched.system.patron, card)) for card in self._cards)
        return next((record.blocked_reason for record in records if record.blocked_reason), "")

    def run(self) -> None:
        """Raises nothing of the port's: what goes wrong is a finding."""
        try:
            with suppress(Unavailable, NotSupported):  # noted in the calls; then only the way back is left
                self._try()
        finally:
            self.found["as_it_was"] = self._bring_back()

    @property
    def _cards(self) -> tuple[str, str]:
        return self.first, self.second

    def _try(self) -> None:
        self.found["check_out"] = self._check_out(self.first)
        if self.found["check_out"] != OK:
            return
        self.found["listed_at_once"] = self._holders() == [self.first]
        said = self._check_out(self.second)
        self.found["check_out_while_out"] = self._what_it_did(said)
        self.found["check_out_while_out_said"] = said
        if len(self._holders()) == 1:
            self._check_in("check_in")
            self._check_in("check_in_of_what_is_in")

    def _check_out(self, card: str) -> str:
        system = self.watched.system
        try:
            record = self.watched.ask("check_out", partial(system.check_out, card, self.barcode))
        except Refused as refusal:
            return refusal.code
        believe_loan(record, card, self.barcode)
        return OK

    def _what_it_did(self, said: str) -> str:
        holders = self._holders()
        if len(holders) == 2:
            return "charges both cards"
        if not holders:
            return "charges neither card"
        if holders == [self.second]:
            return "moves" if said == OK else "moves and says that it refuses"
        return "refuses" if said != OK else "stays and says ok"

    def _check_in(self, name: str) -> None:
        system = self.watched.system
        try:
            record = self.watched.ask("check_in", partial(system.check_in, self.barcode))
        except Refused as refusal:
            self.found[name] = refusal.code
        except Unavailable:
            self.check_in_unanswered = True
            raise
        else:
            self.found[name] = OK
            self.found[f"{name}_puts_it"] = record.status.value
            self.found[f"{name}_names_the_card"] = record.card_number is not None

    def _holders(self) -> list[str]:
        system = self.watched.system
        lists = {card: self.watched.ask("loans", partial(system.loans, card)) for card in self._cards}
        return [card for card, listed in lists.items() if listed.of(self.barcode)]

    def _bring_back(self) -> bool:
        try:
            if self._holders() and not self.check_in_unanswered:
                self._check_in("brought_back")
            item = self.watched.ask("item", partial(self.watched.system.item, self.barcode))
            return not self._holders() and item.status == ItemStatus.AVAILABLE
        except (Unavailable, Refused, NotSupported):
            return False
