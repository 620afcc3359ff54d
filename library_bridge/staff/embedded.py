"""The embedded system's own lists: stock, cards, holds and rules."""

import django_filters
from django.db.models import Q, QuerySet
from django.forms import RadioSelect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.widgets.button import HeaderButton

from library_bridge.models import (
    CirculationRule,
    EmbeddedHold,
    EmbeddedItem,
    EmbeddedLoan,
    EmbeddedPatron,
    EmbeddedRecord,
    ItemType,
    PatronCategory,
)
from library_bridge.staff.cancelling import CancelHold, InspectHold
from library_bridge.staff.deleting import DeleteSeen
from library_bridge.staff.embedded_forms import (
    CirculationRuleForm,
    EmbeddedItemForm,
    EmbeddedPatronForm,
    EmbeddedRecordForm,
)
from library_bridge.staff.importing import ImportItems, ImportPage, ImportPatrons, may_import
from library_bridge.staff.listings import Listing
from library_bridge.staff.seeing import EditSeen, HistorySeen, InspectSeen, ListedIndex, SeenIndex, UsageSeen

STAGES = (
    ("waiting", pgettext_lazy("hold", "Waiting")),
    ("shelf", pgettext_lazy("hold", "On the hold shelf")),
    ("collected", pgettext_lazy("hold", "Collected")),
    ("cancelled", pgettext_lazy("hold", "Cancelled")),
)
OF_STAGE = {
    "waiting": Q(filled_at=None, cancelled_at=None),
    "shelf": Q(filled_at__isnull=False, collected_at=None, cancelled_at=None),
    "collected": Q(collected_at__isnull=False),
    "cancelled": Q(cancelled_at__isnull=False),
}


class Records(Listing):
    model = EmbeddedRecord
    name = "records"
    icon = "doc-full"
    list_display = ["record_id", "title", "call_number", "publisher", "year"]
    search_fields = ["record_id", "title", "call_number"]
    search_backend_name = None

    def get_form_class(self, for_update: bool = False) -> type[EmbeddedRecordForm]:
        return EmbeddedRecordForm


class WithImport:
    """The button beside “Add”, for those who may."""

    page: type[ImportPage]
    address = ""

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        buttons: list[HeaderButton] = super().header_buttons  # type: ignore[misc]  # mixed into Wagtail's list
        if may_import(self.request.user, self.page.model_name):  # type: ignore[attr-defined]
            buttons.append(HeaderButton(self.page.page_title, url=reverse(self.address), icon_name="upload"))
        return buttons


class ItemIndex(WithImport, ListedIndex):
    page, address = ImportItems, "items:import"


class CardIndex(WithImport, SeenIndex):
    page, address = ImportPatrons, "embedded-patrons:import"


class Items(Listing):
    model = EmbeddedItem
    index_view_class = ItemIndex
    name = "items"
    icon = "list-ul"
    list_display = ["barcode", "record", "item_type", "branch", "status"]
    list_filter = ["library", "status", "item_type", "branch"]
    search_fields = ["barcode", "record__title", "record__call_number"]
    search_backend_name = None
    form_fields = ["library", "barcode", "record", "item_type", "branch", "status"]
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[EmbeddedItemForm]:
        return EmbeddedItemForm

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("import/", ImportItems.as_view(), name="import")]


class EmbeddedPatrons(Listing):
    model = EmbeddedPatron
    name = "embedded-patrons"
    icon = "group"
    list_display = [
        "card_number", "name", "category", "expires_on", BooleanColumn("blocked", label=capfirst(_("blocked"))),
        BooleanColumn("lost", label=capfirst(_("card lost"))), "fines",
    ]  # fmt: skip
    list_filter = ["library", "category", "blocked", "lost"]
    search_fields = ["card_number", "name"]
    search_backend_name = None
    index_view_class = CardIndex
    edit_view_class = EditSeen
    delete_view_class = DeleteSeen
    history_view_class = HistorySeen
    usage_view_class = UsageSeen
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[EmbeddedPatronForm]:
        return EmbeddedPatronForm

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("import/", ImportPatrons.as_view(), name="import")]


class EmbeddedLoans(Listing):
    """What is charged now. On whose card is not told: with a title beside it that is a reader's business (T-L2)."""

    model = EmbeddedLoan
    name = "embedded-loans"
    icon = "history"
    list_display = ["item", "checked_out_at", "due_at", "renewals", "recalled_at"]
    form_fields = ["item"]
    index_view_class = SeenIndex
    search_fields = ["item__barcode", "item__record__title"]
    search_backend_name = None
    inspect_view_enabled = True
    inspect_view_class = InspectSeen
    inspect_view_fields = ["item", "checked_out_at", "due_at", "renewals", "recalled_at"]


class HoldFilters(WagtailFilterSet):
    stage = django_filters.ChoiceFilter(
        label=pgettext_lazy("filter", "Status"), choices=STAGES, method="at_stage", widget=RadioSelect,
        empty_label=pgettext_lazy("filter", "All"),
    )  # fmt: skip

    class Meta:
        model = EmbeddedHold
        fields = ["record__library"]

    def at_stage(self, rows: QuerySet[EmbeddedHold], name: str, value: str) -> QuerySet[EmbeddedHold]:
        return rows.filter(OF_STAGE[value])


class Holds(Listing):
    """Placed and cancelled by the library system, at the desk. Who waits is told there, to the one who serves them (T-L2)."""

    model = EmbeddedHold
    name = "holds"
    icon = "time"
    list_display = ["record", "item", "placed_at", "filled_at", "collected_at", "cancelled_at"]
    filterset_class = HoldFilters
    search_fields = ["record__title", "item__barcode"]
    search_backend_name = None
    form_fields = ["record"]
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_class = InspectHold
    inspect_view_fields = ["record", "item", "placed_at", "filled_at", "collected_at", "cancelled_at"]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("cancel/<int:pk>/", CancelHold.as_view(), name="cancel")]


class Categories(Listing):
    model = PatronCategory
    name = "patron-categories"
    icon = "group"
    list_display = ["code", "name", "library", "loan_limit", "fine_limit"]
    list_filter = ["library"]
    form_fields = ["library", "code", "name", "loan_limit", "fine_limit"]


class ItemTypes(Listing):
    model = ItemType
    name = "item-types"
    icon = "tag"
    list_display = ["code", "name", "library", BooleanColumn("for_loan", label=capfirst(_("for loan")))]
    list_filter = ["library"]
    form_fields = ["library", "code", "name", "for_loan"]


class Rules(Listing):
    model = CirculationRule
    name = "circulation-rules"
    icon = "cog"
    list_display = [
        "category",
        "item_type",
        "loan_days",
        "loan_limit",
        "renewal_limit",
        "renewal_days",
        "hold_limit",
        "fine_per_day",
    ]
    list_filter = ["category__library", "category", "item_type"]

    def get_form_class(self, for_update: bool = False) -> type[CirculationRuleForm]:
        return CirculationRuleForm
