from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.search import SearchArea
from wagtail.admin.widgets import Button
from wagtail.permissions import policy_registry
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from personal_catalog import title_imports, titles
from personal_catalog.models import Title
from personal_catalog.staff import covers, deciding, importing, parting, queue
from personal_catalog.staff.bulk_actions import ApproveTitles, MergeHeadings, MergeTitles
from personal_catalog.staff.viewsets import AuthorityLists, Titles, register_policies
from personal_catalog.staff.week import CurationPanel


class QueueItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return titles.may_curate(request.user)


class ImportItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return title_imports.may_import(request.user)


class Catalogue(SnippetViewSetGroup):
    items = (Titles, AuthorityLists)
    menu_label = _("Catalogue")
    menu_icon = "list-ul"
    menu_order = 200

    def get_submenu_items(self) -> list[Any]:
        waiting = QueueItem(_("Curation"), reverse("catalog-queue"), icon_name="clipboard-list", order=0)
        files = ImportItem(_("Import titles"), reverse("catalog-import"), icon_name="upload", order=910)
        return [waiting, *super().get_submenu_items(), files]


register_policies()
DeleteBulkAction.models = []  # titles and names are merged, never deleted in a row
register_snippet(Catalogue)
hooks.register("register_bulk_action", ApproveTitles)
hooks.register("register_bulk_action", MergeTitles)
hooks.register("register_bulk_action", MergeHeadings)


@hooks.register("register_admin_urls")
def admin_urls() -> list[URLPattern]:
    return [
        path("catalogue/import/", importing.ImportTitles.as_view(), name="catalog-import"),
        path("catalogue/import/<int:import_id>/", importing.TitleImportPage.as_view(), name="catalog-import-job"),
        path("catalogue/queue/", queue.QueuePage.as_view(), name="catalog-queue"),
        path("catalogue/queue/<slug:code>/", queue.QueuePage.as_view(), name="catalog-queue-of"),
        path("catalogue/titles/<int:title_id>/approve/", deciding.approve, name="catalog-approve"),
        path("catalogue/titles/<int:title_id>/reject/", deciding.Reject.as_view(), name="catalog-reject"),
        path("catalogue/titles/<int:title_id>/merge/", deciding.MergeInto.as_view(), name="catalog-merge"),
        path("catalogue/titles/<int:title_id>/split/", parting.Split.as_view(), name="catalog-split"),
        path("catalogue/titles/<int:title_id>/propose/", queue.take_proposal, name="catalog-propose"),
        path("catalogue/mergers/<int:merge_id>/undo/", parting.UndoMerge.as_view(), name="catalog-undo"),
        path("catalogue/doubles/<int:pair_id>/", queue.dismiss_double, name="catalog-double"),
        path("catalogue/conflicts/<int:conflict_id>/", queue.settle_conflict, name="catalog-conflict"),
        path("catalogue/flags/<int:flag_id>/", queue.decide_flag, name="catalog-flag"),
        path("catalogue/covers/<int:title_id>/", covers.Cover.as_view(), name="catalog-cover"),
        path("catalogue/suggestions/<int:suggestion_id>/", queue.decide, name="catalog-decide"),
    ]


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    actions.register_action("personal_catalog.approve", _("Approve"), _("Approved"))
    actions.register_action("personal_catalog.reject", _("Reject"), _("Not taken into the catalogue"))
    actions.register_action("personal_catalog.cover_uploaded", _("Upload a cover"), _("Cover uploaded"))
    actions.register_action("personal_catalog.cover_removed", _("Remove the cover"), _("Cover removed"))
    actions.register_action("personal_catalog.merge", _("Merge"), _("Other titles merged into it"))
    actions.register_action(importing.IMPORTED, _("Import titles"), _("Titles imported from a file"))
    actions.register_action("personal_catalog.undo", _("Take a merger back"), _("Merger taken back"))
    actions.register_action("personal_catalog.split", _("Split"), _("Split in two"))


@hooks.register("construct_homepage_panels")
def panels(request: HttpRequest, found: list[Any]) -> None:
    found.append(CurationPanel(request))


class TitlesArea(SearchArea):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(policy_registry.get_by_type(Title).user_has_any_permission(request.user, ["add", "change", "view"]))


@hooks.register("register_admin_search_area")
def titles_area() -> SearchArea:
    """Beside pages, images and documents, the admin's search leads to titles by the same words."""
    return TitlesArea(
        _("Titles"),
        reverse("wagtailsnippets_personal_catalog_title:list"),
        name="titles",
        icon_name="doc-full",
        order=110,
    )


@hooks.register("register_snippet_listing_buttons")
def title_buttons(snippet: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    if isinstance(snippet, Title) and titles.may_curate(user):
        yield Button(_("Split…"), reverse("catalog-split", args=[snippet.pk]), icon_name="cut", priority=60)
