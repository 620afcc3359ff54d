"""What curators see of the catalogue."""

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from personal_catalog import titles
from personal_catalog.models import Title
from personal_catalog.staff.editing import AddTitle, EditTitle, TitleHistory
from personal_catalog.staff.finding import TitleFilters, found, of_the_list
from personal_catalog.staff.forms import TitleForm
from personal_catalog.staff.title_chooser import TitleChooser


class NeverDeleted(ModelPermissionPolicy):
    """A title is merged, never deleted: copies and their history hang on it."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and bool(super().user_has_permission(user, action))


def register_policies() -> None:
    register_permission_policy(Title, NeverDeleted(Title))


class TitleIndex(IndexView):
    """Searches as readers do; best hits first."""

    def get_base_queryset(self) -> QuerySet[Title]:
        return of_the_list(super().get_base_queryset(), self.request.GET)

    @cached_property
    def columns(self) -> list[Column]:
        """Boxes only for those who may do something with what they tick."""
        columns: list[Column] = super().columns
        may = titles.may_curate(self.request.user)
        return [column for column in columns if may or not isinstance(column, BulkActionsCheckboxColumn)]

    @property
    def is_searchable(self) -> bool:
        return True

    def search_queryset(self, queryset: QuerySet[Title]) -> QuerySet[Title]:
        return found(queryset, self.search_query) if self.is_searching else queryset


class Titles(SnippetViewSet):
    model = Title
    icon = "doc-full"
    menu_label = _("Titles")
    menu_name = "titles"
    index_view_class = TitleIndex
    add_view_class = AddTitle
    edit_view_class = EditTitle
    history_view_class = TitleHistory
    history_template_name = TitleHistory.template_name
    chooser_viewset_class = TitleChooser
    chooser_per_page = 20
    list_display = [
        "title",
        Column("creators_text", label=_("Creators")),
        "publisher",
        "year",
        Column("get_status_display", label=_("status"), sort_key="status"),
        DateColumn("created_at", label=_("added"), sort_key="created_at"),
    ]
    list_per_page = 50
    ordering = ("-created_at", "-pk")
    filterset_class = TitleFilters
    search_fields = ["title"]
    copy_view_enabled = False
    inspect_view_enabled = True
    edit_handler = ObjectList(
        [
            FieldPanel("title"),
            FieldPanel("subtitle"),
            FieldPanel("creators"),
            FieldPanel("translators"),
            FieldPanel("contributors"),
            FieldPanel("isbns"),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("publisher"), FieldPanel("year"), FieldPanel("edition")]),
                    FieldRowPanel([FieldPanel("series"), FieldPanel("series_number")]),
                    FieldPanel("original_title"),
                    FieldRowPanel([FieldPanel("language"), FieldPanel("extent"), FieldPanel("volumes")]),
                    FieldPanel("languages"),
                ],
                heading=_("Edition"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("subjects"),
                    FieldPanel("subject_headings"),
                    FieldRowPanel([FieldPanel("clc"), FieldPanel("ddc"), FieldPanel("lcc")]),
                    FieldPanel("summary"),
                ],
                heading=_("Subject"),
            ),
            MultiFieldPanel(
                [FieldPanel("numbers"), FieldPanel("invalid_isbns"), FieldPanel("links")],
                heading=_("Numbers and links"),
            ),
        ],
        base_form_class=TitleForm,
    )
