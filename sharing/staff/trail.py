"""The trail: every transition of every lending and request, by role; messages are not in it (T-L8)."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.forms import RadioSelect
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from library_bridge import desks
from library_bridge.models import Reader
from sharing.models import Ask, DomainEvent, Handover, Lending, Request
from sharing.staff import kinds
from sharing.staff.listings import NUMBER, DateColumn, NumberedIndex, ReadOnly


class TrailFilters(WagtailFilterSet):
    kind = django_filters.ChoiceFilter(label=pgettext_lazy("filter", "Event"), choices=list(kinds.KINDS.items()))
    at = django_filters.DateFromToRangeFilter(label=pgettext_lazy("filter", "Date"), widget=DateRangePickerWidget)
    delivered = django_filters.ChoiceFilter(
        label=pgettext_lazy("filter", "Delivered"), choices=(("yes", _("Yes")), ("no", _("Not yet"))), method="reached",
        widget=RadioSelect, empty_label=_("All"),
    )  # fmt: skip

    class Meta:
        model = DomainEvent
        fields: ClassVar[list[str]] = []

    def reached(self, rows: QuerySet[DomainEvent], name: str, value: str) -> QuerySet[DomainEvent]:
        return rows.filter(delivered_at__isnull=value == "no")


def visible_to_staff(staff: Reader) -> QuerySet[DomainEvent]:
    """Without messages; for staff of one area what concerns its readers."""
    near = desks.seen_by(staff, "request__requester", "lending__giver", "lending__taker", "ask__holder")
    return DomainEvent.objects.exclude(kind__in=kinds.PRIVATE).filter(near)


class TrailIndex(NumberedIndex):
    title_path = "request__title"
    page_title = _("Trail")

    def get_base_queryset(self) -> QuerySet[DomainEvent]:
        rows = visible_to_staff(self.request.user)
        return rows.select_related("actor", "request__title", "ask", "lending")

    def search_queryset(self, queryset: QuerySet[DomainEvent]) -> QuerySet[DomainEvent]:
        """L-26-000012 means the lending, R-7 the request; a bare number either."""
        asked = self.search_query.strip().upper() if self.is_searching else ""
        number = NUMBER.match(asked)
        if number is None:
            found: QuerySet[DomainEvent] = super().search_queryset(queryset)
            return found
        of_lending, of_request = Q(lending=int(number[1])), Q(request=int(number[1]))
        return queryset.filter(
            of_lending if asked.startswith("L") else of_request if asked.startswith("R") else of_lending | of_request
        )


NOUNS = {"request": Request.Status, "ask": Ask.Status, "lending": Lending.Status, "handover": Handover.Status}


def about(event: DomainEvent) -> str:
    return str(event.lending or event.request or event.data.get("title", ""))


def states(event: DomainEvent) -> str:
    """In the words of the pages; a code that has none stays as it is."""
    noun = NOUNS.get(event.kind.partition(".")[0])
    words = {str(value): str(name) for value, name in noun.choices} if noun else {}
    before, after = (words.get(code, code) for code in (event.from_status, event.to_status))
    return f"{before} → {after}" if before and after else after


def what(event: DomainEvent) -> str:
    return kinds.name_of(event.kind)


class KindColumn(Column):
    """The event in words; its code, which manuals and logs use, stands beneath."""

    def get_value(self, instance: DomainEvent) -> str:
        return format_html('{}<br><small class="desk-code">{}</small>', what(instance), instance.kind)


class InspectEvent(InspectView):
    template_name = "sharing/admin/event.html"
    page_title = _("Event")

    def get_object(self, queryset: Any = None) -> DomainEvent:
        rows = visible_to_staff(self.request.user).select_related("actor", "ask", "request", "lending")
        return get_object_or_404(rows, pk=self.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event = self.object
        return {
            **super().get_context_data(**kwargs),
            "event": event,
            "what": what(event),
            "by": kinds.actor_of(event),
            "states": states(event),
        }


class Trail(ReadOnly):
    model = DomainEvent
    name = "trail"
    icon = "history"
    menu_label = _("Trail")
    index_view_class = TrailIndex
    inspect_view_class = InspectEvent
    filterset_class = TrailFilters
    ordering = ("-at", "-pk")
    list_per_page = 50
    list_display: ClassVar[list[Any]] = [
        "pk",
        DateColumn("at", label=_("Date"), sort_key="at"),
        KindColumn("kind", label=_("Event"), sort_key="kind"),
        Column("about", label=_("Lending or request"), accessor=about),
        Column("by", label=_("By"), accessor=kinds.actor_of),
        Column("states", label=_("States"), accessor=states),
        DateColumn("delivered_at", label=_("Delivered"), sort_key="delivered_at"),
    ]
    list_export: ClassVar[list[str]] = [
        "pk",
        "at",
        "kind",
        "request",
        "lending",
        "from_status",
        "to_status",
        "why",
        "delivered_at",
    ]
    export_headings: ClassVar[dict[str, Any]] = {
        "pk": _("Number"), "at": _("Date"), "kind": _("Event"), "request": _("Request"), "lending": _("Lending"),
        "from_status": _("From"), "to_status": _("To"), "why": _("Reason"), "delivered_at": _("Delivered"),
    }  # fmt: skip
    export_filename = "trail"
