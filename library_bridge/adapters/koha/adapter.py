"""Koha behind the port: REST API v1, and SIP2 beside it for what the API lacks.

A loan moves by one checkout: the same request that a librarian confirms at the desk returns it from the one card and issues it
to the other. It is sent only when everything else was read and the only thing to confirm is that the giver has it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from library_bridge.adapters.fields import can_be_sent, text
from library_bridge.adapters.http import Answer, before_the_write, json_of
from library_bridge.adapters.koha import alongside, catalogue, messages, records
from library_bridge.adapters.koha.abilities import Abilities, abilities_of
from library_bridge.adapters.koha.messages import Checkout, Item, Patron
from library_bridge.adapters.koha.refusals import CHECK_OUT, HOLD, RENEWAL, code_of, reasons_in
from library_bridge.adapters.koha.session import error_of, read, session
from library_bridge.adapters.koha.settings import OPTIONS, settings_of
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


class KohaSystem:
    def __init__(self, library: Library, now: datetime, values: Values) -> None:
        self.library, self.now = library, now
        self._values = values
        self._session = session(settings_of(values))
        self._fine_limit = int(values["fine_limit"])
        self._sip2 = alongside.sip2_system(library, now)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this installation describes. Raises Unavailable."""
        able = self.abilities
        offered = {
            Capability.HOLD_COUNT: True,
            Capability.RENEW: bool(able.renews),
            Capability.TRANSFER: self._moves,
            Capability.FIND_BY_ISBN: able.lists_biblios,
            Capability.RECORDS: able.lists_biblios,
            Capability.PLACE_HOLD: able.places_holds,
        }
        return frozenset(capability for capability, has in offered.items() if has)

    @cached_property
    def abilities(self) -> Abilities:
        """Raises Unavailable."""
        return abilities_of(self.library, self._session, str(self._values["base_url"]))

    @property
    def _moves(self) -> bool:
        able = self.abilities
        return self._values["direct_checkout"] == "auto" and able.checks_out and able.availability

    # questions

    def authenticate(self, card_number: str, pin: str) -> PatronRecord:
        """The identifier may also be somebody's user name: only the card's own number signs in."""
        if not pin or not can_be_sent(card_number):
            raise Refused("wrong_pin")
        if not self.abilities.checks_pins:
            return self._beside().authenticate(card_number, pin)
        answer = self._validation("identifier", card_number, pin)
        if answer.status == 400 and "errors" in error_of(answer):
            answer = self._validation("userid", card_number, pin)  # as older versions call it
        if answer.status in (400, 403) and "required_permissions" not in error_of(answer):
            raise Refused("wrong_pin")
        if answer.status not in (200, 201):
            raise Unavailable(f"Koha answered {answer.status}")
        if messages.validated_card(json_of(answer)) != card_number:
            raise Refused("wrong_pin")
        return self.patron(card_number)

    def patron(self, card_number: str) -> PatronRecord:
        patron = self._patron(card_number)
        count = self._session.get("/checkouts", {"patron_id": str(patron.patron_id), "_per_page": "1"})
        read(count)
        return records.patron_record(
            patron,
            in_debt=self._in_debt(patron),
            loan_count=catalogue.total(count),
            today=self.now.astimezone(self.library.zone).date(),
        )

    def loans(self, card_number: str) -> LoanList:
        patron = self._patron(card_number)
        listed = self._session.rows("/checkouts", {"patron_id": str(patron.patron_id)})
        checkouts = messages.checkouts(listed.rows, self.library.zone)
        if any(checkout.patron_id != patron.patron_id for checkout in checkouts):
            raise Unavailable("the answer was for another card")
        items = catalogue.items_of(self._session, self.abilities, [checkout.item_id for checkout in checkouts])
        known = {
            items[checkout.item_id].barcode: records.loan_record(
                checkout, items[checkout.item_id], card_number, now=self.now
            )
            for checkout in checkouts
            if checkout.due_at and checkout.item_id in items and items[checkout.item_id].barcode
        }
        whole = listed.complete and len(known) == len(checkouts)
        return LoanList(card_number, tuple(known.values()), complete=whole)

    def item(self, barcode: str) -> ItemRecord:
        item = self._find_item(barcode)
        if item is None:
            return ItemRecord(barcode=barcode, status=ItemStatus.UNKNOWN)
        [record] = self._item_records(item.biblio.biblio_id, [item])
        return record

    def find_by_isbn(self, isbns: Sequence[str]) -> tuple[ItemRecord, ...]:
        if Capability.FIND_BY_ISBN not in self.capabilities:
            raise NotSupported
        found: list[ItemRecord] = []
        for biblio in catalogue.biblios_of(self._session, isbns):
            items = [replace(item, biblio=biblio) for item in catalogue.items_in(self._session, biblio.biblio_id)]
            found += self._item_records(biblio.biblio_id, [item for item in items if item.barcode])
        return tuple(found)

    def records(self) -> Iterator[BibliographicRecord]:
        if Capability.RECORDS not in self.capabilities:
            raise NotSupported
        return catalogue.records(self._session)

    # acts

    def check_out(self, card_number: str, barcode: str) -> LoanRecord:
        if not self.abilities.checks_out:
            return self._beside().check_out(card_number, barcode)
        with before_the_write():
            patron, item = self._patron(card_number), self._known_item(barcode)
            if charged := self._charged(item):
                mine = charged.patron_id == patron.patron_id
                raise Refused("already_on_card" if mine else "on_loan_to_other")
            self._ask_availability(patron, item, holder=None)
        return self._issue(patron, item, token="")

    def transfer(self, barcode: str, from_card: str, to_card: str) -> LoanRecord:
        """Only while `from_card` has it and nobody waits for it, on the item or on its title."""
        if not self._moves:
            raise NotSupported
        with before_the_write():
            giver, taker, item = self._patron(from_card), self._patron(to_card), self._known_item(barcode)
            charged = self._charged(item)
            if charged is None:
                raise Refused("not_on_loan")
            if charged.patron_id != giver.patron_id:
                mine = charged.patron_id == taker.patron_id
                raise Refused("already_on_card" if mine else "not_on_givers_card")
            if any(hold.is_on(item.item_id) for hold in catalogue.holds_on(self._session, item.biblio.biblio_id)):
                raise Refused("hold_by_other")
            token = self._ask_availability(taker, item, holder=giver.patron_id)
        return self._issue(taker, item, token=token)

    def check_in(self, barcode: str) -> CheckInRecord:
        """Koha's API has none."""
        return self._beside().check_in(barcode)

    def renew(self, card_number: str, barcode: str) -> LoanRecord:
        if not self.abilities.renews:
            raise NotSupported
        with before_the_write():
            patron, item = self._patron(card_number), self._known_item(barcode)
            charged = self._charged(item)
            if charged is None:
                raise Refused("not_on_loan")
            if charged.patron_id != patron.patron_id:
                raise Refused("on_loan_to_other")
            path = f"/checkouts/{charged.checkout_id}"
            may = messages.renewability(self._session.one(f"{path}/allows_renewal"))
            if not may.allowed:
                raise Refused(code_of([may.error], RENEWAL))
        answer = self._session.post(f"{path}/{self.abilities.renews}", {})
        renewed = self._done(answer, patron, item, RENEWAL)
        may = replace(may, left=max(0, may.left - 1)) if may.left is not None else may
        return records.loan_record(
            renewed, item, card_number, now=self.now, renewability=replace(may, allowed=may.left != 0)
        )

    def place_hold(self, card_number: str, barcode: str) -> None:
        """On any item of the title, to be fetched at the patron's own library."""
        if not self.abilities.places_holds:
            raise NotSupported
        with before_the_write():
            patron, item = self._patron(card_number), self._known_item(barcode)
            if any(
                hold.patron_id == patron.patron_id for hold in catalogue.holds_on(self._session, item.biblio.biblio_id)
            ):
                raise Refused("hold_exists")
        where = {"biblio_id": item.biblio.biblio_id, "pickup_library_id": patron.library_id}
        answer = self._session.post("/holds", {"patron_id": patron.patron_id, **where})
        if answer.status in (400, 403, 404, 409):
            raise Refused(code_of(reasons_in(text(error_of(answer), "error")), HOLD))
        if answer.status not in (200, 201):
            raise Unavailable(f"Koha answered {answer.status}")

    # inside

    def _beside(self) -> LibrarySystem:
        if self._sip2 is None:
            raise NotSupported
        return self._sip2

    def _validation(self, name: str, card_number: str, pin: str) -> Answer:
        return self._session.ask("/auth/password/validation", {name: card_number, "password": pin})

    def _patron(self, card_number: str) -> Patron:
        """Exactly this number: a list of several is an answer to another question (R3)."""
        if not can_be_sent(card_number):
            raise Refused("unknown_patron")
        asked = {"cardnumber": card_number, "_match": "exact", "_per_page": "2"}
        found = messages.patrons(read(self._session.get("/patrons", asked)))
        if len(found) > 1:
            raise Unavailable("several patrons for one card number")
        if not found or found[0].card_number != card_number:
            raise Refused("unknown_patron")
        return found[0]

    def _in_debt(self, patron: Patron) -> bool:
        if not self._fine_limit:
            return False
        return messages.debt(self._session.one(f"/patrons/{patron.patron_id}/account")) > self._fine_limit

    def _find_item(self, barcode: str) -> Item | None:
        return catalogue.item_of(self._session, self.abilities, barcode) if can_be_sent(barcode) else None

    def _known_item(self, barcode: str) -> Item:
        item = self._find_item(barcode)
        if item is None:
            raise Refused("unknown_item")
        return item

    def _charged(self, item: Item) -> Checkout | None:
        return catalogue.checkouts_of(self._session, [item.item_id], self.library.zone).get(item.item_id)

    def _item_records(self, biblio_id: int, items: Sequence[Item]) -> list[ItemRecord]:
        """What stands on shelves may be on its way between branches, where Koha tells it."""
        charged = catalogue.checkouts_of(
            self._session, [item.item_id for item in items if item.charged], self.library.zone
        )
        still = [item.item_id for item in items if not item.charged and not item.lost]
        moving = catalogue.in_transit(self._session, self.abilities, biblio_id, still)
        holds = catalogue.holds_on(self._session, biblio_id) if items else []
        return [
            records.item_record(replace(item, in_transit=item.item_id in moving), charged.get(item.item_id), holds)
            for item in items
        ]

    def _ask_availability(self, patron: Patron, item: Item, *, holder: int | None) -> str:
        """The token of a checkout with nothing to confirm but that `holder` has the item. Raises Refused."""
        if not self.abilities.availability:
            return ""
        asked = {"patron_id": str(patron.patron_id), "item_id": str(item.item_id)}
        found = messages.availability(self._session.one("/checkouts/availability", asked))
        expected = frozenset({"ISSUED_TO_ANOTHER"}) if holder is not None else frozenset[str]()
        if reasons := found.blockers | (found.confirms - expected):
            raise Refused(code_of(reasons, CHECK_OUT))
        if holder is None or not found.confirms:
            return ""  # with AutoReturnCheckedOutItems there is nothing to confirm: the read before said who has it
        if found.holder not in (None, holder):
            raise Refused("not_on_givers_card")
        return found.token

    def _issue(self, patron: Patron, item: Item, *, token: str) -> LoanRecord:
        body = {"patron_id": patron.patron_id, "item_id": item.item_id}
        answer = self._session.post("/checkouts", body, {"confirmation": token} if token else None)
        checkout = self._done(answer, patron, item, CHECK_OUT)
        return records.loan_record(checkout, item, patron.card_number, now=self.now)

    def _done(self, answer: Answer, patron: Patron, item: Item, table: dict[str, str]) -> Checkout:
        """Refused where Koha says that it did nothing; anything in doubt is Unavailable, for it may have happened (R5)."""
        if answer.status in (400, 403, 404, 409, 412):
            error = error_of(answer)
            raise Refused(code_of([*reasons_in(text(error, "error")), text(error, "error_code")], table))
        if answer.status not in (200, 201):
            raise Unavailable(f"Koha answered {answer.status}")
        checkout = messages.checkout(json_of(answer), self.library.zone)
        if checkout is None or (checkout.patron_id, checkout.item_id) != (patron.patron_id, item.item_id):
            raise Unavailable("the answer was for another loan")
        return checkout


def make(library: Library, now: datetime) -> LibrarySystem:
    """Raises Misconfigured."""
    return KohaSystem(library, now, values_of(OPTIONS, library.settings))
