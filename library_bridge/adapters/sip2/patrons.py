"""Cards: sign-in, standing, and the list of loans, all by Patron Information (63), which gives all three in one answer."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from library_bridge.adapters.sip2 import answers, lists
from library_bridge.adapters.sip2.answers import ListedItem, PatronAnswer
from library_bridge.adapters.sip2.lists import Charged
from library_bridge.adapters.sip2.memory import Memory
from library_bridge.adapters.sip2.messages import BadFrame, Message
from library_bridge.adapters.sip2.moment import Moment
from library_bridge.adapters.sip2.requests import NotSendable, Page, Requests, Summary
from library_bridge.ports import ItemRecord, ItemStatus, LoanList, LoanRecord, NotSupported, PatronRecord, Refused

MOMENT = timedelta(minutes=5)
DAY = timedelta(hours=26)  # from one nightly look at every card to the next


@dataclass(frozen=True, slots=True)
class Told:
    """`at` is None for what is told now."""

    item: ItemRecord
    at: datetime | None = None


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
        if not self._requests.settings.profile.patron_information:
            return found.record
        self._moment.told(card_number, found, with_list=True)
        self._memory.keep_answer(found.record.card_number, found, now=now)
        return found.record

    def patron(self, card_number: str, *, now: datetime) -> PatronRecord:
        found = self._moment.patron(card_number, with_list=False) or self._known(card_number, None, now=now)
        return replace(found.record, card_number=card_number)

    def loans(self, card_number: str, *, now: datetime) -> LoanList:
        first = self._moment.patron(card_number, with_list=True) or self._known(card_number, Summary.CHARGED, now=now)
        charged = self._charged(card_number, first, now=now)
        listed = self._listed(card_number, first, charged, since=now - MOMENT, now=now)
        self._moment.told(card_number, first, with_list=False)
        return listed

    def glance(self, card_number: str, *, now: datetime) -> LoanList:
        """See `ports.Remembers`."""
        kept = self._memory.take_answer(card_number)
        first = kept[1] if kept else self._known(card_number, Summary.CHARGED, now=now)
        charged = self._charged(card_number, first, now=now)
        if kept and self._memory.is_acted_on(item.barcode for item in charged.items):
            return self.loans(card_number, now=now)
        listed = self._listed(card_number, first, charged, since=now - DAY, now=now)
        return replace(listed, as_of=kept[0]) if kept else listed

    def barcodes(self, card_number: str, *, now: datetime) -> set[str]:
        first = self._moment.patron(card_number, with_list=True) or self._known(card_number, Summary.CHARGED, now=now)
        return {item.barcode for item in self._charged(card_number, first, now=now).items}

    # inside

    def _charged(self, card_number: str, first: PatronAnswer, *, now: datetime) -> Charged:
        def page(wanted: Page) -> PatronAnswer:
            return self._known(card_number, Summary.CHARGED, page=wanted, now=now)

        settings = self._requests.settings
        charged = lists.charged(first, page, settings)
        if settings.profile.overdue_apart:
            late = lists.listed_in(self._known(card_number, Summary.OVERDUE, now=now), settings)
            charged = lists.together(charged, late)
        return charged

    def _listed(
        self, card_number: str, first: PatronAnswer, charged: Charged, *, since: datetime, now: datetime
    ) -> LoanList:
        records = self._records(card_number, charged.items, since=since, now=now)
        loans = tuple(_loans(card_number, charged.items, records, may_renew=first.may_renew))
        return LoanList(card_number, loans, complete=charged.complete and len(loans) == len(charged.items))

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
        settings = self._requests.settings
        if settings.profile.patron_information:
            message = self._ask(self._requests.patron(card_number, pin=pin, summary=summary, page=page, now=now))
        elif summary is None or pin:
            message = self._ask(self._requests.patron_status(card_number, pin=pin, now=now))
        else:
            raise NotSupported
        return answers.patron(message, card_number, settings, today=now.astimezone(settings.zone).date())

    def _records(
        self, card_number: str, items: Iterable[ListedItem], *, since: datetime, now: datetime
    ) -> Mapping[str, Told]:
        """What the list itself, this moment and the memory since then do not tell is asked item by item, while time lasts."""
        known = self._remembered(card_number, items, since=since)
        known |= {barcode: Told(record) for barcode, record in self._moment.items().items()}
        end = time.monotonic() + self._requests.settings.profile.timeout_s
        fresh: list[ItemRecord] = []
        for item in items:
            if item.barcode not in known and time.monotonic() < end:
                fresh.append(self._item(item.barcode))
        self._memory.keep(card_number, [record for record in fresh if record.due_at or record.title], now=now)
        return known | {record.barcode: Told(record) for record in fresh}

    def _remembered(self, card_number: str, items: Iterable[ListedItem], *, since: datetime) -> dict[str, Told]:
        """Who lists due dates needs the title only, and that may be an old one."""
        mark = self._memory.mark(card_number)
        seen = self._memory.of(item.barcode for item in items if not (item.due_at and item.title))
        known = {item.barcode: Told(_as_listed(item)) for item in items if item.due_at and item.title}
        for item in items:
            if (one := seen.get(item.barcode)) is None:
                continue
            if item.due_at and one.item.title:
                known[item.barcode] = Told(replace(_as_listed(item), title=one.item.title))
            elif one.mark == mark and one.at >= since and one.item.due_at:
                known[item.barcode] = Told(one.item, one.at)
        return known


def _as_listed(item: ListedItem) -> ItemRecord:
    return ItemRecord(item.barcode, ItemStatus.CHARGED, item.title, due_at=item.due_at)


def _loans(
    card_number: str, items: Iterable[ListedItem], records: Mapping[str, Told], *, may_renew: bool
) -> Iterator[LoanRecord]:
    """Without an item of that barcode, or a due date that can be read, there is nothing to show: the list is then cut."""
    for item in items:
        told = records.get(item.barcode, Told(_as_listed(item)))
        if due_at := item.due_at or told.item.due_at:
            made = answers.loan(told.item, card_number, due_at, may_renew=may_renew)
            yield replace(made, as_of=told.at)
