"""What this service remembers of a SIP2 system, for all its processes: titles and due dates, because its lists are bare barcodes,
and the answer that a sign-in brought.

Without it each look at a list of n loans would cost 1 + n questions. A title stays what it is; a due date counts for the card
that had the item then, as long as the caller says; any act on the item, by any process, ends it, so that nothing is ever
decided on a date from before an act. No PIN, no name and no card number stands in the cache, only a keyed mark of the card.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from django.core.cache import cache
from django.utils.crypto import salted_hmac

from library_bridge.adapters.sip2.answers import PatronAnswer
from library_bridge.ports import ItemRecord

TITLES = 14 * 24 * 3600  # seconds
ANSWER = 60  # seconds: as long as the list of loans may come after the sign-in
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """An item as the system told it at `at`, while it was on the card of that mark."""

    at: datetime
    mark: str
    item: ItemRecord


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one library."""

    library_id: int

    # items

    def of(self, barcodes: Iterable[str]) -> dict[str, Seen]:
        keys = {self._key(barcode): barcode for barcode in barcodes}
        found: dict[str, Seen] = cache.get_many(list(keys)) if keys else {}
        return {keys[key]: seen for key, seen in found.items()}

    def keep(self, card_number: str, items: Iterable[ItemRecord], *, now: datetime) -> None:
        mark = self.mark(card_number)
        if rows := {self._key(item.barcode): Seen(now, mark, item) for item in items}:
            cache.set_many(rows, TITLES)

    def saw(self, item: ItemRecord, *, now: datetime) -> None:
        """A newer word about what is remembered."""
        if seen := cache.get(self._key(item.barcode)):
            cache.set(self._key(item.barcode), replace(seen, at=now, item=item), TITLES)

    def forget(self, barcode: str) -> None:
        """All but the title; an answer that lists the item and came before counts no more."""
        cache.set(self._acted(barcode), True, ANSWER)
        if seen := cache.get(self._key(barcode)):
            cache.set(self._key(barcode), replace(seen, mark=NOBODY), TITLES)

    # sign-ins

    def keep_answer(self, card_number: str, answer: PatronAnswer, *, now: datetime) -> None:
        nameless = replace(answer, record=replace(answer.record, name=""), signed_in=False)
        cache.set(self._answer(card_number), (now, nameless), ANSWER)

    def take_answer(self, card_number: str) -> tuple[datetime, PatronAnswer] | None:
        """Given out once."""
        key = self._answer(card_number)
        kept: tuple[datetime, PatronAnswer] | None = cache.get(key)
        return kept if kept and cache.delete(key) else None

    def forget_answer(self, card_number: str) -> None:
        cache.delete(self._answer(card_number))

    def is_acted_on(self, barcodes: Iterable[str]) -> bool:
        """Any of them, since an answer that is still kept."""
        return bool(cache.get_many([self._acted(barcode) for barcode in barcodes]))

    # keys

    def mark(self, card_number: str) -> str:
        return salted_hmac("library_bridge.sip2", card_number.casefold()).hexdigest()

    def _key(self, barcode: str) -> str:
        return f"sip2:{self.library_id}:item:{_digest(barcode)}"

    def _acted(self, barcode: str) -> str:
        return f"sip2:{self.library_id}:acted:{_digest(barcode)}"

    def _answer(self, card_number: str) -> str:
        return f"sip2:{self.library_id}:answer:{self.mark(card_number)}"


def _digest(barcode: str) -> str:
    return sha256(barcode.encode()).hexdigest()[:32]
