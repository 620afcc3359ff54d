"""What a charged item was a short while ago: title and due date for a list that SIP2 gives as bare barcodes.

Without it each look at a list of n loans would cost 1 + n questions. A list says itself whether the item is still on the card;
any act on the item, by any process, forgets it first, so that nothing is ever decided on a date from before an act.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.core.cache import cache
from django.utils.crypto import salted_hmac

from library_bridge.ports import ItemRecord

SECONDS = 300


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one library. No card number stands in the cache, only a keyed mark of it."""

    library_id: int

    def of(self, card_number: str, barcodes: Iterable[str]) -> dict[str, ItemRecord]:
        keys = {self._key(barcode): barcode for barcode in barcodes}
        mark = self._mark(card_number)
        found = cache.get_many(list(keys)) if keys else {}
        return {keys[key]: record for key, (whose, record) in found.items() if whose == mark}

    def keep(self, card_number: str, records: Iterable[ItemRecord]) -> None:
        mark = self._mark(card_number)
        rows = {self._key(record.barcode): (mark, record) for record in records}
        if rows:
            cache.set_many(rows, SECONDS)

    def forget(self, barcode: str) -> None:
        cache.delete(self._key(barcode))

    def _key(self, barcode: str) -> str:
        return f"sip2:{self.library_id}:{sha256(barcode.encode()).hexdigest()[:32]}"

    def _mark(self, card_number: str) -> str:
        return salted_hmac("library_bridge.sip2", card_number).hexdigest()
