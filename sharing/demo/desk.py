"""The library's desk: loans begin, are renewed and end there, through the same port as everywhere.

The loans that the library's own demo has made are taken back first and made again, unchanged, when the day of each has come:
what happens in the story before that day must not know of them.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import Q

from library_bridge import loans, registry
from library_bridge.models import EmbeddedHold, EmbeddedItem, EmbeddedLoan, EmbeddedRecord, LibraryLoan, Patron, Reader
from library_bridge.ports import LoanList, LoanRecord, Refused
from sharing import harvest
from sharing.demo.campus import Campus, Story
from sharing.demo.cast import Cast
from sharing.models import HarvestedRecord, Lending, Request

BEFORE_DUE = timedelta(days=4)


class Desk:
    def __init__(self, campus: Campus, cast: Cast) -> None:
        self.campus, self.cast = campus, cast
        ahead = EmbeddedLoan.objects.filter(item__library=cast.library, checked_out_at__gt=campus.clock)
        self.ahead = {loan.item_id: loan for loan in ahead.select_related("patron", "item__record")}

    # loans ahead

    def take_back(self) -> None:
        EmbeddedLoan.objects.filter(pk__in=[loan.pk for loan in self.ahead.values()]).delete()
        LibraryLoan.objects.filter(library=self.cast.library, checked_out_at__gt=self.campus.clock).delete()
        for loan in self.ahead.values():
            self.campus.tell(self._taken_out(loan), at=loan.checked_out_at)

    def titles_ahead(self, readers: Iterable[Reader]) -> set[int]:
        cards = {self.cast.cards[reader.pk].card_number for reader in readers}
        records = [loan.item.record.record_id for loan in self.ahead.values() if loan.patron.card_number in cards]
        of_library = HarvestedRecord.objects.filter(library=self.cast.library, record_id__in=records)
        return set(of_library.values_list("title_id", flat=True))

    def _taken_out(self, loan: EmbeddedLoan) -> Story:
        del self.ahead[loan.item_id]
        loan.save(force_insert=True)
        card = next(card for card in self.cast.cards.values() if card.card_number == loan.patron.card_number)
        record = (
            registry.system_for(self.cast.library, now=self.campus.clock).loans(card.card_number).of(loan.item.barcode)
        )
        assert record is not None
        self._add_to_list(card, record)
        yield from ()

    def make_the_rest(self) -> None:
        """When the story was cut short."""
        EmbeddedLoan.objects.bulk_create(self.ahead.values())

    def _list(self, card_number: str) -> None:
        card = next(card for card in self.cast.cards.values() if card.card_number == card_number)
        now = self.campus.clock
        harvest.catalogue_loans(loans.refresh_loans(patron=card, now=now), now=now)

    def _add_to_list(self, card: Patron, record: LoanRecord) -> LibraryLoan:
        """One loan more; what else stands on the list has not changed."""
        listed = LoanList(card.card_number, (record,), complete=False)
        recorded = loans.record_loans(patron=card, listed=listed, now=self.campus.clock)
        loan = next(loan for loan in recorded if loan.barcode == record.barcode)
        harvest.catalogue_loans([loan], now=self.campus.clock)
        return loan

    # stock

    def free_items(self) -> Iterator[EmbeddedItem]:
        """Items of the ordinary kind that stay on the shelf, and for whose title nobody waits."""
        kind = EmbeddedItem.Status.IN_CIRCULATION
        items = EmbeddedItem.objects.filter(library=self.cast.library, status=kind, item_type__code="book")
        waited_for = EmbeddedHold.objects.filter(cancelled_at=None).values("record")
        charged = EmbeddedLoan.objects.filter(returned_at=None).values("item")
        wanted = HarvestedRecord.objects.filter(title__in=Request.objects.live().values("title")).values("record_id")
        items = items.exclude(record__record_id__in=wanted).select_related("record")
        yield from items.exclude(Q(pk__in=charged) | Q(pk__in=self.ahead) | Q(record__in=waited_for)).order_by("pk")

    def buy(self, record_ids: list[str]) -> list[EmbeddedItem]:
        """One more item of each of these records: what is passed on most, the library has bought again."""
        records = EmbeddedRecord.objects.filter(library=self.cast.library, record_id__in=record_ids)
        like = EmbeddedItem.objects.filter(library=self.cast.library, item_type__code="book").order_by("pk").first()
        assert like is not None
        return [
            EmbeddedItem.objects.get_or_create(
                library=self.cast.library,
                barcode=f"0120{record.record_id[-4:]}",
                defaults={"record": record, "item_type": like.item_type, "branch": like.branch},
            )[0]
            for record in records.order_by("record_id")
        ]

    # acts

    def borrow(self, reader: Reader, barcode: str) -> LibraryLoan:
        """Raises Refused."""
        card = self.cast.cards[reader.pk]
        record = registry.system_for(self.cast.library, now=self.campus.clock).check_out(card.card_number, barcode)
        return self._add_to_list(card, record)

    def borrowed(self, barcode: str, *, again: bool = False) -> Story:
        """An item's time away from the shelf: with whoever has it, renewed once if that is possible, then brought back;
        `again`: soon after somebody else takes it out."""
        while True:
            try:
                self.borrow(self.campus.random.choice(self.cast.others), barcode)
            except Refused:
                return
            yield from self._kept(barcode)
            if not again:
                return
            yield self.campus.later(20, 80)

    def _kept(self, barcode: str) -> Story:
        while (loan := self._open(barcode)) is not None:
            if loan.due_at - BEFORE_DUE > self.campus.clock:
                yield self.campus.by_day(loan.due_at - BEFORE_DUE)
            elif Lending.objects.live().filter(library_loan=loan).exists():
                yield self.campus.later(20, 28)
            elif not self._renewed(loan):
                self._give_back(loan)

    def _open(self, barcode: str) -> LibraryLoan | None:
        open_ones = LibraryLoan.objects.open().filter(library=self.cast.library, barcode=barcode)
        return open_ones.select_related("patron__reader", "library").first()

    def _renewed(self, loan: LibraryLoan) -> bool:
        try:
            loans.renew_loan(loan_id=loan.pk, actor=loan.patron.reader, now=self.campus.clock)
        except Refused:
            return False
        return True

    def _give_back(self, loan: LibraryLoan) -> None:
        registry.system_for(self.cast.library, now=self.campus.clock).check_in(loan.barcode)
        self._list(loan.patron.card_number)

    def look_again(self) -> None:
        """Everybody's list as the library has it at the end."""
        for card in self.cast.cards.values():
            self._list(card.card_number)
