"""What curators see of the catalogue."""

from typing import Any

import django_filters
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from personal_catalog.models import Title
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.query import search_titles
from personal_catalog.staff.forms import TitleForm

MOST_FOUND = 500


class NeverDeleted(ModelPermissionPolicy):
    """A title is merged, never deleted: copies and their history hang on it."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and bool(super().user_has_permission(user, action))


def register_policies() -> None:
    register_permission_policy(Title, NeverDeleted(Title))


class TitleFilters(WagtailFilterSet):
    status = django_filters.ChoiceFilter(label=_("status"), choices=Title.Status.choices)
    language = django_filters.CharFilter(label=_("language"))
    lookup_pending = django_filters.BooleanFilter(label=_("waits for a source"))
    added = django_filters.DateFromToRangeFilter(field_name="created_at", label=_("added"))

    class Meta:
        model = Title
        fields = ("status", "language", "lookup_pending")


class TitleIndex(IndexView):
    """Searches as readers do; best hits first."""

    def get_base_queryset(self) -> QuerySet[Title]:
        found: QuerySet[Title] = super().get_base_queryset()
        return found if self.request.GET.get("status") == Title.Status.MERGED else found.exclude(status="merged")

    @property
    def is_searchable(self) -> bool:
        return True

    def search_queryset(self, queryset: QuerySet[Title]) -> QuerySet[Title]:
        if not self.is_searching:
            return queryset
        try:
            ids = search_titles(self.search_query).ids[:MOST_FOUND]
        except SearchTimedOut:
            return queryset.none()
        if not ids:
            return queryset.none()
        places = (When(pk=pk, then=Value(place)) for place, pk in enumerate(ids[:100]))
        return queryset.filter(pk__in=ids).order_by(
            Case(*places, default=Value(100), output_field=IntegerField()), "pk"
        )


class Titles(SnippetViewSet):
    model = Title
    icon = "doc-full"
    menu_label = _("Titles")
    menu_name = "titles"
    index_view_class = TitleIndex
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
            FieldPanel("isbns"),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("publisher"), FieldPanel("year"), FieldPanel("edition")]),
                    FieldPanel("series"),
                    FieldPanel("original_title"),
                    FieldRowPanel([FieldPanel("language"), FieldPanel("extent")]),
                ],
                heading=_("Edition"),
            ),
            MultiFieldPanel(
                [FieldPanel("subjects"), FieldRowPanel([FieldPanel("clc"), FieldPanel("ddc")]), FieldPanel("summary")],
                heading=_("Subject"),
            ),
        ],
        base_form_class=TitleForm,
    )
