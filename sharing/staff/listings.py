"""Lists that staff read: rows come about and change only through the domain's functions."""

import re
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from personal_catalog.models import Title
from personal_catalog.staff import finding

NUMBER = re.compile(r"^(?:[LR]-(?:\d\d-)?)?0*(\d{1,12})$", re.IGNORECASE)


class NumberedIndex(IndexView):
    """Found by its number (L-26-004102, R-17, or 17) or by the words of its title, as readers search."""

    title_path = "title"
    is_searchable = True
    beyond = ""
    """What the list says of titles that were not looked at."""
    days: tuple[str, ...] = ()
    """Columns with a day that some rows lack: those stand last, whichever end is asked for first."""

    def _get_title_column(self, field_name: str, column_class: type = TitleColumn, **kwargs: Any) -> Any:
        column_class = self._get_title_column_class(column_class)
        return column_class(
            field_name,
            label=_("Number"),
            sort_key="pk",
            classname="desk-number",
            get_url=self.get_inspect_url,
            **kwargs,
        )

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        """The number is the link; a menu with one entry would only repeat it."""
        return []

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.ordering if isinstance(self.ordering, str) else ""
        if (name := asked.removeprefix("-")) not in self.days:
            rows: QuerySet[Any] = super().order_queryset(queryset)
            return rows
        first = F(name).desc(nulls_last=True) if asked.startswith("-") else F(name).asc(nulls_last=True)
        return queryset.order_by(first, "-pk")

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.is_searching:
            return queryset
        asked = self.search_query.strip()
        if number := NUMBER.match(asked):
            return queryset.filter(pk=int(number[1]))
        of_these = Exists(queryset.filter(**{self.title_path: OuterRef("pk")}))
        found = finding.hits(asked, within=Title.objects.filter(of_these))
        self.beyond = found.beyond
        return queryset.filter(**{f"{self.title_path}__in": found.ids})


class ReadOnly(ModelViewSet):
    """A list and a page for each row, nothing else; `own_permissions` are those a group can be given for it."""

    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    search_fields: tuple[str, ...] = ()
    own_permissions: tuple[str, ...] = ("view",)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("<int:pk>/", self.inspect_view, name="inspect"),
        ]

    def register_admin_url_finder(self) -> None:
        """There is no page to edit a row."""

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        codenames = [*(f"{action}_{self.model_name}" for action in self.own_permissions), *self.own_permissions]
        return Permission.objects.filter(content_type__app_label=self.app_label, codename__in=codenames)


class ChipColumn(Column):
    """A status as a word with a shape."""

    cell_template_name = "sharing/admin/chip_cell.html"

    def __init__(self, name: str, *, kinds: Mapping[Any, str], **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.kinds = kinds

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return {**context, "kind": self.kinds.get(instance.status, "done"), "word": instance.get_status_display()}


class BookColumn(Column):
    cell_template_name = "sharing/admin/book_cell.html"


class DateColumn(Column):
    """A moment as short as the library stamps it."""

    cell_template_name = "sharing/admin/date_cell.html"
