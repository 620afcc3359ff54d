"""Rows of the embedded system as the port's dataclasses."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from library_bridge.adapters.embedded import circulation
from library_bridge.adapters.embedded.models import (
    CirculationRule,
    EmbeddedIsbn,
    EmbeddedItem,
    EmbeddedLoan,
    EmbeddedPatron,
    EmbeddedRecord,
)
from library_bridge.models.libraries import Library
from library_bridge.ports import BibliographicRecord, ItemRecord, ItemStatus, LoanRecord

OF_ITEM = {
    EmbeddedItem.Status.LOST: ItemStatus.LOST,
    EmbeddedItem.Status.HOLD_SHELF: ItemStatus.HOLD_SHELF,
    EmbeddedItem.Status.IN_TRANSIT: ItemStatus.IN_TRANSIT,
}


def loan_records(patron: EmbeddedPatron, loans: Sequence[EmbeddedLoan], *, now: datetime) -> tuple[LoanRecord, ...]:
    """Three queries, however many loans."""
    items = [loan.item for loan in loans]
    holds = circulation.count_holds(items)
    isbns = first_isbns(item.record_id for item in items)
    rules = {rule.item_type_id: rule for rule in CirculationRule.objects.filter(category=patron.category_id)}
    zone = patron.library.zone
    card_is_good = not circulation.why_no_card(patron, now=now)
    return tuple(
        LoanRecord(
            card_number=patron.card_number,
            barcode=loan.item.barcode,
            title=loan.item.record.title,
            creators=creators(loan.item.record),
            isbn13=isbns.get(loan.item.record_id, ""),
            call_number=loan.item.record.call_number,
            checked_out_at=loan.checked_out_at.astimezone(zone),
            due_at=loan.due_at.astimezone(zone),
            renewable=card_is_good and not why_not_renewed(loan, rules, holds[loan.item_id], now=now),
            renewals_left=renewals_left(loan, rules),
            hold_count=holds[loan.item_id],
            recalled=loan.recalled_at is not None,
        )
        for loan in loans
    )


def renewals_left(loan: EmbeddedLoan, rules: dict[int, CirculationRule]) -> int:
    rule = rules.get(loan.item.item_type_id)
    return max(0, rule.renewal_limit - loan.renewals) if rule else 0


def why_not_renewed(loan: EmbeddedLoan, rules: dict[int, CirculationRule], holds: int, *, now: datetime) -> str:
    if loan.recalled_at:
        return "recalled"
    if holds:
        return "hold_by_other"
    if loan.due_at < now:
        return "overdue"
    return "" if renewals_left(loan, rules) else "renewal_limit"


def why_no_renewal(patron: EmbeddedPatron, loan: EmbeddedLoan, *, now: datetime) -> str:
    if reason := circulation.why_no_card(patron, now=now):
        return reason
    rule = circulation.rule_for(patron, loan.item)
    holds = circulation.count_holds([loan.item])[loan.item_id]
    return why_not_renewed(loan, {loan.item.item_type_id: rule} if rule else {}, holds, now=now)


def item_records(library: Library, items: Sequence[EmbeddedItem]) -> tuple[ItemRecord, ...]:
    charged = {
        loan.item_id: loan for loan in EmbeddedLoan.objects.filter(item__in=list(items), returned_at__isnull=True)
    }
    holds = circulation.count_holds(list(items))
    isbns = first_isbns(item.record_id for item in items)
    return tuple(
        ItemRecord(
            barcode=item.barcode,
            status=item_status(item, charged.get(item.pk)),
            title=item.record.title,
            creators=creators(item.record),
            isbn13=isbns.get(item.record_id, ""),
            call_number=item.record.call_number,
            branch=item.branch,
            record_id=item.record.record_id,
            due_at=charged[item.pk].due_at.astimezone(library.zone) if item.pk in charged else None,
            hold_count=holds[item.pk],
            recalled=item.pk in charged and charged[item.pk].recalled_at is not None,
            for_loan=item.item_type.for_loan,
        )
        for item in items
    )


def item_status(item: EmbeddedItem, loan: EmbeddedLoan | None) -> ItemStatus:
    known = OF_ITEM.get(EmbeddedItem.Status(item.status))
    return known or (ItemStatus.CHARGED if loan else ItemStatus.AVAILABLE)


def bibliographic_record(record: EmbeddedRecord, item_count: int) -> BibliographicRecord:
    return BibliographicRecord(
        record_id=record.record_id,
        title=record.title,
        subtitle=record.subtitle,
        creators=tuple(record.creators),
        translators=tuple(record.translators),
        isbn13s=tuple(row.isbn13 for row in record.isbns.all()),
        publisher=record.publisher,
        year=record.year,
        language=record.language,
        series=record.series,
        clc=record.clc,
        ddc=record.ddc,
        subjects=tuple(record.subjects),
        call_number=record.call_number,
        item_count=item_count,
    )


def creators(record: EmbeddedRecord) -> str:
    return "; ".join(record.creators)


def first_isbns(record_ids: Iterable[int]) -> dict[int, str]:
    """Record → the first of its ISBNs."""
    rows = EmbeddedIsbn.objects.filter(record__in=set(record_ids)).order_by("-pk")
    return {row.record_id: row.isbn13 for row in rows}
