"""Choosing titles for a page: found as readers find them, a page at a time."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet

from personal_catalog.models import Title
from personal_catalog.staff.finding import found

LONGEST = 200


class TitleSearch(BaseFilterForm):
    q = forms.CharField(label=_("Title, creator, ISBN or pinyin"), required=False, max_length=LONGEST)

    def filter(self, objects: QuerySet[Title]) -> QuerySet[Title]:
        asked = str(self.cleaned_data.get("q") or "").strip()
        if not asked:
            return objects
        self.is_searching, self.search_query = True, asked
        return found(objects, asked).rows


class _Titles:
    filter_form_class = TitleSearch
    ordering = ("-created_at", "-pk")

    def get_object_list(self) -> QuerySet[Title]:
        return Title.objects.live().prefetch_related("isbns").defer("summary")

    @property
    def columns(self) -> list[Any]:
        more = [
            Column("creators_text", label=_("Creators")),
            Column("publisher", label=capfirst(_("publisher"))),
            Column("year", label=capfirst(_("year"))),
            Column("isbn", label="ISBN", accessor=lambda title: ", ".join(i.isbn13 for i in title.isbns.all()[:2])),
        ]
        return [*super().columns, *more]  # type: ignore[misc]  # mixed into Wagtail's views


class ChooseTitle(_Titles, ChooseView):
    pass


class ChooseTitleResults(_Titles, ChooseResultsView):
    pass


class TitleChooser(SnippetChooserViewSet):
    choose_view_class = ChooseTitle
    choose_results_view_class = ChooseTitleResults
