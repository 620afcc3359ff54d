"""Cards: sign-in, standing, and the list of loans, all by Patron Information (63), which gives all three in one answer."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from library_bridge.adapters.sip2 import answers, lists
from library_bridge.adapters.sip2.answers import ListedItem, PatronAnswer
from library_bridge.adapters.sip2.lists import Charged
from library_bridge.adapters.sip2.memory import Memory
from library_bridge.adapters.sip2.messages import BadFrame, Message
from library_bridge.adapters.sip2.moment import Moment
from library_bridge.adapters.sip2.requests import NotSendable, Page, Requests, Summary
from library_bridge.ports import ItemRecord, ItemStatus, LoanList, LoanRecord, PatronRecord, Refused


@dataclass(frozen=True, slots=True)
class Patrons:
    _ask: Callable[[Message], Message]
    _requests: Requests
    _moment: Moment
    _memory: Memory
    _item: Callable[[str], ItemRecord]

    def authenticate(self, card_number: str, pin: str, *, now: datetime) -> PatronRecord:
        """Any PIN would do on a card that has none, so an empty one is never asked about."""
        if not pin.strip():
            raise Refused("wrong_pin")
        try:
            found = self._asked(card_number, pin=pin, summary=Summary.CHARGED, now=now)
        except (NotSendable, BadFrame):
            raise Refused("wrong_pin") from None
        if not found.signed_in:
            raise Refused("wrong_pin")
        self._moment.told(card_number, found, with_list=True)
        return found.record

    def patron(self, card_number: str, *, now: datetime) -> PatronRecord:
        found = self._moment.patron(card_number, with_list=False) or self._known(card_number, None, now=now)
        return replace(found.record, card_number=card_number)

    def loans(self, card_number: str, *, now: datetime) -> LoanList:
        first, charged = self._charged(card_number, now=now)
        records = self._records(card_number, charged.items)
        self._moment.told(card_number, first, with_list=False)
        loans = tuple(_loans(card_number, charged.items, records, may_renew=first.may_renew))
        return LoanList(card_number, loans, complete=charged.complete and len(loans) == len(charged.items))

    def barcodes(self, card_number: str, *, now: datetime) -> set[str]:
        return {item.barcode for item in self._charged(card_number, now=now)[1].items}

    # inside

    def _charged(self, card_number: str, *, now: datetime) -> tuple[PatronAnswer, Charged]:
        first = self._moment.patron(card_number, with_list=True) or self._known(card_number, Summary.CHARGED, now=now)

        def page(wanted: Page) -> PatronAnswer:
            return self._known(card_number, Summary.CHARGED, page=wanted, now=now)

        settings = self._requests.settings
        charged = lists.charged(first, page, settings)
        if settings.profile.overdue_apart:
            late = lists.listed_in(self._known(card_number, Summary.OVERDUE, now=now), settings)
            charged = lists.together(charged, late)
        return first, charged

    def _known(
        self, card_number: str, summary: Summary | None, *, page: Page | None = None, now: datetime
    ) -> PatronAnswer:
        try:
            found = self._asked(card_number, summary=summary, page=page, now=now)
        except (NotSendable, BadFrame):
            raise Refused("unknown_patron") from None
        if not found.is_known:
            raise Refused("unknown_patron")
        return found

    def _asked(
        self,
        card_number: str,
        *,
        pin: str = "",
        summary: Summary | None = None,
        page: Page | None = None,
        now: datetime,
    ) -> PatronAnswer:
        message = self._ask(self._requests.patron(card_number, pin=pin, summary=summary, page=page, now=now))
        settings = self._requests.settings
        return answers.patron(message, card_number, settings, today=now.astimezone(settings.zone).date())

    def _records(self, card_number: str, items: Iterable[ListedItem]) -> Mapping[str, ItemRecord]:
        """What the list itself, this moment and the short memory do not tell is asked item by item, while time lasts."""
        wanted = [item.barcode for item in items if item.due_at is None]
        found = self._memory.of(card_number, wanted) | self._moment.items()
        end = time.monotonic() + self._requests.settings.profile.timeout_s
        fresh: list[ItemRecord] = []
        for barcode in wanted:
            if barcode not in found and time.monotonic() < end:
                fresh.append(self._item(barcode))
        self._memory.keep(card_number, [record for record in fresh if record.due_at])
        return found | {record.barcode: record for record in fresh}


def _loans(
    card_number: str, items: Iterable[ListedItem], records: Mapping[str, ItemRecord], *, may_renew: bool
) -> Iterable[LoanRecord]:
    """Without an item of that barcode, or a due date that can be read, there is nothing to show: the list is then cut."""
    for item in items:
        told = ItemRecord(item.barcode, ItemStatus.CHARGED, item.title)
        record = records.get(item.barcode, told)
        if due_at := item.due_at or record.due_at:
            yield answers.loan(record, card_number, due_at, may_renew=may_renew)
