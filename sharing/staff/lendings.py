"""Lendings for staff: found by number or title, sifted by what is wrong with them, seen with their slip."""

from datetime import datetime
from typing import Any, ClassVar

import django_filters
from django.db.models import Case, Count, F, Q, QuerySet, When
from django.forms import CheckboxSelectMultiple, RadioSelect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView
from wagtail.admin.widgets.button import HeaderButton

from library_bridge import reasons
from library_bridge.models import Area, Library, Patron, Reader, Transfer
from sharing.models import ConditionCheck, Lending
from sharing.models.conditions import parts_in_words
from sharing.models.lendings import LendingQuerySet
from sharing.staff import acts, slips
from sharing.staff.listings import BookColumn, ChipColumn, DateColumn, NumberedIndex, ReadOnly

S = Lending.Status
CHIPS = {
    S.AGREED: "wait", S.HANDED_OVER: "wait", S.TRANSFERRING: "wait", S.RETURNING: "wait", S.ON_LOAN: "free",
    S.NEEDS_LIBRARIAN: "act", S.DISPUTED: "act", S.CANCELLED: "no", S.NO_SHOW: "no",
}  # fmt: skip
TROUBLES = (
    ("any", gettext_lazy("Anything")),
    ("librarian", gettext_lazy("A librarian is needed")),
    ("refused", gettext_lazy("The library refused the transfer")),
    ("disputed", gettext_lazy("A problem was reported")),
    ("waiting", gettext_lazy("Waits for the library system")),
    ("late", gettext_lazy("Overdue")),
)


def in_trouble(kind: str, *, now: datetime) -> Q:
    kinds_of = {
        "librarian": Q(status=S.NEEDS_LIBRARIAN),
        "refused": Q(status=S.NEEDS_LIBRARIAN, transfer__status=Transfer.Status.REFUSED),
        "disputed": Q(status=S.DISPUTED),
        "waiting": Q(status=S.TRANSFERRING),
        "late": Q(due_at__lt=now, closed_at=None) & (Q(return_started_at=None) | Q(return_started_at__gt=F("due_at"))),
    }
    if kind in kinds_of:
        return kinds_of[kind]
    return kinds_of["librarian"] | kinds_of["disputed"] | kinds_of["waiting"] | kinds_of["late"]


def refused_by_library(staff: Reader) -> dict[int, int]:
    """How many lendings of each library's items wait because it refused the transfer, of those that this member of the staff
    may see: as many as the list shows when it is sifted so."""
    if not staff.has_perm("sharing.view_lending"):
        return {}
    rows = Lending.objects.visible_to_staff(staff).filter(in_trouble("refused", now=timezone.now()))
    return dict(rows.order_by().values_list("library_loan__library_id").annotate(Count("pk")))


class LendingFilters(WagtailFilterSet):
    trouble = django_filters.ChoiceFilter(
        label=pgettext_lazy("filter", "In trouble"), choices=TROUBLES, method="with_trouble", widget=RadioSelect,
        empty_label=gettext_lazy("All"),
    )  # fmt: skip
    status = django_filters.MultipleChoiceFilter(
        label=pgettext_lazy("filter", "Status"), choices=S.choices, widget=CheckboxSelectMultiple
    )
    kind = django_filters.ChoiceFilter(
        label=pgettext_lazy("filter", "Kind"), choices=Lending.Kind.choices, widget=RadioSelect,
        empty_label=gettext_lazy("All"),
    )  # fmt: skip
    library = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Library"), queryset=Library.objects.all(), field_name="library_loan__library"
    )
    area = django_filters.ModelChoiceFilter(
        label=pgettext_lazy("filter", "Area of either reader"), queryset=Area.objects.all(), method="in_area"
    )
    agreed = django_filters.DateFromToRangeFilter(
        field_name="agreed_at", label=pgettext_lazy("filter", "Agreed"), widget=DateRangePickerWidget
    )

    class Meta:
        model = Lending
        fields: ClassVar[list[str]] = []

    def with_trouble(self, rows: QuerySet[Lending], name: str, value: str) -> QuerySet[Lending]:
        return rows.filter(in_trouble(value, now=timezone.now()))

    def in_area(self, rows: QuerySet[Lending], name: str, value: Area) -> QuerySet[Lending]:
        return rows.filter(Q(giver__area=value) | Q(taker__area=value))


class LendingIndex(NumberedIndex):
    title_path = "request__title"
    days = ("next_at", "due_at")

    def get_base_queryset(self) -> QuerySet[Lending]:
        found: LendingQuerySet = super().get_base_queryset()
        still = Case(When(closed_at=None, then="deadline_at"))  # a finished one has no next step
        return found.visible_to_staff(self.request.user).select_related("request__title").annotate(next_at=still)


class InspectLending(InspectView):
    template_name = "sharing/admin/lending.html"
    page_title = gettext_lazy("Slip")

    def get_object(self, queryset: Any = None) -> Lending:
        return acts.lending_or_404(int(self.pk), self.request.user)

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        return [
            HeaderButton(act.name, url=reverse(f"lendings:{act.code}", args=[self.object.pk]), icon_name=act.icon)
            for act in acts.possible(self.object, self.request.user)
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lending: Lending = self.object
        return {
            **super().get_context_data(**kwargs),
            "lending": lending,
            "chip": CHIPS.get(S(lending.status), "done"),
            "slip": slips.of_lending(lending),
            "next_at": lending.deadline_at if lending.is_live else None,
            "waits": lending.status in (S.NEEDS_LIBRARIAN, S.DISPUTED),
            "conditions": [
                (_("giver") if check.reader_id == lending.giver_id else _("taker"), parts_in_words(check.worse), check)
                for check in ConditionCheck.objects.filter(handover__lending=lending)
            ],
            "transfer": lending.transfer,
            "transfer_says": reasons.sentence(lending.transfer.reason_code)
            if lending.transfer and lending.transfer.reason_code
            else "",
            "acts": acts.possible(lending, self.request.user),
            "may_look_up": acts.may_look_up(self.request.user),
            "readers": self._readers(lending),
        }

    def _readers(self, lending: Lending) -> list[tuple[str, Any, list[str]]]:
        """The two with their card numbers, for as long as a recorded look is fresh."""
        if not acts.has_looked(self.request, lending, now=timezone.now()):
            return []
        cards: dict[int, list[str]] = {lending.giver_id: [], lending.taker_id: []}
        for reader_id, number in Patron.objects.filter(reader__in=cards).values_list("reader_id", "card_number"):
            cards[reader_id].append(number)
        return [
            (_("giver"), lending.giver, cards[lending.giver_id]),
            (_("taker"), lending.taker, cards[lending.taker_id]),
        ]


class Lendings(ReadOnly):
    model = Lending
    name = "lendings"
    icon = "resubmit"
    menu_label = gettext_lazy("Lendings")
    own_permissions = ("view", "change", "look_up_readers")
    index_view_class = LendingIndex
    inspect_view_class = InspectLending
    filterset_class = LendingFilters
    ordering = ("-agreed_at", "-pk")
    list_display: ClassVar[list[Any]] = [
        "number",
        BookColumn("title", label=gettext_lazy("Title"), accessor="request.title"),
        ChipColumn("status", kinds=CHIPS, label=gettext_lazy("Status"), sort_key="status"),
        Column("get_kind_display", label=gettext_lazy("Kind"), sort_key="kind"),
        DateColumn("agreed_at", label=gettext_lazy("Agreed"), sort_key="agreed_at"),
        DateColumn("due_at", label=gettext_lazy("Due"), sort_key="due_at"),
        DateColumn("next_at", label=gettext_lazy("Next step by"), sort_key="next_at"),
    ]
    list_export: ClassVar[list[str]] = [
        "number", "request.title", "get_kind_display", "get_mode_display", "get_status_display", "agreed_at", "handed_over_at",
        "due_at", "closed_at", "close_reason",
    ]  # fmt: skip
    export_headings: ClassVar[dict[str, Any]] = {
        "number": gettext_lazy("Number"), "request.title": gettext_lazy("Title"), "get_kind_display": gettext_lazy("Kind"),
        "get_mode_display": gettext_lazy("Lending mode"), "get_status_display": gettext_lazy("Status"),
        "agreed_at": gettext_lazy("Agreed"), "handed_over_at": gettext_lazy("Handed over"), "due_at": gettext_lazy("Due"),
        "closed_at": gettext_lazy("Closed"), "close_reason": gettext_lazy("Reason"),
    }  # fmt: skip
    export_filename = "lendings"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/settle/", acts.Settle.as_view(), name="settle"),
            path("<int:pk>/look-into/", acts.LookInto.as_view(), name="look-into"),
            path("<int:pk>/finish/", acts.Finish.as_view(), name="finish"),
            path("<int:pk>/retry/", acts.Retry.as_view(), name="retry"),
            path("<int:pk>/readers/", acts.LookUp.as_view(), name="readers"),
        ]
