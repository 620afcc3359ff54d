from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from personal_catalog import title_imports, titles
from personal_catalog.staff import deciding, importing, queue
from personal_catalog.staff.bulk_actions import ApproveTitles, MergeTitles
from personal_catalog.staff.viewsets import Titles, register_policies


class QueueItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return titles.may_curate(request.user)


class ImportItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return title_imports.may_import(request.user)


class Catalogue(SnippetViewSetGroup):
    items = (Titles,)
    menu_label = _("Catalogue")
    menu_icon = "list-ul"
    menu_order = 200

    def get_submenu_items(self) -> list[Any]:
        waiting = QueueItem(_("Waiting for a curator"), reverse("catalog-queue"), icon_name="clipboard-list", order=900)
        files = ImportItem(_("Import titles"), reverse("catalog-import"), icon_name="upload", order=910)
        return [*super().get_submenu_items(), waiting, files]


register_policies()
DeleteBulkAction.models = []  # the only snippets are titles: they are merged, never deleted
register_snippet(Catalogue)
hooks.register("register_bulk_action", ApproveTitles)
hooks.register("register_bulk_action", MergeTitles)


@hooks.register("register_admin_urls")
def admin_urls() -> list[URLPattern]:
    return [
        path("catalogue/import/", importing.ImportTitles.as_view(), name="catalog-import"),
        path("catalogue/import/<int:import_id>/", importing.TitleImportPage.as_view(), name="catalog-import-job"),
        path("catalogue/queue/", queue.Queue.as_view(), name="catalog-queue"),
        path("catalogue/titles/<int:title_id>/approve/", deciding.approve, name="catalog-approve"),
        path("catalogue/titles/<int:title_id>/reject/", deciding.Reject.as_view(), name="catalog-reject"),
        path("catalogue/titles/<int:title_id>/merge/", deciding.MergeInto.as_view(), name="catalog-merge"),
        path("catalogue/suggestions/<int:suggestion_id>/", queue.decide, name="catalog-decide"),
    ]


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    actions.register_action("personal_catalog.approve", _("Approve"), _("Approved"))
    actions.register_action("personal_catalog.reject", _("Reject"), _("Not taken into the catalogue"))
    actions.register_action("personal_catalog.merge", _("Merge"), _("Other titles merged into it"))
    actions.register_action(importing.IMPORTED, _("Import titles"), _("Titles imported from a file"))
