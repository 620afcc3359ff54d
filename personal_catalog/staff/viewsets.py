"""What curators see of the catalogue."""

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from personal_catalog import titles
from personal_catalog.models import Heading, Title
from personal_catalog.staff.comparing import SaidPanel
from personal_catalog.staff.editing import AddTitle, EditTitle, TitleHistory
from personal_catalog.staff.finding import TitleFilters, found, of_the_list
from personal_catalog.staff.forms import HeadingForm, TitleForm
from personal_catalog.staff.panels import ProvenancePanel
from personal_catalog.staff.title_chooser import TitleChooser


class NeverDeleted(ModelPermissionPolicy):
    """A title is merged, never deleted: copies and their history hang on it."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action == "change" and titles.may_propose(user):  # its form sends the correction to the curators
            return True
        return action != "delete" and bool(super().user_has_permission(user, action))


def register_policies() -> None:
    register_permission_policy(Title, NeverDeleted(Title))


class TitleIndex(IndexView):
    """Searches as readers do; best hits first. `beyond`: what the list says of titles that were not looked at."""

    beyond = ""

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
        if not self.is_searching:
            return queryset
        listed = found(queryset, self.search_query)
        self.beyond = listed.beyond
        return listed.rows


class OurSnippets(SnippetViewSet):
    """The way home in the reader's language: Wagtail's own is put into words once, when the service starts."""

    breadcrumbs_items = WagtailAdminTemplateMixin.breadcrumbs_items


class Titles(OurSnippets):
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
        Column("get_status_display", label=capfirst(_("status")), sort_key="status"),
        DateColumn("created_at", label=capfirst(_("added")), sort_key="created_at"),
    ]
    list_per_page = 50
    ordering = ("-created_at", "-pk")
    filterset_class = TitleFilters
    search_fields = ["title"]
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = [
        "title", "subtitle", "creators", "translators", "contributors", "publisher", "edition", "series", "series_number", "year",
        "language", "languages", "extent", "volumes", "summary", "subjects", "subject_headings", "clc", "ddc", "lcc",
        "original_title", "numbers", "invalid_isbns", "status", "created_at", "updated_at", "passed_on",
    ]  # fmt: skip
    edit_handler = ObjectList(
        [
            ProvenancePanel(),
            FieldPanel("title"),
            FieldPanel("subtitle"),
            SaidPanel("creators"),
            SaidPanel("translators"),
            SaidPanel("contributors"),
            SaidPanel("isbns"),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("publisher"), FieldPanel("year"), FieldPanel("edition")]),
                    FieldRowPanel([FieldPanel("series"), FieldPanel("series_number")]),
                    FieldPanel("original_title"),
                    FieldRowPanel([FieldPanel("language"), FieldPanel("extent"), FieldPanel("volumes")]),
                    SaidPanel("languages"),
                ],
                heading=_("Edition"),
            ),
            MultiFieldPanel(
                [
                    SaidPanel("subjects"),
                    SaidPanel("subject_headings"),
                    FieldRowPanel([FieldPanel("clc"), FieldPanel("ddc"), FieldPanel("lcc")]),
                    FieldPanel("summary"),
                ],
                heading=_("Subject"),
            ),
            MultiFieldPanel(
                [SaidPanel("numbers"), SaidPanel("invalid_isbns"), SaidPanel("links")],
                heading=_("Numbers and links"),
            ),
            FieldPanel("reason"),
        ],
        base_form_class=TitleForm,
    )


class AuthorityLists(OurSnippets):
    """Names and subjects in their one form, with the others by which they are known."""

    model = Heading
    icon = "list-ul"
    menu_label = _("Authority lists")
    menu_name = "authority-lists"
    list_display = [
        "name",
        Column("get_kind_display", label=capfirst(_("kind")), sort_key="kind"),
        "note",
        DateColumn("updated_at", label=capfirst(_("changed"))),
    ]
    list_filter = ["kind"]
    list_per_page = 50
    search_fields = ["name", "names__name"]
    search_backend_name = None
    copy_view_enabled = False
    panels = [FieldPanel("kind"), FieldPanel("name"), FieldPanel("variants"), FieldPanel("note")]
    edit_handler = ObjectList(panels, base_form_class=HeadingForm)
