"""Lists and pages of rows behind which readers stand: what staff of one area see, and never a loan that is over (T-L2)."""

from typing import Any

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from wagtail.admin.views.generic import EditView, IndexView, InspectView
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.views.generic.usage import UsageView

from library_bridge import desks
from library_bridge.models import EmbeddedLoan, EmbeddedPatron, LibraryLoan, Patron, Reader, Transfer

READERS: dict[type[Model], tuple[str, ...]] = {
    Patron: ("reader",),
    LibraryLoan: ("patron__reader",),
    Transfer: ("giver__reader", "taker__reader"),
}
OVER: dict[type[Model], str] = {LibraryLoan: "closed_at", EmbeddedLoan: "returned_at"}


def visible_to_staff(rows: QuerySet[Any], staff: Reader) -> QuerySet[Any]:
    if over := OVER.get(rows.model):  # closed ones are a reader's history: nobody's to leaf through
        rows = rows.filter(**{over: None})
    if rows.model is EmbeddedPatron:
        return _of_accounts_in_area(rows, staff)
    readers = READERS.get(rows.model)
    return rows.filter(desks.seen_by(staff, *readers)) if readers else rows


def _of_accounts_in_area(cards: QuerySet[Any], staff: Reader) -> QuerySet[Any]:
    """The library system knows no areas: a card is where its account lives, and without one it is nobody's of an area."""
    seen = desks.seen_by(staff, "reader")
    if not seen:
        return cards
    account = Patron.objects.filter(seen, library=OuterRef("library"), card_number__iexact=OuterRef("card_number"))
    return cards.filter(Exists(account))


class ListedIndex(IndexView):
    """What the columns name is loaded along with the rows, however many."""

    def get_base_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_base_queryset()
        names = {field.name for field in rows.model._meta.get_fields() if field.many_to_one and field.concrete}
        return rows.select_related(*(name for name in self.list_display if name in names))


class SeenIndex(ListedIndex):
    def get_base_queryset(self) -> QuerySet[Any]:
        return visible_to_staff(super().get_base_queryset(), self.request.user)


class EditSeen(EditView):
    def get_queryset(self) -> QuerySet[Any]:
        return visible_to_staff(super().get_queryset(), self.request.user)


class HistorySeen(HistoryView):
    def get_base_object_queryset(self) -> QuerySet[Any]:
        return visible_to_staff(super().get_base_object_queryset(), self.request.user)


class UsageSeen(UsageView):
    def get_base_object_queryset(self) -> QuerySet[Any]:
        return visible_to_staff(super().get_base_object_queryset(), self.request.user)


class InspectSeen(InspectView):
    def get_object(self, queryset: Any = None) -> Any:
        return get_object_or_404(visible_to_staff(self.model._default_manager.all(), self.request.user), pk=self.pk)
