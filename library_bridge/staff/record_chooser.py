"""Choosing the record of an item: by title, number or ISBN, a page at a time."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet

from library_bridge.models import EmbeddedRecord

MORE = {"record_id": _("record number"), "publisher": _("publisher"), "year": _("year")}


class RecordFilter(BaseFilterForm):
    q = forms.CharField(label=_("Title, record number or ISBN"), required=False, max_length=200)

    def filter(self, objects: QuerySet[EmbeddedRecord]) -> QuerySet[EmbeddedRecord]:
        asked = str(self.cleaned_data.get("q") or "").strip()
        if not asked:
            return objects
        self.is_searching, self.search_query = True, asked
        wanted = Q(title__icontains=asked) | Q(record_id=asked) | Q(isbns__isbn13=asked.replace("-", ""))
        return objects.filter(wanted).distinct()


class _Found:
    filter_form_class = RecordFilter

    @property
    def columns(self) -> list[Any]:
        more = [Column(name, label=capfirst(label)) for name, label in MORE.items()]
        return [*super().columns, *more]  # type: ignore[misc]  # mixed into Wagtail's views


class ChooseRecord(_Found, chooser.ChooseView):
    pass


class ChooseRecordResults(_Found, chooser.ChooseResultsView):
    pass


class RecordChooser(ChooserViewSet):
    model = EmbeddedRecord
    icon = "doc-full"
    choose_one_text = _("Choose a record")
    choose_another_text = _("Choose another record")
    edit_item_text = _("Edit this record")
    choose_view_class = ChooseRecord
    choose_results_view_class = ChooseRecordResults
    register_widget = False


record_chooser = RecordChooser("record-chooser")
