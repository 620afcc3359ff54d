"""The embedded library system behind the port. It answers as a cautious real one does: a charged item is not given to
another card, and a transfer is a check-in and a checkout."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Count, F, QuerySet

from library_bridge.adapters import options
from library_bridge.adapters.embedded import circulation, holds, records
from library_bridge.adapters.embedded.models import (
    EmbeddedItem,
    EmbeddedLoan,
    EmbeddedPatron,
    EmbeddedRecord,
)
from library_bridge.models.libraries import Library
from library_bridge.ports import (
    BibliographicRecord,
    Capability,
    CheckInRecord,
    ItemRecord,
    ItemStatus,
    LoanList,
    LoanRecord,
    NotSupported,
    PatronRecord,
    Refused,
)

ABILITIES = frozenset(
    {
        Capability.RENEW,
        Capability.HOLD_COUNT,
        Capability.FIND_BY_ISBN,
        Capability.FIND_BY_RECORD,
        Capability.RECORDS,
        Capability.SET_DUE_DATE,
        Capability.PLACE_HOLD,
    }
)

OPTIONS = (
    options.Option(
        "check_out_moves",
        options.Kind.YES_OR_NO,
        default=False,
        help="Whether a checkout of a charged item takes it from the other card.",
    ),
)


class EmbeddedSystem:
    def __init__(self, library: Library, now: datetime) -> None:
        self.library = library
        self.now = now
        self.moves = bool(options.read(OPTIONS, library.settings)["check_out_moves"])
        self.capabilities = ABILITIES | {Capability.CHECK_OUT_MOVES} if self.moves else ABILITIES

    # questions

    def authenticate(self, card_number: str, pin: str) -> PatronRecord:
        patron = self._patrons().filter(card_number=card_number).first()
        if patron is None or not patron.pin:
            make_password(pin)  # as long as the comparison below (T-A1)
            raise Refused("wrong_pin")
        if not check_password(pin, patron.pin) or not pin:
            raise Refused("wrong_pin")
        return self._patron_record(patron)

    def patron(self, card_number: str) -> PatronRecord:
        return self._patron_record(self._patron(card_number))

    def loans(self, card_number: str) -> LoanList:
        patron = self._patron(card_number)
        loans = list(_open_loans().filter(patron=patron))
        return LoanList(card_number, records.loan_records(patron, loans, now=self.now))

    def item(self, barcode: str) -> ItemRecord:
        found = self._items().filter(barcode=barcode).first()
        if found is None:
            return ItemRecord(barcode=barcode, status=ItemStatus.UNKNOWN)
        return records.item_records(self.library, [found])[0]

    def find_by_isbn(self, isbns: Sequence[str]) -> tuple[ItemRecord, ...]:
        found = self._items().filter(record__isbns__isbn13__in=list(isbns)).distinct()
        return records.item_records(self.library, list(found))

    def find_by_record(self, record_ids: Sequence[str]) -> tuple[ItemRecord, ...]:
        return records.item_records(self.library, list(self._items().filter(record__record_id__in=list(record_ids))))

    def records(self) -> Iterator[BibliographicRecord]:
        found = EmbeddedRecord.objects.filter(library=self.library).annotate(item_count=Count("items"))
        for record in found.prefetch_related("isbns").iterator(chunk_size=500):
            yield records.bibliographic_record(record, record.item_count)

    # acts

    @transaction.atomic
    def check_out(self, card_number: str, barcode: str) -> LoanRecord:
        item = self._lock_item(barcode)
        patron = holds.lock_patron(self.library, card_number)
        charged = _open_loans().filter(item=item).first()
        if charged and charged.patron_id == patron.pk:
            raise Refused("already_on_card")
        if charged and not self.moves:
            raise Refused("on_loan_to_other")
        if charged and charged.recalled_at:
            raise Refused("recalled")
        if reason := circulation.why_no_loan(patron, item, now=self.now):
            raise Refused(reason)
        if charged:
            self._close(charged)
        self._charge(patron, item)
        return self._loan(patron, item)

    @transaction.atomic
    def check_in(self, barcode: str) -> CheckInRecord:
        item = self._lock_item(barcode)
        loan = _open_loans().filter(item=item).first()
        if loan is None:
            raise Refused("not_on_loan")
        self._close(loan)
        caught = holds.catch(item, now=self.now)
        status = ItemStatus.HOLD_SHELF if caught else ItemStatus.AVAILABLE
        return CheckInRecord(barcode=barcode, status=status, card_number=loan.patron.card_number)

    @transaction.atomic
    def renew(self, card_number: str, barcode: str) -> LoanRecord:
        item = self._lock_item(barcode)
        patron = holds.lock_patron(self.library, card_number)
        loan = _open_loans().filter(item=item).first()
        if loan is None:
            raise Refused("not_on_loan")
        if loan.patron_id != patron.pk:
            raise Refused("on_loan_to_other")
        if reason := records.why_no_renewal(patron, loan, now=self.now):
            raise Refused(reason)
        rule = circulation.rule_for(patron, item)
        assert rule  # why_no_renewal has seen it
        loan.due_at = circulation.end_of_day(self.library, loan.due_at, days=rule.renewal_days)
        loan.renewals += 1
        loan.save(update_fields=["due_at", "renewals"])
        return self._loan(patron, item)

    def transfer(self, barcode: str, from_card: str, to_card: str) -> LoanRecord:
        raise NotSupported

    # beyond the port

    @transaction.atomic
    def set_due_date(self, card_number: str, barcode: str, due_at: datetime) -> None:
        loan = _open_loans().filter(item=self._lock_item(barcode), patron__card_number=card_number).first()
        if loan is None:
            raise Refused("not_on_loan")
        loan.due_at = due_at
        loan.save(update_fields=["due_at"])

    def place_hold(self, card_number: str, barcode: str) -> None:
        holds.place(self.library, card_number=card_number, barcode=barcode, now=self.now)

    # inside

    def _patrons(self) -> QuerySet[EmbeddedPatron]:
        return EmbeddedPatron.objects.filter(library=self.library).select_related("category", "library")

    def _items(self) -> QuerySet[EmbeddedItem]:
        return EmbeddedItem.objects.filter(library=self.library).select_related("record", "item_type")

    def _patron(self, card_number: str) -> EmbeddedPatron:
        patron = self._patrons().filter(card_number=card_number).first()
        if patron is None:
            raise Refused("unknown_patron")
        return patron

    def _lock_item(self, barcode: str) -> EmbeddedItem:
        item = self._items().select_for_update(of=("self",)).filter(barcode=barcode).first()
        if item is None:
            raise Refused("unknown_item")
        return item

    def _patron_record(self, patron: EmbeddedPatron) -> PatronRecord:
        count, limit = circulation.open_loans(patron), patron.category.loan_limit
        reason = circulation.why_no_card(patron, now=self.now) or ("loan_limit" if count >= limit else "")
        return PatronRecord(patron.card_number, reason, count, limit, patron.expires_on, name=patron.name)

    def _loan(self, patron: EmbeddedPatron, item: EmbeddedItem) -> LoanRecord:
        loan = _open_loans().get(item=item, patron=patron)
        return records.loan_records(patron, [loan], now=self.now)[0]

    def _charge(self, patron: EmbeddedPatron, item: EmbeddedItem) -> None:
        rule = circulation.rule_for(patron, item)
        assert rule  # why_no_loan has seen it
        due_at = circulation.end_of_day(self.library, self.now, days=rule.loan_days)
        EmbeddedLoan.objects.create(item=item, patron=patron, checked_out_at=self.now, due_at=due_at)
        if item.status == EmbeddedItem.Status.HOLD_SHELF:
            item.status = EmbeddedItem.Status.IN_CIRCULATION
            item.save(update_fields=["status"])
        for hold in circulation.holds_on(item, circulation.waiting_holds([item])):
            if hold.patron_id == patron.pk:
                hold.item, hold.filled_at, hold.collected_at = item, hold.filled_at or self.now, self.now
                hold.save(update_fields=["item", "filled_at", "collected_at"])

    def _close(self, loan: EmbeddedLoan) -> None:
        loan.returned_at = self.now
        loan.save(update_fields=["returned_at"])
        if fine := circulation.fine_for(loan, now=self.now):
            EmbeddedPatron.objects.filter(pk=loan.patron_id).update(fines=F("fines") + fine)


def _open_loans() -> QuerySet[EmbeddedLoan]:
    return EmbeddedLoan.objects.filter(returned_at__isnull=True).select_related(
        "item__record", "item__item_type", "patron__category", "patron__library"
    )


def make(library: Library, now: datetime) -> EmbeddedSystem:
    return EmbeddedSystem(library, now)
