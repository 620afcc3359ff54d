"""What a librarian does at the circulation desk, one barcode at a time: the embedded system acts or refuses, and the desk
says so in a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from library_bridge import reasons
from library_bridge.adapters.embedded import holds
from library_bridge.models import EmbeddedItem, EmbeddedPatron, Library, Reader
from library_bridge.ports import ItemStatus, LibrarySystem, Refused, Unavailable
from library_bridge.registry import system_for
from library_bridge.staff.seeing import visible_to_staff


class Act(TextChoices):
    CHECK_OUT = "check_out", pgettext_lazy("at the desk", "Check out")
    CHECK_IN = "check_in", pgettext_lazy("at the desk", "Check in")
    RENEW = "renew", pgettext_lazy("at the desk", "Renew")
    HOLD = "hold", pgettext_lazy("at the desk", "Place a hold")
    CANCEL = "cancel", pgettext_lazy("at the desk", "Cancel the hold")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`aside` is what has to be done with the volume, or is to be known of the card."""

    barcode: str
    title: str
    done: bool
    says: str
    aside: str = ""


class Desk:
    """One library's desk at one moment, as far as this member of the staff may see into it."""

    def __init__(self, library: Library, staff: Reader, now: datetime) -> None:
        self.library, self.staff, self.now = library, staff, now
        self.system: LibrarySystem = system_for(library, now=now)

    def card(self, card_number: str) -> EmbeddedPatron | None:
        """None for one of another area too: it is not there for this desk (T-L1)."""
        cards = visible_to_staff(EmbeddedPatron.objects.filter(library=self.library), self.staff)
        found = cards.select_related("category", "library").filter(card_number=card_number).first()
        return cast(EmbeddedPatron | None, found)

    def knows_item(self, barcode: str) -> bool:
        return EmbeddedItem.objects.filter(library=self.library, barcode=barcode).exists()

    def do(self, act: Act, card_number: str, barcode: str) -> Outcome:
        """`card_number` is one that `card` has found; a check-in needs none."""
        acts: dict[Act, Callable[[str, str], tuple[str, str]]] = {
            Act.CHECK_OUT: self._check_out,
            Act.CHECK_IN: self._check_in,
            Act.RENEW: self._renew,
            Act.HOLD: self._place_hold,
            Act.CANCEL: self._cancel_hold,
        }
        try:
            says, aside = acts[act](card_number, barcode)
        except Refused as refusal:
            return Outcome(barcode, self._title(barcode), False, self._why(refusal, card_number))
        except Unavailable:
            return Outcome(barcode, self._title(barcode), False, reasons.sentence("unavailable"))
        return Outcome(barcode, self._title(barcode), True, says, aside)

    def _check_out(self, card_number: str, barcode: str) -> tuple[str, str]:
        loan = self.system.check_out(card_number, barcode)
        return _("Checked out, due %(day)s.") % {"day": day(loan.due_at)}, ""

    def _renew(self, card_number: str, barcode: str) -> tuple[str, str]:
        loan = self.system.renew(card_number, barcode)
        return _("Renewed, due %(day)s.") % {"day": day(loan.due_at)}, ""

    def _check_in(self, card_number: str, barcode: str) -> tuple[str, str]:
        record = self.system.check_in(barcode)
        says = _("Checked in.")
        if giver := self.card(record.card_number or ""):
            with_fines = _("Checked in from %(reader)s. Fines on this card: %(fines)s.")
            says = with_fines if giver.fines else _("Checked in from %(reader)s.")
            says %= {"reader": who(giver), "fines": giver.fines}
        return says, self._where_to(barcode) if record.status == ItemStatus.HOLD_SHELF else _("Back to the shelf.")

    def _where_to(self, barcode: str) -> str:
        hold = holds.kept_for(self.library, barcode)
        taker = self.card(hold.patron.card_number) if hold else None
        if taker is None:
            return _("Put it on the hold shelf.")
        return _("Put it on the hold shelf for %(reader)s.") % {"reader": who(taker)}

    def _place_hold(self, card_number: str, barcode: str) -> tuple[str, str]:
        hold = holds.place(self.library, card_number=card_number, barcode=barcode, now=self.now)
        ahead = holds.waiting().filter(record=hold.record_id).exclude(pk=hold.pk).count()
        return _("Hold placed; before it wait: %(ahead)d.") % {"ahead": ahead}, ""

    def _cancel_hold(self, card_number: str, barcode: str) -> tuple[str, str]:
        hold = holds.cancel(self.library, card_number=card_number, barcode=barcode, now=self.now)
        return _("Hold cancelled."), self._freed(hold.item) if hold.item and hold.filled_at else ""

    def _freed(self, item: EmbeddedItem) -> str:
        is_waited_for = holds.kept_for(self.library, item.barcode) is not None
        where_to = self._where_to(item.barcode) if is_waited_for else _("Back to the shelf.")
        return f"{item.barcode}: {where_to}"

    def _title(self, barcode: str) -> str:
        return self.system.item(barcode).title

    def _why(self, refusal: Refused, card_number: str) -> str:
        limit = self.system.patron(card_number).loan_limit if refusal.code == "loan_limit" else None
        return reasons.sentence(refusal.code, limit=limit)


def who(patron: EmbeddedPatron) -> str:
    return f"{patron.name} ({patron.card_number})" if patron.name else patron.card_number


def day(moment: datetime) -> str:
    """As the moment stands: the port gives it in the library's own zone."""
    return date_format(moment, "DATE_FORMAT")
