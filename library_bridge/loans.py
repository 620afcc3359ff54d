"""Library loans as readers see them: asked of the library system, kept as a snapshot with its age (I6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from library_bridge import cards
from library_bridge.models import Library, LibraryLoan, Patron, Reader
from library_bridge.ports import (
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
from library_bridge.registry import system_for
from library_bridge.transfer_claims import lease_of

SNAPSHOT_FIELDS = [
    "title",
    "creators",
    "isbn13",
    "call_number",
    "checked_out_at",
    "due_at",
    "renewable",
    "renewals_left",
    "hold_count",
    "recalled",
    "checked_at",
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """May this loan move now? `code` is one of `library_bridge.reasons`; the records are what the system said."""

    ok: bool
    code: str = ""
    item: ItemRecord | None = None
    loan: LoanRecord | None = None
    taker: PatronRecord | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """The open loans as they stand now. `complete=False`: what is not among them may be on the card all the same."""

    loans: list[LibraryLoan]
    complete: bool


def refresh_loans(*, patron: Patron, now: datetime) -> list[LibraryLoan]:
    """The patron's open loans as the library system has them now. Outside any transaction; may raise Refused,
    NotSupported and Unavailable, and then the old snapshot stands."""
    return look(patron=patron, now=now).loans


def look(*, patron: Patron, now: datetime) -> Looked:
    """The same, and whether the list was whole."""
    known = _checked_at(patron)
    listed = _of(patron, system_for(patron.library, now=now).loans(patron.card_number))
    return Looked(_keep_unless_overtaken(patron, listed, known, now), listed.complete)


def glance(*, patron: Patron, now: datetime) -> list[LibraryLoan]:
    """The same for the reader's own eyes, with as few questions as will do: what is a while old says so in `checked_at`.
    Nothing is decided by it."""
    known = _checked_at(patron)
    system = system_for(patron.library, now=now)
    listed = _of(patron, system.glance(patron.card_number))
    if known and listed.as_of and listed.as_of <= known:  # something newer was written down since that sign-in
        listed = _of(patron, system.loans(patron.card_number))
    return _keep_unless_overtaken(patron, listed, known, now)


def _of(patron: Patron, listed: LoanList) -> LoanList:
    """An answer counts only if it is for the card that was asked for (I4)."""
    if not cards.same(listed.card_number, patron.card_number):
        raise Unavailable("the answer was for another card")
    return listed


@transaction.atomic
def _keep_unless_overtaken(
    patron: Patron, listed: LoanList, known: datetime | None, now: datetime
) -> list[LibraryLoan]:
    """What was written down while this list was on its way may be newer, such as a transfer's end: then that stands."""
    if lock_lists([patron])[patron.pk] == known:
        return _write_down(patron, listed, now)
    return _open_loans(patron)


def lock_lists(patrons: Iterable[Patron]) -> dict[int, datetime | None]:
    """When each was last written down, by primary key. Inside the caller's transaction, always locked in the same order,
    so that two opposite transfers never wait in a ring."""
    rows = Patron.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[patron.pk for patron in patrons])
    return dict(rows.order_by("pk").values_list("pk", "loans_checked_at"))


@transaction.atomic
def record_loans(*, patron: Patron, listed: LoanList, now: datetime) -> list[LibraryLoan]:
    """Write a list down. A loan keeps its id as long as it stays open; what an incomplete list leaves out stays."""
    lock_lists([patron])
    return _write_down(patron, listed, now)


def _write_down(patron: Patron, listed: LoanList, now: datetime) -> list[LibraryLoan]:
    barcodes = [record.barcode for record in listed.loans]
    charged = LibraryLoan.objects.open().filter(library=patron.library_id)
    charged.filter(barcode__in=barcodes).exclude(patron=patron).update(closed_at=now)
    if listed.complete:
        charged.filter(patron=patron).exclude(barcode__in=barcodes).update(closed_at=now)
    _write(patron, list(charged.filter(patron=patron)), listed.loans, now)
    Patron.objects.filter(pk=patron.pk).update(loans_checked_at=now)
    return _open_loans(patron)


def close(*, loan_id: int, now: datetime) -> None:
    """Seen to have gone where the list of its card cannot tell; in the caller's transaction, with its lists locked. What the
    library lists later stands again."""
    LibraryLoan.objects.open().filter(pk=loan_id).update(closed_at=now)


def _checked_at(patron: Patron) -> datetime | None:
    return Patron.objects.values_list("loans_checked_at", flat=True).get(pk=patron.pk)


def _open_loans(patron: Patron) -> list[LibraryLoan]:
    return list(LibraryLoan.objects.open().filter(patron=patron).select_related("patron", "library"))


def renew_loan(*, loan_id: int, actor: Reader, seen: datetime | None = None, now: datetime) -> LibraryLoan:
    """The new due date is the library's word. `seen` is the due date that the reader wants to have put off, else the
    snapshot's: a second click, or one after an answer that got lost, finds a later one and renews nothing (I2).

    Raises LibraryLoan.DoesNotExist, Refused, NotSupported, Unavailable."""
    rows = LibraryLoan.objects.visible_to(actor).open().select_related("patron", "library")
    loan = rows.get(pk=loan_id)
    seen = seen or loan.due_at
    until = now + lease_of(loan.library)
    if not _claim_renewal(loan, seen, until, now):
        return loan
    try:
        return _renew(loan, seen, now)
    finally:
        LibraryLoan.objects.filter(pk=loan.pk, renewing_until=until).update(renewing_until=None)


def _claim_renewal(loan: LibraryLoan, seen: datetime, until: datetime, now: datetime) -> bool:
    """One at a time, by a conditional UPDATE; a claim that a crash left behind runs out, and none before the library must have
    answered."""
    nobody = Q(renewing_until=None) | Q(renewing_until__lte=now)
    return bool(LibraryLoan.objects.filter(nobody, pk=loan.pk, due_at=seen).update(renewing_until=until))


def _renew(loan: LibraryLoan, seen: datetime, now: datetime) -> LibraryLoan:
    system = system_for(loan.library, now=now)
    record = _listed(system, loan)
    if record is None or record.due_at == seen:
        record = system.renew(loan.patron.card_number, loan.barcode)
    believe_loan(record, loan.patron.card_number, loan.barcode)
    for name, value in _snapshot(record, now).items():
        setattr(loan, name, value)
    loan.save(update_fields=SNAPSHOT_FIELDS)
    return loan


def believe_loan(record: LoanRecord, card_number: str, barcode: str) -> None:
    """An answer counts only if item and patron are those that were asked for (I4)."""
    if not cards.same(record.card_number, card_number) or record.barcode != barcode:
        raise Unavailable("the answer was for another loan")


def may_move(*, loan: LibraryLoan, taker: Patron | None, now: datetime) -> Verdict:
    """Ask the library system now: item, the giver's list, and the taker's card unless `taker` is None.

    Reads only, outside any transaction. May raise Unavailable.
    """
    try:
        return _asked(system_for(loan.library, now=now), loan, taker)
    except NotSupported:  # what cannot be asked is not known
        return Verdict(False, "not_supported")


def _asked(system: LibrarySystem, loan: LibraryLoan, taker: Patron | None) -> Verdict:
    try:
        item = system.item(loan.barcode)
    except Refused as refusal:
        return Verdict(False, refusal.code)
    charged = _listed(system, loan)
    code = why_not_item(item) or _why_not_giver(loan, charged) or _why_not_taken(loan, taker)
    if code or taker is None:
        return Verdict(not code, code, item, charged)
    try:
        record = system.patron(taker.card_number)
    except Refused as refusal:
        return Verdict(False, refusal.code, item, charged)
    return Verdict(not record.blocked_reason, record.blocked_reason, item, charged, record)


def why_not_item(item: ItemRecord) -> str:
    """What the item itself has against being passed on, as long as it is charged to the giver."""
    if item.status == ItemStatus.CHARGED:
        if item.recalled:
            return "recalled"
        return "hold_by_other" if item.hold_count else ""
    return {
        ItemStatus.UNKNOWN: "unknown_item",
        ItemStatus.LOST: "item_lost",
        ItemStatus.HOLD_SHELF: "hold_by_other",
        ItemStatus.IN_TRANSIT: "item_in_transit",
        ItemStatus.AVAILABLE: "not_on_loan",
    }[item.status]


def _listed(system: LibrarySystem, loan: LibraryLoan) -> LoanRecord | None:
    try:
        return system.loans(loan.patron.card_number).of(loan.barcode)
    except Refused:
        return None


def _why_not_giver(loan: LibraryLoan, charged: LoanRecord | None) -> str:
    if charged is None:
        return "not_on_givers_card"
    if charged.recalled:
        return "recalled"
    return "hold_by_other" if charged.hold_count else ""


def _why_not_taken(loan: LibraryLoan, taker: Patron | None) -> str:
    if taker is None:
        return ""
    if taker.pk == loan.patron_id:
        return "same_card"
    return "unknown_patron" if taker.library_id != loan.library_id else ""


def _write(patron: Patron, known: Sequence[LibraryLoan], records: Sequence[LoanRecord], now: datetime) -> None:
    """What has not changed since the last look only gets the time of this one."""
    rows = {loan.barcode: loan for loan in known}
    fresh: list[LibraryLoan] = []
    changed: list[LibraryLoan] = []
    same: list[LibraryLoan] = []
    for record in records:
        row = rows.get(record.barcode)
        if row is None:
            fresh.append(_new_row(patron, record, now))
            continue
        facts = _snapshot(record, now)
        if record.as_of and record.as_of < row.checked_at:
            continue  # the row is newer than what is remembered
        is_same = all(getattr(row, name) == value for name, value in facts.items() if name != "checked_at")
        (same if is_same and not record.as_of else changed).append(row)
        for name, value in facts.items():
            setattr(row, name, value)
    if same:
        LibraryLoan.objects.filter(pk__in=[row.pk for row in same]).update(checked_at=now)
    if changed:
        LibraryLoan.objects.bulk_update(changed, SNAPSHOT_FIELDS)
    # Another card's list, written at this moment, may name the same item: the first stands until the next look.
    LibraryLoan.objects.bulk_create(fresh, ignore_conflicts=True)


def _new_row(patron: Patron, record: LoanRecord, now: datetime) -> LibraryLoan:
    library: Library = patron.library
    return LibraryLoan(library=library, patron=patron, barcode=record.barcode, **_snapshot(record, now))


def _snapshot(record: LoanRecord, now: datetime) -> dict[str, Any]:
    return {
        "title": record.title[:500],
        "creators": record.creators[:500],
        "isbn13": record.isbn13,
        "call_number": record.call_number[:80],
        "checked_out_at": record.checked_out_at,
        "due_at": record.due_at,
        "renewable": record.renewable,
        "renewals_left": record.renewals_left,
        "hold_count": record.hold_count,
        "recalled": record.recalled,
        "checked_at": record.as_of or now,
    }
