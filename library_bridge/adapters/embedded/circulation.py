"""The embedded system's rules: who may borrow what, for how long, and who waits for it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from decimal import Decimal

from library_bridge.adapters.embedded.models import (
    CirculationRule,
    EmbeddedHold,
    EmbeddedItem,
    EmbeddedLoan,
    EmbeddedPatron,
)
from library_bridge.models.libraries import Library


def end_of_day(library: Library, moment: datetime, *, days: int = 0) -> datetime:
    """23:59 in the library's time zone, so many days after the day of `moment` there."""
    day = moment.astimezone(library.zone).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59), tzinfo=library.zone)


def open_loans(patron: EmbeddedPatron) -> int:
    return EmbeddedLoan.objects.filter(patron=patron, returned_at__isnull=True).count()


def rule_for(patron: EmbeddedPatron, item: EmbeddedItem) -> CirculationRule | None:
    if not item.item_type.for_loan:
        return None
    return CirculationRule.objects.filter(category=patron.category_id, item_type=item.item_type_id).first()


def why_no_card(patron: EmbeddedPatron, *, now: datetime) -> str:
    """Why the card can't be used at all; "" when it can."""
    if patron.lost:
        return "card_lost"
    if patron.blocked or patron.fines > patron.category.fine_limit:
        return "card_blocked"
    today = now.astimezone(patron.library.zone).date()
    return "card_expired" if patron.expires_on and patron.expires_on < today else ""


def why_no_loan(patron: EmbeddedPatron, item: EmbeddedItem, *, now: datetime) -> str:
    """Why this patron can't borrow this item, apart from who has it now; "" when nothing speaks against it."""
    rule = rule_for(patron, item)
    if reason := why_no_card(patron, now=now):
        return reason
    if rule is None:
        return "not_for_loan"
    if item.status == EmbeddedItem.Status.LOST:
        return "item_lost"
    if item.status == EmbeddedItem.Status.IN_TRANSIT:
        return "item_in_transit"
    if waits_for_other(item, patron):
        return "hold_by_other"
    return "loan_limit" if at_limit(patron, item, rule) else ""


def at_limit(patron: EmbeddedPatron, item: EmbeddedItem, rule: CirculationRule) -> bool:
    loans = EmbeddedLoan.objects.filter(patron=patron, returned_at__isnull=True)
    if loans.count() >= patron.category.loan_limit:
        return True
    return rule.loan_limit is not None and loans.filter(item__item_type=item.item_type_id).count() >= rule.loan_limit


def waiting_holds(items: Iterable[EmbeddedItem]) -> list[EmbeddedHold]:
    """Neither cancelled nor collected, first come first; a filled hold waits with its item on the shelf."""
    records = {item.record_id for item in items}
    return list(EmbeddedHold.objects.filter(record__in=records, cancelled_at__isnull=True, collected_at__isnull=True))


def holds_on(item: EmbeddedItem, holds: Iterable[EmbeddedHold]) -> list[EmbeddedHold]:
    return [hold for hold in holds if hold.record_id == item.record_id and hold.item_id in (None, item.pk)]


def count_holds(items: list[EmbeddedItem]) -> Counter[int]:
    """Item → how many wait for it."""
    holds = waiting_holds(items)
    return Counter({item.pk: len(holds_on(item, holds)) for item in items})


def waits_for_other(item: EmbeddedItem, patron: EmbeddedPatron) -> bool:
    """The first in the queue may have it, nobody else."""
    holds = holds_on(item, waiting_holds([item]))
    shelved = [hold for hold in holds if hold.filled_at and hold.item_id == item.pk]
    first = next(iter(shelved or [hold for hold in holds if not hold.filled_at]), None)
    return first is not None and first.patron_id != patron.pk


def fine_for(loan: EmbeddedLoan, *, now: datetime) -> Decimal:
    """Whole days late, by the rule of the patron's category."""
    rule = rule_for(loan.patron, loan.item)
    days = max(0, (now - loan.due_at).days + 1) if now > loan.due_at else 0
    return days * rule.fine_per_day if rule else Decimal(0)
