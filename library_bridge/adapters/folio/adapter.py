"""FOLIO behind the port. It gives no charged item to another card: a transfer is a check-in and a checkout."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import isbnlib

from library_bridge.adapters.fields import Fields, fields_of, text, whole
from library_bridge.adapters.folio import messages
from library_bridge.adapters.folio.messages import Item, Loan, User, can_be_sent, cql
from library_bridge.adapters.folio.refusals import code_of
from library_bridge.adapters.folio.session import errors_of, read, session
from library_bridge.adapters.folio.settings import OPTIONS, settings_of
from library_bridge.adapters.http import Answer, before_the_write, json_of
from library_bridge.adapters.options import Values
from library_bridge.adapters.options import read as values_of
from library_bridge.models import Library
from library_bridge.ports import (
    BibliographicRecord,
    Capability,
    CheckInRecord,
    ItemRecord,
    ItemStatus,
    LibrarySystem,
    LoanList,
    LoanRecord,
    NotSupported,
    PatronRecord,
    Refused,
    Unavailable,
)

ABILITIES = frozenset(
    {Capability.RENEW, Capability.HOLD_COUNT, Capability.FIND_BY_ISBN, Capability.RECORDS, Capability.SET_DUE_DATE}
)
OPEN = 'status.name=="Open"'
MOST_ITEMS = 20  # of one ISBN
RECORDS_PAGE = 100

__all__ = ["OPTIONS", "FolioSystem", "make"]


class FolioSystem:
    def __init__(self, library: Library, now: datetime, values: Values) -> None:
        self.library, self.now = library, now
        self.capabilities = ABILITIES
        self._session = session(settings_of(values))
        self._pins = bool(values["pins"])
        self._service_point = str(values["service_point"])

    # questions

    def authenticate(self, card_number: str, pin: str) -> PatronRecord:
        if not self._pins:
            raise NotSupported
        user = self._find_user(card_number) if pin else None
        if user is None:
            raise Refused("wrong_pin")
        answer = self._session.ask("/patron-pin/verify", {"id": user.user_id, "pin": pin})
        if answer.status == 422:
            raise Refused("wrong_pin")
        if answer.status != 200:
            raise Unavailable(f"FOLIO answered {answer.status}")
        return self._record_of(user)

    def patron(self, card_number: str) -> PatronRecord:
        return self._record_of(self._user(card_number))

    def loans(self, card_number: str) -> LoanList:
        user = self._user(card_number)
        listed = self._session.rows(
            "/circulation/loans", "loans", f"({cql('userId', user.user_id)} and {OPEN}) sortby loanDate id"
        )
        loans = [messages.loan(row, self.library.zone) for row in listed.rows if messages.is_open(row)]
        if any(loan.user_id != user.user_id for loan in loans):
            raise Unavailable("the answer was for another card")
        known = {
            loan.barcode: messages.loan_record(loan, card_number, now=self.now)
            for loan in loans
            if loan.barcode and loan.due_at
        }
        ids = {loan.loan_id for loan in loans}  # a row may come again on the next page
        return LoanList(card_number, tuple(known.values()), complete=listed.complete and len(known) == len(ids))

    def item(self, barcode: str) -> ItemRecord:
        item = self._find_item(barcode)
        if item is None:
            return ItemRecord(barcode=barcode, status=ItemStatus.UNKNOWN)
        charged = self._charged(item)
        instance_id = charged.instance_id if charged and charged.instance_id else self._instance_of(item)
        record = messages.item_record(item, charged, self._waiting(item, instance_id), title_known=bool(instance_id))
        return replace(record, record_id=instance_id)

    def find_by_isbn(self, isbns: Sequence[str]) -> tuple[ItemRecord, ...]:
        """The search knows which items there are; where they are is asked of the inventory."""
        found: dict[str, ItemRecord] = {}
        for isbn in dict.fromkeys(filter(None, map(isbnlib.to_isbn13, isbns))):
            asked = {"query": cql("isbn", isbn), "expandAll": "true", "limit": "10"}
            instances = messages.listed(read(self._session.get("/search/instances", asked)), "instances")
            for barcode in [barcode for row in instances for barcode in messages.values(row.get("items"), "barcode")]:
                if len(found) < MOST_ITEMS and barcode not in found and can_be_sent(barcode):
                    found[barcode] = replace(self.item(barcode), isbn13=isbn)
        return tuple(record for record in found.values() if record.status != ItemStatus.UNKNOWN)

    def records(self) -> Iterator[BibliographicRecord]:
        offset = 0
        while True:
            asked = {"query": "cql.allRecords=1 sortby hrid", "limit": str(RECORDS_PAGE), "offset": str(offset)}
            rows = messages.listed(read(self._session.get("/inventory/instances", asked)), "instances")
            yield from map(messages.bibliographic_record, rows)
            if len(rows) < RECORDS_PAGE:
                return
            offset += RECORDS_PAGE

    # acts

    def check_out(self, card_number: str, barcode: str) -> LoanRecord:
        with before_the_write():
            user, item = self._user(card_number), self._known_item(barcode)
            if charged := self._charged(item):
                mine = charged.user_id == user.user_id
                raise Refused("already_on_card" if mine else "on_loan_to_other")
        body = {"itemBarcode": barcode, "userBarcode": card_number, "servicePointId": self._service_point}
        return self._charged_to(user, item, self._done(self._session.post("/circulation/check-out-by-barcode", body)))

    def check_in(self, barcode: str) -> CheckInRecord:
        """FOLIO takes anything in, also what is not out: only what is charged is sent. The time is that of the request, since
        an earlier one would change fines."""
        with before_the_write():
            if self._charged(self._known_item(barcode)) is None:
                raise Refused("not_on_loan")
        body = {
            "itemBarcode": barcode,
            "servicePointId": self._service_point,
            "checkInDate": self.now.astimezone(UTC).isoformat(timespec="milliseconds"),
            "sessionId": str(uuid4()),
        }
        done = self._done(self._session.post("/circulation/check-in-by-barcode", body))
        inside = fields_of(done.get("item"))
        if text(inside, "barcode") != barcode:
            raise Unavailable("the answer was for another item")
        if not isinstance(done.get("loan"), dict):
            raise Refused("not_on_loan")
        closed = messages.loan(done["loan"], self.library.zone)
        return CheckInRecord(barcode, messages.item_status(inside), closed.card_number or None)

    def renew(self, card_number: str, barcode: str) -> LoanRecord:
        with before_the_write():
            user, item = self._user(card_number), self._known_item(barcode)
            charged = self._charged(item)
            if charged is None:
                raise Refused("not_on_loan")
            if charged.user_id != user.user_id:
                raise Refused("on_loan_to_other")
        body = {"itemBarcode": barcode, "userBarcode": card_number}
        return self._charged_to(user, item, self._done(self._session.post("/circulation/renew-by-barcode", body)))

    def transfer(self, barcode: str, from_card: str, to_card: str) -> LoanRecord:
        raise NotSupported

    def set_due_date(self, card_number: str, barcode: str, due_at: datetime) -> None:
        with before_the_write():
            user, charged = self._user(card_number), self._charged(self._known_item(barcode))
            if charged is None or charged.user_id != user.user_id:
                raise Refused("not_on_loan")
        body = {"dueDate": due_at.astimezone(UTC).isoformat(timespec="milliseconds")}
        answer = self._session.post(f"/circulation/loans/{charged.loan_id}/change-due-date", body)
        if answer.status != 204:
            self._done(answer)

    # inside

    def _find_user(self, card_number: str) -> User | None:
        if not can_be_sent(card_number):
            return None
        rows = self._session.few("/users", "users", cql("barcode", card_number))
        if len(rows) > 1:
            raise Unavailable("several users for one barcode")
        users = [messages.user(row, self.library.zone) for row in rows]
        return users[0] if users and users[0].barcode == card_number else None

    def _user(self, card_number: str) -> User:
        user = self._find_user(card_number)
        if user is None:
            raise Refused("unknown_patron")
        return user

    def _record_of(self, user: User) -> PatronRecord:
        automated = read(self._session.get(f"/automated-patron-blocks/{user.user_id}"))
        manual = self._session.rows("/manualblocks", "manualblocks", cql("userId", user.user_id))
        blocked = messages.block_reason(
            messages.listed(automated, "automatedPatronBlocks"), manual.rows, now=self.now, zone=self.library.zone
        )
        asked = {"query": f"{cql('userId', user.user_id)} and {OPEN}", "limit": "0"}
        count = whole(fields_of(read(self._session.get("/circulation/loans", asked))), "totalRecords")
        return messages.patron_record(user, blocked, count, now=self.now)

    def _find_item(self, barcode: str) -> Item | None:
        if not can_be_sent(barcode):
            return None
        rows = self._session.few("/inventory/items", "items", cql("barcode", barcode))
        if len(rows) > 1:
            raise Unavailable("several items for one barcode")
        items = [messages.item(row) for row in rows]
        return items[0] if items and items[0].barcode == barcode else None

    def _known_item(self, barcode: str) -> Item:
        item = self._find_item(barcode)
        if item is None:
            raise Refused("unknown_item")
        return item

    def _charged(self, item: Item) -> Loan | None:
        """Who has it: none or one."""
        rows = self._session.few("/circulation/loans", "loans", f"{cql('itemId', item.item_id)} and {OPEN}")
        loans = [messages.loan(row, self.library.zone) for row in rows if messages.is_open(row)]
        if len(loans) > 1 or any(loan.item_id != item.item_id for loan in loans):
            raise Unavailable("the answer was for another item")
        return next(iter(loans), None)

    def _instance_of(self, item: Item) -> str:
        """ "" where our account may not see it."""
        if not messages.UUID.fullmatch(item.holdings_id):
            return ""
        answer = self._session.get(f"/holdings-storage/holdings/{item.holdings_id}")
        return "" if answer.status in (403, 404) else text(fields_of(read(answer)), "instanceId")

    def _waiting(self, item: Item, instance_id: str) -> list[messages.Waiting]:
        """Requests for this item, and those for its title. A list cut short is not believed: one may be missing."""
        subject = cql("itemId", item.item_id)
        if instance_id:
            subject = f"({subject} or {cql('instanceId', instance_id)})"
        listed = self._session.rows("/circulation/requests", "requests", f'{subject} and status=="Open*"')
        if not listed.complete:
            raise Unavailable("the list of requests can't be believed")
        return [messages.waiting(row) for row in listed.rows]

    def _charged_to(self, user: User, item: Item, row: Fields) -> LoanRecord:
        loan = messages.loan(row, self.library.zone)
        if (loan.user_id, loan.item_id, loan.barcode) != (user.user_id, item.item_id, item.barcode):
            raise Unavailable("the answer was for another loan")
        return messages.loan_record(loan, user.barcode, now=self.now)

    def _done(self, answer: Answer) -> Fields:
        """Refused where FOLIO says that it did nothing; anything in doubt is Unavailable, for it may have happened (R5)."""
        if answer.status in (400, 403, 404, 422):
            raise Refused(code_of(errors_of(answer)))
        if answer.status not in (200, 201):
            raise Unavailable(f"FOLIO answered {answer.status}")
        return fields_of(json_of(answer))


def make(library: Library, now: datetime) -> LibrarySystem:
    """Raises Misconfigured."""
    return FolioSystem(library, now, values_of(OPTIONS, library.settings))
