"""What staff see and may change of the library systems, under one menu."""

from typing import Any

from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from library_bridge import reasons
from library_bridge.models import (
    Area,
    EmbeddedHold,
    EmbeddedLoan,
    ItemType,
    Library,
    LibraryLoan,
    Patron,
    PatronCategory,
    Reader,
    Transfer,
)
from library_bridge.staff.deleting import NeverDeleted
from library_bridge.staff.embedded import (
    Categories,
    EmbeddedLoans,
    EmbeddedPatrons,
    Holds,
    Items,
    ItemTypes,
    Records,
    Rules,
)
from library_bridge.staff.library_form import LibraryForm
from library_bridge.staff.listings import Listing
from library_bridge.staff.seeing import InspectSeen, SeenIndex
from library_bridge.staff.settling import InspectTransfer, SettleTransfer
from library_bridge.staff.systems import Systems
from library_bridge.staff.transfer_slips import TransferIndex


class OnlyToSee(ModelPermissionPolicy):
    """What the library system or the saga writes is nobody's to type, whatever the group allows."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and bool(super().user_has_permission(user, action))


class PlacedAtTheDesk(ModelPermissionPolicy):
    """Holds are placed and cancelled by the library system; what is over may be deleted."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in ("view", "delete") and bool(super().user_has_permission(user, action))


READ_ONLY = (Patron, LibraryLoan, Transfer, EmbeddedLoan)
KEPT = (Library, PatronCategory, ItemType, Reader)


def register_policies() -> None:
    for model in READ_ONLY:
        register_permission_policy(model, OnlyToSee(model))
    for kept in KEPT:
        register_permission_policy(kept, NeverDeleted(kept))
    register_permission_policy(EmbeddedHold, PlacedAtTheDesk(EmbeddedHold))


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


class ReasonColumn(Column):
    """Why it was refused, as the readers are told; its code stays where manuals and logs look for it, on the transfer's page."""

    def get_value(self, instance: Transfer) -> str:
        return reasons.sentence(instance.reason_code) if instance.reason_code else ""


class Transfers(Listing):
    model = Transfer
    name = "transfers"
    icon = "redirect"
    list_display = [
        "reference",
        "barcode",
        "status",
        ReasonColumn("reason_code", label=capfirst(_("reason")), sort_key="reason_code"),
        "attempts",
        "created_at",
        "finished_at",
    ]
    list_filter = ["status", "library"]
    search_fields = ["reference", "barcode"]
    search_backend_name = None
    form_fields = ["reference"]
    index_view_class = TransferIndex
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
