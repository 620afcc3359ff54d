"""What staff see and may change of the library systems, under one menu."""

from typing import Any

from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from library_bridge.models import (
    Area,
    CirculationRule,
    EmbeddedHold,
    EmbeddedItem,
    EmbeddedLoan,
    EmbeddedPatron,
    EmbeddedRecord,
    ItemType,
    Library,
    LibraryLoan,
    Patron,
    PatronCategory,
    Reader,
    Transfer,
)
from library_bridge.staff.deleting import DeleteUnused, NeverDeleted
from library_bridge.staff.forms import EmbeddedPatronForm, EmbeddedRecordForm
from library_bridge.staff.library_form import LibraryForm
from library_bridge.staff.seeing import InspectSeen, ListedIndex, SeenIndex
from library_bridge.staff.settling import InspectTransfer, SettleTransfer
from library_bridge.staff.systems import Systems


class OnlyToSee(ModelPermissionPolicy):
    """What the library system or the saga writes is nobody's to type, whatever the group allows."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and bool(super().user_has_permission(user, action))


READ_ONLY = (Patron, LibraryLoan, Transfer, EmbeddedLoan)
KEPT = (Library, PatronCategory, ItemType, Reader)


def register_policies() -> None:
    for model in READ_ONLY:
        register_permission_policy(model, OnlyToSee(model))
    for kept in KEPT:
        register_permission_policy(kept, NeverDeleted(kept))


class Listing(ModelViewSet):
    """No page of the CMS refers to these rows, so its index of references need not follow every change of a loan."""

    add_to_reference_index = False
    delete_view_class = DeleteUnused
    index_view_class = ListedIndex


class Libraries(Listing):
    model = Library
    name = "libraries"
    icon = "home"
    list_display = ["code", "name_zh", "name_en", "adapter", BooleanColumn("is_active", label=capfirst(_("active")))]

    def get_form_class(self, for_update: bool = False) -> type[LibraryForm]:
        return LibraryForm


class Areas(Listing):
    model = Area
    name = "areas"
    icon = "site"
    list_display = ["code", "name_zh", "name_en", "sort"]
    form_fields = ["code", "name_zh", "name_en", "sort", "staff"]


class Records(Listing):
    model = EmbeddedRecord
    name = "records"
    icon = "doc-full"
    list_display = ["record_id", "title", "call_number", "publisher", "year"]
    search_fields = ["record_id", "title", "call_number"]
    search_backend_name = None

    def get_form_class(self, for_update: bool = False) -> type[EmbeddedRecordForm]:
        return EmbeddedRecordForm


class Items(Listing):
    model = EmbeddedItem
    name = "items"
    icon = "list-ul"
    list_display = ["barcode", "record", "item_type", "branch", "status"]
    list_filter = ["status", "item_type", "branch"]
    search_fields = ["barcode", "record__title"]
    search_backend_name = None
    form_fields = ["library", "barcode", "record", "item_type", "branch", "status"]


class EmbeddedPatrons(Listing):
    model = EmbeddedPatron
    name = "embedded-patrons"
    icon = "group"
    list_display = [
        "card_number", "category", "expires_on", BooleanColumn("blocked", label=capfirst(_("blocked"))),
        BooleanColumn("lost", label=capfirst(_("card lost"))), "fines",
    ]  # fmt: skip
    list_filter = ["category", "blocked", "lost"]
    search_fields = ["card_number"]
    search_backend_name = None

    def get_form_class(self, for_update: bool = False) -> type[EmbeddedPatronForm]:
        return EmbeddedPatronForm


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


class Holds(Listing):
    model = EmbeddedHold
    name = "holds"
    icon = "time"
    list_display = ["record", "item", "placed_at", "filled_at", "cancelled_at"]
    form_fields = ["record", "item", "patron", "placed_at", "cancelled_at"]


class Categories(Listing):
    model = PatronCategory
    name = "patron-categories"
    icon = "group"
    list_display = ["code", "name", "loan_limit", "fine_limit"]
    form_fields = ["library", "code", "name", "loan_limit", "fine_limit"]


class ItemTypes(Listing):
    model = ItemType
    name = "item-types"
    icon = "tag"
    list_display = ["code", "name", BooleanColumn("for_loan", label=capfirst(_("for loan")))]
    form_fields = ["library", "code", "name", "for_loan"]


class Rules(Listing):
    model = CirculationRule
    name = "circulation-rules"
    icon = "cog"
    list_display = ["category", "item_type", "loan_days", "loan_limit", "renewal_limit", "renewal_days", "fine_per_day"]
    form_fields = list_display


class Patrons(Listing):
    """Cards with an account here. No names: a card number is enough to find one at the desk."""

    model = Patron
    name = "patrons"
    icon = "user"
    list_display = ["card_number", "library", "blocked_reason", "checked_at"]
    list_filter = ["library", "blocked_reason"]
    search_fields = ["card_number"]
    search_backend_name = None
    form_fields = ["library", "card_number"]
    index_view_class = SeenIndex
    inspect_view_enabled = True
    inspect_view_class = InspectSeen
    inspect_view_fields = ["library", "card_number", "blocked_reason", "checked_at", "loans_checked_at"]


class Loans(Listing):
    model = LibraryLoan
    name = "library-loans"
    icon = "history"
    list_display = ["barcode", "title", "due_at", "hold_count", "checked_at"]
    index_view_class = SeenIndex
    list_filter = ["library", "recalled", "renewable"]
    search_fields = ["barcode", "title"]
    search_backend_name = None
    form_fields = ["library", "barcode"]
    inspect_view_enabled = True
    inspect_view_class = InspectSeen
    inspect_view_fields = [
        "library", "barcode", "title", "creators", "isbn13", "call_number", "checked_out_at", "due_at", "renewable",
        "renewals_left", "hold_count", "recalled", "checked_at",
    ]  # fmt: skip


class Transfers(Listing):
    model = Transfer
    name = "transfers"
    icon = "redirect"
    list_display = ["reference", "barcode", "status", "reason_code", "attempts", "created_at", "finished_at"]
    list_filter = ["status", "library"]
    search_fields = ["reference", "barcode"]
    search_backend_name = None
    form_fields = ["reference"]
    index_view_class = SeenIndex
    inspect_view_enabled = True
    inspect_view_class = InspectTransfer
    inspect_view_fields = [
        "library", "reference", "barcode", "status", "reason_code", "reason_text", "old_due_at", "new_due_at",
        "attempts", "next_try_at", "created_at", "finished_at", "settled_because",
    ]  # fmt: skip
    inspect_template_name = "library_bridge/admin/inspect_transfer.html"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("settle/<int:pk>/", SettleTransfer.as_view(), name="settle")]


class LibrarySystems(ModelViewSetGroup):
    menu_label = _("Library system")
    menu_icon = "table"
    menu_order = 300
    items = (
        Systems,
        Transfers,
        Loans,
        Patrons,
        Libraries,
        Areas,
        Records,
        Items,
        EmbeddedPatrons,
        EmbeddedLoans,
        Holds,
        Categories,
        ItemTypes,
        Rules,
    )
