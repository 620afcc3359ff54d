"""Holds of the embedded system: placed and cancelled at the desk, caught at check-in.

Whoever changes a queue locks the record's items first and the holds after them, as check-in and checkout do.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from library_bridge.adapters.embedded import circulation
from library_bridge.adapters.embedded.models import EmbeddedHold, EmbeddedItem, EmbeddedLoan, EmbeddedPatron
from library_bridge.models.libraries import Library
from library_bridge.ports import Refused


def waiting() -> QuerySet[EmbeddedHold]:
    """Neither cancelled nor collected, first come first."""
    return EmbeddedHold.objects.filter(cancelled_at=None, collected_at=None)


@transaction.atomic
def place(library: Library, *, card_number: str, barcode: str, now: datetime) -> EmbeddedHold:
    """On the title of this item: whichever of its items comes back first is kept. Raises Refused."""
    item = _item(library, barcode)
    _lock_items(item.record_id)
    patron = lock_patron(library, card_number)
    if reason := why_no_hold(patron, item, now=now):
        raise Refused(reason)
    return EmbeddedHold.objects.create(record=item.record, patron=patron, placed_at=now)


def cancel(library: Library, *, card_number: str, barcode: str, now: datetime) -> EmbeddedHold:
    """Whichever item of the title is named. Raises Refused."""
    item = _item(library, barcode)
    held = waiting().filter(record=item.record_id, patron__library=library, patron__card_number=card_number)
    return cancel_hold(hold_id=held.values_list("pk", flat=True).first() or 0, now=now)


@transaction.atomic
def cancel_hold(*, hold_id: int, now: datetime) -> EmbeddedHold:
    """What waited on the shelf for it is kept for the next, or goes back. Raises Refused("no_hold")."""
    record_id = EmbeddedHold.objects.filter(pk=hold_id).values_list("record_id", flat=True).first()
    items = _lock_items(record_id) if record_id else {}
    hold = waiting().select_for_update(of=("self",)).filter(pk=hold_id).first()
    if hold is None:
        raise Refused("no_hold")
    hold.cancelled_at = now
    hold.save(update_fields=["cancelled_at"])
    if hold.filled_at and hold.item_id:
        # an import may have given the item to another record meanwhile
        item = items.get(hold.item_id) or EmbeddedItem.objects.select_for_update(of=("self",)).get(pk=hold.item_id)
        catch(item, now=now)
    return hold


def catch(item: EmbeddedItem, *, now: datetime) -> EmbeddedHold | None:
    """The first who waits gets it kept; an item that was lost is back in circulation. The item is locked."""
    queue = waiting().select_for_update(of=("self",)).filter(record=item.record_id).select_related("patron")
    first = next((hold for hold in circulation.holds_on(item, queue) if hold.filled_at is None), None)
    if first:
        first.item, first.filled_at = item, now
        first.save(update_fields=["item", "filled_at"])
    item.status = EmbeddedItem.Status.HOLD_SHELF if first else EmbeddedItem.Status.IN_CIRCULATION
    item.save(update_fields=["status"])
    return first


def kept_for(library: Library, barcode: str) -> EmbeddedHold | None:
    """The hold for which this item stands on the hold shelf."""
    held = waiting().filter(item__library=library, item__barcode=barcode, filled_at__isnull=False)
    return held.select_related("patron").first()


def why_no_hold(patron: EmbeddedPatron, item: EmbeddedItem, *, now: datetime) -> str:
    """Why this patron can't wait for this title; "" when nothing speaks against it."""
    if reason := circulation.why_no_card(patron, now=now):
        return reason
    rule = circulation.rule_for(patron, item)
    if rule is None:
        return "not_for_loan"
    if EmbeddedLoan.objects.filter(item__record=item.record_id, patron=patron, returned_at=None).exists():
        return "already_on_card"
    if waiting().filter(record=item.record_id, patron=patron).exists():
        return "hold_exists"
    if _is_on_shelf(patron, item):
        return "on_shelf"
    return "hold_limit" if _holds_of_type(patron, item) >= rule.hold_limit else ""


def _is_on_shelf(patron: EmbeddedPatron, wanted: EmbeddedItem) -> bool:
    """Some item of the title can be borrowed at once."""
    charged = EmbeddedLoan.objects.filter(item=OuterRef("pk"), returned_at=None)
    free = EmbeddedItem.objects.filter(~Exists(charged), record=wanted.record_id).select_related("item_type")
    return any(
        circulation.rule_for(patron, item) is not None and not circulation.waits_for_other(item, patron)
        for item in free.filter(status=EmbeddedItem.Status.IN_CIRCULATION)
    )


def _holds_of_type(patron: EmbeddedPatron, item: EmbeddedItem) -> int:
    of_item = Q(item__item_type=item.item_type_id)
    of_title = Q(item=None, record__items__item_type=item.item_type_id)
    return waiting().filter(of_item | of_title, patron=patron).distinct().count()


def _item(library: Library, barcode: str) -> EmbeddedItem:
    items = EmbeddedItem.objects.filter(library=library, barcode=barcode).select_related("record", "item_type")
    if (item := items.first()) is None:
        raise Refused("unknown_item")
    return item


def _lock_items(record_id: int) -> dict[int, EmbeddedItem]:
    items = EmbeddedItem.objects.select_for_update(of=("self",)).filter(record=record_id).order_by("pk")
    return {item.pk: item for item in items}


def lock_patron(library: Library, card_number: str) -> EmbeddedPatron:
    patrons = EmbeddedPatron.objects.filter(library=library).select_related("category", "library")
    patron = patrons.select_for_update(of=("self",)).filter(card_number=card_number).first()
    if patron is None:
        raise Refused("unknown_patron")
    return patron
