"""The desk: the overview on the admin's first page, lendings, requests and the trail, and the order of the menu."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.search import SearchArea
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.log_actions import LogFormatter
from wagtail.permissions import register_permission_policy

from library_bridge.models import Reader
from library_bridge.staff.systems import RefusedInWaiting
from library_bridge.staff.viewsets import OnlyToSee
from personal_catalog.models import ReaderGroup
from sharing.models import (
    CirculationPolicy,
    Delivery,
    DomainEvent,
    Flag,
    Lending,
    PurchaseSuggestion,
    Request,
    TitleNote,
)
from sharing.staff import exports, lendings, overview, transfer_slips
from sharing.staff.drop_points import DropPoints, Kiosks
from sharing.staff.flags import Flags
from sharing.staff.groups import Groups
from sharing.staff.holidays import Holidays
from sharing.staff.lendings import Lendings
from sharing.staff.mails import Mails, OnlyToRetry
from sharing.staff.places import MeetingPlaces
from sharing.staff.purchases import Purchases
from sharing.staff.reading_lists import ReadingLists
from sharing.staff.requests import Requests
from sharing.staff.title_notes import TitleNotes
from sharing.staff.trail import Trail

# Overview, Lendings, Catalogue (200), Library system (300), Points (400), then what the CMS brings
PLACES = {"voucher-desk": 410, "explorer": 500, "images": 510, "documents": 520}
NOT_IN_THE_MENU = {"snippets"}  # titles have their own place

exports.make_safe()
for model in (Lending, Request, PurchaseSuggestion, DomainEvent, ReaderGroup, TitleNote, Flag):
    register_permission_policy(model, OnlyToSee(model))
register_permission_policy(Delivery, OnlyToRetry(Delivery))


class Desk(ViewSetGroup):
    menu_label = _("Lendings")
    menu_icon = "resubmit"
    menu_order = 100
    items = (
        Lendings,
        Requests,
        Purchases,
        TitleNotes,
        Flags,
        Groups,
        Trail,
        Mails,
        MeetingPlaces,
        DropPoints,
        Kiosks,
        Holidays,
    )


@hooks.register("register_admin_viewset")
def desk() -> list[Any]:
    return [Desk(), ReadingLists()]


@hooks.register("register_admin_menu_item")
def first_page() -> MenuItem:
    return MenuItem(_("Overview"), reverse("wagtailadmin_home"), name="overview", icon_name="desktop", order=10)


@hooks.register("construct_main_menu")
def one_order(request: HttpRequest, items: list[MenuItem]) -> None:
    items[:] = [item for item in items if item.name not in NOT_IN_THE_MENU]
    for item in items:
        item.order = PLACES.get(item.name, item.order)
        if item.name == "explorer":
            item.label = _("Pages and guide")


class LendingsArea(SearchArea):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("sharing.view_lending"))


@hooks.register("register_admin_search_area")
def lendings_area() -> SearchArea:
    return LendingsArea(_("Lendings"), reverse("lendings:index"), name="lendings", icon_name="resubmit", order=120)


@hooks.register("construct_settings_menu")
def other_words(request: HttpRequest, items: list[MenuItem]) -> None:
    """Wagtail's word for its locales is, in Chinese, ours for the areas of the campus."""
    for item in items:
        if item.name == "locales":
            item.label = _("Languages of the pages")


@hooks.register("construct_help_menu")
def our_help(request: HttpRequest, items: list[MenuItem]) -> None:
    """News of the CMS is nothing to a librarian; what the figures mean is."""
    items[:] = [item for item in items if not item.name.startswith(("whats-new", "editor-guide"))]


@hooks.register("register_help_menu_item")
def figures_explained() -> MenuItem:
    return MenuItem(_("What the figures mean"), reverse("desk-definitions"), icon_name="help", order=100)


@hooks.register("construct_homepage_panels")
def panels(request: HttpRequest, found: list[Any]) -> None:
    ours = (overview.StuckPanel, overview.FiguresPanel, overview.ChartsPanel, overview.WantedPanel)
    found.extend(panel(request) for panel in ours)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    return [path("definitions/", overview.explain, name="desk-definitions")]


@hooks.register("insert_global_admin_css")
def stylesheet() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


@hooks.register("insert_global_admin_js")
def file_fields() -> SafeString:
    """On our own forms a file field speaks the language of the page, as it does for readers."""
    words = (_("Choose a file"), _("None chosen yet"))
    return format_html(
        '<script src="{}" data-choose="{}" data-none="{}" defer></script>', static("js/files.js"), *words
    )


@hooks.register("insert_global_admin_js")
def lists() -> SafeString:
    return format_html('<script src="{}" defer></script>', static("js/lists.js"))


class PolicyChange(LogFormatter):
    """In the words of the form, before → after."""

    label = _("Change a limit")

    def format_message(self, log_entry: Any) -> str:
        changed = log_entry.data.get("changed", {}).items()
        return "; ".join(f"{CirculationPolicy.label_of(name)}: {old} → {new}" for name, (old, new) in changed)


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    actions.register_action("sharing.settle", _("Settle"), _("Settled"))
    actions.register_action("sharing.look_into", _("Say what became of it"), _("Looked into"))
    actions.register_action("sharing.finish_transfer", _("Finish the transfer"), _("Transfer finished"))
    actions.register_action("sharing.retry_transfer", _("Try again now"), _("Transfer tried again"))
    actions.register_action(
        "sharing.decide_purchase", _("Answer a purchase suggestion"), _("Purchase suggestion answered")
    )
    actions.register_action("sharing.judge_note", _("Judge a note on a title"), _("Note on a title judged"))
    actions.register_action("sharing.decide_flag", _("Decide a report"), _("Report decided"))
    actions.register_action("sharing.group_make", _("Make a group"), _("Group made"))
    actions.register_action("sharing.group_put_in", _("Put readers into a group"), _("Readers put in"))
    actions.register_action("sharing.group_take_out", _("Take a reader out of a group"), _("Reader taken out"))
    actions.register_action("sharing.group_close", _("Close a group"), _("Group closed"))
    actions.register_action("sharing.kiosk_link", _("Make a link for a screen"), _("Link for a screen made"))
    actions.register_action("sharing.kiosk_revoke", _("Switch a screen off"), _("Screen switched off"))
    actions.register_action("sharing.change_policy")(PolicyChange)
    actions.register_action("sharing.look_up", _("Look up the readers"), _("Readers looked up"))


@hooks.register("refused_in_waiting")
def refused_in_waiting(staff: Reader) -> RefusedInWaiting:
    """The library refused the transfer, and its lending waits for a librarian: no transfer says so by itself."""
    return RefusedInWaiting(f"{reverse('lendings:index')}?trouble=refused", lendings.refused_by_library(staff))


hooks.register("slips_of_transfers", transfer_slips.slips_of_transfers)
