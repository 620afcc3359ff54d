"""Requests for staff: how they stand and how they ended, without persons and without what was written."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When
from django.forms import CheckboxSelectMultiple, RadioSelect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from sharing.models import Ask, Request
from sharing.models.requests import RequestQuerySet
from sharing.staff import definitions, slips
from sharing.staff.listings import BookColumn, ChipColumn, DateColumn, NumberedIndex, ReadOnly

S = Request.Status
CHIPS = {S.OPEN: "wait", S.MATCHED: "free", S.UNFILLED: "no", S.CANCELLED: "no"}
ANSWERED = (Ask.Status.ACCEPTED, Ask.Status.DECLINED)
FATES = [(row.code, row.name) for row in definitions.FATES]


def with_fate(rows: QuerySet[Request], fate: str) -> QuerySet[Request]:
    """The same distinctions as the statistics make."""
    if fate in (S.FULFILLED, S.CANCELLED):
        return rows.filter(status=fate)
    asks = Ask.objects.filter(request=OuterRef("pk"))
    answered = Exists(asks.filter(status__in=ANSWERED))
    return rows.filter(
        {"nobody": ~Exists(asks), "declined": answered}.get(fate, Exists(asks) & ~answered), status=S.UNFILLED
    )


class RequestFilters(WagtailFilterSet):
    status = django_filters.MultipleChoiceFilter(
        label=pgettext_lazy("filter", "Status"), choices=S.choices, widget=CheckboxSelectMultiple
    )
    fate = django_filters.ChoiceFilter(
        label=pgettext_lazy("filter", "How it ended"), choices=FATES, method="ended", widget=RadioSelect,
        empty_label=_("All"),
    )  # fmt: skip
    placed = django_filters.DateFromToRangeFilter(
        field_name="placed_at", label=pgettext_lazy("filter", "Placed"), widget=DateRangePickerWidget
    )
    closed = django_filters.DateFromToRangeFilter(
        field_name="closed_at", label=pgettext_lazy("filter", "Closed"), widget=DateRangePickerWidget
    )

    class Meta:
        model = Request
        fields: ClassVar[list[str]] = []

    def ended(self, rows: QuerySet[Request], name: str, value: str) -> QuerySet[Request]:
        return with_fate(rows, value)


class RequestIndex(NumberedIndex):
    days = ("ends_by", "closed_at")

    def get_base_queryset(self) -> QuerySet[Request]:
        rows: RequestQuerySet = super().get_base_queryset()
        return (
            rows.visible_to_staff(self.request.user)
            .select_related("title")
            .annotate(
                ends_by=Case(When(closed_at=None, then="deadline_at")),  # an ended one ends by no day any more
                asked_count=Count("asks", distinct=True),
                answered_count=Count("asks", filter=Q(asks__status__in=ANSWERED), distinct=True),
            )
        )


class InspectRequest(InspectView):
    template_name = "sharing/admin/request.html"
    page_title = _("Request")

    def get_object(self, queryset: Any = None) -> Request:
        return get_object_or_404(Request.objects.visible_to_staff(self.request.user), pk=self.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "asked": self.object,
            "chip": CHIPS.get(S(self.object.status), "done"),
            "slip": slips.of_request(self.object),
            "lendings": self.object.lendings.all(),
        }


class Requests(ReadOnly):
    model = Request
    name = "requests"
    icon = "clipboard-list"
    menu_label = _("Requests")
    index_view_class = RequestIndex
    inspect_view_class = InspectRequest
    filterset_class = RequestFilters
    ordering = ("-placed_at", "-pk")
    list_display: ClassVar[list[Any]] = [
        "__str__",
        BookColumn("title", label=_("Title")),
        ChipColumn("status", kinds=CHIPS, label=_("Status"), sort_key="status"),
        DateColumn("placed_at", label=_("Placed"), sort_key="placed_at"),
        DateColumn("ends_by", label=_("Ends by"), sort_key="ends_by"),
        Column("asked_count", label=_("Holders asked"), sort_key="asked_count"),
        Column("answered_count", label=_("Answered"), sort_key="answered_count"),
        DateColumn("closed_at", label=_("Closed"), sort_key="closed_at"),
    ]
    list_export: ClassVar[list[str]] = [
        "__str__", "title", "get_status_display", "placed_at", "deadline_at", "asked_count", "answered_count", "closed_at",
    ]  # fmt: skip
    export_headings: ClassVar[dict[str, Any]] = {
        "__str__": _("Number"), "title": _("Title"), "get_status_display": _("Status"), "placed_at": _("Placed"),
        "deadline_at": _("Ends by"), "asked_count": _("Holders asked"), "answered_count": _("Answered"), "closed_at": _("Closed"),
    }  # fmt: skip
    export_filename = "requests"
