"""Transfers by the number of the slip that they belong to: whoever asked for one gives it, and this app knows no slips."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import TitleColumn

from library_bridge.models import Reader, Transfer
from library_bridge.staff.seeing import SeenIndex


@dataclass(frozen=True, slots=True)
class Slips:
    """How an app above this one names what it asked a transfer for. Told by the hook `slips_of_transfers`."""

    loaded: Callable[[QuerySet[Transfer]], QuerySet[Transfer]]
    """With what `number` reads, however many rows."""
    number: Callable[[Transfer], str]
    """Empty where the transfer is for nothing of this app's."""
    url: Callable[[Transfer, Reader], str]
    """Of the slip; empty where this member of the staff may not see it."""
    asked_for: Callable[[str], Q | None]
    """The transfers of the slip whose number was typed; None where the words are no number."""
    settled: Callable[[Transfer], None]
    """A librarian has settled it here: the slip goes on at once, as where it is settled on its own page."""


def told() -> list[Slips]:
    return [slips() for slips in hooks.get_hooks("slips_of_transfers")]


def number(transfer: Transfer) -> str:
    """The slip's; the transfer's own reference where there is none."""
    return next(filter(None, (slips.number(transfer) for slips in told())), transfer.reference)


def url(transfer: Transfer, staff: Reader) -> str:
    return next(filter(None, (slips.url(transfer, staff) for slips in told())), "")


def settled(transfer: Transfer) -> None:
    for slips in told():
        slips.settled(transfer)


class TransferIndex(SeenIndex):
    def get_base_queryset(self) -> QuerySet[Transfer]:
        rows: QuerySet[Transfer] = super().get_base_queryset()
        for slips in told():
            rows = slips.loaded(rows)
        return rows

    def search_queryset(self, queryset: QuerySet[Transfer]) -> QuerySet[Transfer]:
        for slips in told() if self.is_searching else ():
            if (of_slip := slips.asked_for(self.search_query.strip())) is not None:
                return queryset.filter(of_slip)
        found: QuerySet[Transfer] = super().search_queryset(queryset)
        return found

    def _get_title_column(self, field_name: str, column_class: type = TitleColumn, **kwargs: Any) -> Any:
        column_class = self._get_title_column_class(column_class)
        return column_class(
            field_name, label=_("Slip"), accessor=number, sort_key="pk", classname="desk-number",
            get_url=self.get_inspect_url, **kwargs,
        )  # fmt: skip
