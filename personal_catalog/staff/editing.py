"""Adding and correcting a title in the admin, and what was done to it."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import log
from wagtail.snippets.views.snippets import CreateView, EditView, InspectView

from personal_catalog import titles
from personal_catalog.errors import IsbnTaken, NotAllowed, NoTitle, Refused, TitleLocked
from personal_catalog.lookup.sources import label
from personal_catalog.models import Title, TitleChange
from personal_catalog.sentences import field_label, in_parts
from personal_catalog.staff.words import plain

EDIT = "wagtailsnippets_personal_catalog_title:edit"
REVERT = "wagtailsnippets_personal_catalog_title:revisions_revert"
COMPARE = "wagtailsnippets_personal_catalog_title:revisions_compare"
REFUSALS = {
    NotAllowed.code: gettext_lazy("You may not change titles."),
    NoTitle.code: gettext_lazy("A record needs a title."),
    TitleLocked.code: gettext_lazy("Another curator has locked this title. Nothing was changed."),
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


class ByTheDomain:
    """The form hands what was typed to the domain, which keeps the version itself; nothing is saved while somebody types."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # the view beside this in the bases
        self.autosave_enabled = False

    def save_instance(self) -> Title:
        form: Any = self.form  # type: ignore[attr-defined]  # likewise, and below
        title: Title = form.save()
        self.new_revision = title.latest_revision
        act = "wagtail.create" if self.view_name == "create" else "wagtail.edit"  # type: ignore[attr-defined]
        data, changed = {"reason": form.cleaned_data["reason"]}, form.has_changed()
        user = self.request.user  # type: ignore[attr-defined]
        log(instance=title, action=act, user=user, revision=self.new_revision, content_changed=changed, data=data)
        return title


class AddTitle(ByTheDomain, Told, CreateView):
    pass


class EditTitle(ByTheDomain, Told, EditView):
    def get_success_message(self, instance: Any = None) -> str:
        if titles.may_curate(self.request.user):
            return str(super().get_success_message(instance))
        return _("Your correction waits for a curator.")

    @property
    def header_more_buttons(self) -> list[Button]:
        url = reverse("catalog-cover", args=[self.object.pk])
        return [*super().header_more_buttons, Button(_("Cover"), url=url, icon_name="image", priority=40)]

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
        may = titles.may_curate(self.request.user)
        return {
            **super().get_context_data(**kwargs),
            "rows": [(row, in_words(row), urls) for row, urls in _with_versions(list(changes))],
            "mergers": self.object.mergers.filter(undone_at=None).select_related("merged") if may else [],
            "may": may,
        }


def _with_versions(changes: list[TitleChange]) -> Iterator[tuple[TitleChange, tuple[str, str]]]:
    """Each change with the addresses of its version and of its comparison with the one before."""
    kept = [row.revision_id for row in changes if row.revision_id]
    for row in changes:
        at = kept.index(row.revision_id) + 1 if row.revision_id else 0
        before = kept[at] if at and at < len(kept) else "earliest"
        version = reverse(REVERT, args=[row.title_id, row.revision_id]) if at else ""
        yield row, (version, reverse(COMPARE, args=[row.title_id, before, row.revision_id]) if at else "")


def in_words(change: TitleChange) -> list[tuple[str, str, str]]:
    """Field, before, after; for what is no correction the second is empty."""
    data = change.data
    if change.kind == TitleChange.Kind.CORRECTED and "cover" in data:
        before, after = (label(source) if source else "" for source in data["cover"])
        return [(field_label("cover"), before, after)]
    if change.kind == TitleChange.Kind.CORRECTED:
        return [(field_label(name), plain(before), plain(after)) for name, (before, after) in data.items()]
    if change.kind == TitleChange.Kind.MERGED:
        return [("", "", plain([row["title"] for row in data.get("merged", [])]))]
    if change.kind == TitleChange.Kind.COMPLETED:
        return [
            ("", "", in_parts(data.get("provenance") or dict.fromkeys(data.get("fields", []), data.get("source", ""))))
        ]
    if "title" in data:
        return [("", "", str(data["title"]["title"]))]
    return [("", "", str(data["reason"]))] if data.get("reason") else []
