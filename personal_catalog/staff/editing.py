"""Adding and correcting a title in the admin, and what was done to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.snippets.views.snippets import CreateView, EditView, InspectView

from personal_catalog.errors import IsbnTaken, NotAllowed, NoTitle, Refused
from personal_catalog.models import Title, TitleChange
from personal_catalog.sentences import field_label
from personal_catalog.staff.words import plain

EDIT = "wagtailsnippets_personal_catalog_title:edit"
REFUSALS = {
    NotAllowed.code: gettext_lazy("You may not change titles."),
    NoTitle.code: gettext_lazy("A record needs a title."),
    IsbnTaken.code: gettext_lazy("Meanwhile another title has one of these ISBNs. Merge the two instead."),
}


class Told:
    """What the domain refuses is said on the form, with all that was typed still there."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # the view beside this in the bases
        except Refused as refusal:
            form.add_error(None, REFUSALS.get(refusal.code, _("This was refused. Nothing was changed.")))
            answer = self.form_invalid(form)  # type: ignore[attr-defined]  # likewise
        return answer


class AddTitle(Told, CreateView):
    pass


class EditTitle(Told, EditView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._elsewhere() or super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except Title.DoesNotExist:  # merged since the form was opened
            return self._elsewhere() or self.form_invalid(form)

    def _elsewhere(self) -> HttpResponse | None:
        """A merged record is no longer edited: the one it was merged into is."""
        title = Title.objects.get(pk=self.object.pk)
        if title.merged_into_id is None:
            return None
        says = _("“%(title)s” was merged into this record. Nothing was changed; correct this one.")
        messages.info(self.request, says % {"title": title.title})
        return HttpResponseRedirect(reverse(EDIT, args=[title.merged_into_id]))


class TitleHistory(InspectView):
    """Every change with what stood there before."""

    template_name = "personal_catalog/admin/history.html"
    page_title = gettext_lazy("History of the title")

    def get_template_names(self) -> list[str]:
        return [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        changes = self.object.changes.select_related("actor")
        return {**super().get_context_data(**kwargs), "rows": [(row, in_words(row)) for row in changes]}


def in_words(change: TitleChange) -> list[tuple[str, str, str]]:
    """Field, before, after; for what is no correction the second is empty."""
    data = change.data
    if change.kind == TitleChange.Kind.CORRECTED:
        return [(field_label(name), plain(before), plain(after)) for name, (before, after) in data.items()]
    if change.kind == TitleChange.Kind.MERGED:
        return [("", "", plain([row["title"] for row in data.get("merged", [])]))]
    if change.kind == TitleChange.Kind.COMPLETED:
        return [("", "", plain([field_label(name) for name in data.get("fields", [])]))]
    return [("", "", str(data["reason"]))] if data.get("reason") else []
