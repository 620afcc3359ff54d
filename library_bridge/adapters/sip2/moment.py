"""What one caller was told a moment ago, so that its next question need not go over the line again."""

import time
from dataclasses import dataclass, field

from library_bridge.adapters.sip2.answers import PatronAnswer
from library_bridge.ports import ItemRecord

SECONDS = 5.0


@dataclass(slots=True)
class Moment:
    """A patron's answer is given out once; an item's as long as the moment lasts. An act ends the moment."""

    _patron: tuple[float, str, bool, PatronAnswer] | None = None
    _items: dict[str, tuple[float, ItemRecord]] = field(default_factory=dict)

    def told(self, card_number: str, answer: PatronAnswer, *, with_list: bool) -> None:
        self._patron = (time.monotonic(), card_number, with_list, answer)

    def patron(self, card_number: str, *, with_list: bool) -> PatronAnswer | None:
        kept, self._patron = self._patron, None
        if kept is None:
            return None
        at, whose, has_list, answer = kept
        fits = whose == card_number and (has_list or not with_list)
        return answer if fits and time.monotonic() - at < SECONDS else None

    def saw(self, item: ItemRecord) -> None:
        self._items[item.barcode] = (time.monotonic(), item)

    def items(self) -> dict[str, ItemRecord]:
        oldest = time.monotonic() - SECONDS
        return {barcode: item for barcode, (at, item) in self._items.items() if at > oldest}

    def pass_by(self) -> None:
        self._patron = None
        self._items.clear()
