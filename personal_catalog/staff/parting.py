"""Pages on which a curator takes a merger back, or splits a record that mixes two books."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.log_actions import log

from personal_catalog.curation import LONGEST_REASON
from personal_catalog.errors import AlreadyDecided, CannotSplit, CannotUndo, TitleLocked
from personal_catalog.models import Copy, Title, TitleIsbn, TitleMerge
from personal_catalog.parting import split_title, undo_merge, what_stays
from personal_catalog.sentences import field_label
from personal_catalog.staff.forms import LinesField
from personal_catalog.staff.pages import CuratorPage, TitlePage, curator
from personal_catalog.staff.words import plain
from personal_catalog.weighing import weigh

HISTORY = "wagtailsnippets_personal_catalog_title:history"
EDIT = "wagtailsnippets_personal_catalog_title:edit"
LOCKED = gettext_lazy("Another curator has locked this title. Nothing was changed.")


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=LONGEST_REASON, required=False)


class UndoMerge(CuratorPage, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    template_name = "personal_catalog/admin/undo.html"
    form_class = ReasonForm
    page_title = gettext_lazy("Take a merger back")
    header_icon = "undo"

    @cached_property
    def merge(self) -> TitleMerge:
        rows = TitleMerge.objects.select_related("keep__merged_into", "merged", "actor")
        return get_object_or_404(rows, pk=self.kwargs["merge_id"])

    def get_page_subtitle(self) -> str:
        return self.merge.merged.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        left, moved = what_stays(self.merge), self.merge.moved
        closed = sum(len(told.get("closed", [])) for told in self.merge.above.values())
        return {
            **super().get_context_data(**kwargs),
            "merge": self.merge,
            "left": left,
            "copies": len(moved.get("copies", [])) - left.copies,
            "isbns": len(moved.get("isbns", [])) - left.isbns,
            "requests": sum(len(told.get("requests", [])) for told in self.merge.above.values()),
            "closed": closed,
            "fields": plain([field_label(name) for name in self.merge.gave if name not in left.fields]),
            "fields_left": plain([field_label(name) for name in left.fields]),
        }

    def form_valid(self, form: ReasonForm) -> HttpResponse:
        actor, reason = curator(self.request), form.cleaned_data["reason"]
        try:
            undo_merge(merge_id=self.merge.pk, actor=actor, now=timezone.now(), reason=reason)
        except AlreadyDecided:
            messages.info(self.request, _("Somebody else has decided this meanwhile."))
        except CannotUndo:
            messages.error(self.request, _("The kept title was merged on since: take that merger back first."))
        except TitleLocked:
            messages.error(self.request, LOCKED)
        else:
            log(instance=self.merge.keep, action="personal_catalog.undo", user=actor, data={"reason": reason})
            messages.success(
                self.request, _("“%(title)s” stands on its own again.") % {"title": self.merge.merged.title}
            )
        return HttpResponseRedirect(reverse(HISTORY, args=[self.merge.keep_id]))


class CopyChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # the class takes no argument at run time
    """No owner: a curator tells copies apart by label number, condition and note."""

    def label_from_instance(self, obj: Copy) -> str:
        parts = (obj.label_number, obj.get_mode_display(), obj.get_condition_display(), obj.note)
        return " · ".join(str(part) for part in parts if part)


class SplitForm(forms.Form):
    copies = CopyChoice(
        label=gettext_lazy("Copies that go to the new record"), queryset=Copy.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    isbns = forms.ModelMultipleChoiceField(
        label=gettext_lazy("ISBNs that go"), queryset=TitleIsbn.objects.none(), required=False, to_field_name="isbn13",
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    title = forms.CharField(label=gettext_lazy("Title of the new record"), max_length=500)
    subtitle = forms.CharField(label=capfirst(gettext_lazy("subtitle")), max_length=500, required=False)
    creators = LinesField(label=capfirst(gettext_lazy("creators")), help_text=gettext_lazy("One a line."))
    publisher = forms.CharField(label=capfirst(gettext_lazy("publisher")), max_length=200, required=False)
    year = forms.IntegerField(label=capfirst(gettext_lazy("year")), required=False)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=LONGEST_REASON)

    def __init__(self, *args: Any, of: Title, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: dict[str, QuerySet[Any]] = {"copies": of.copies.in_register().order_by("pk"), "isbns": of.isbns.all()}
        for name, rows in chosen.items():
            if not rows:
                del self.fields[name]  # a heading over nothing
            else:
                self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("copies") and not cleaned.get("isbns"):
            raise forms.ValidationError(_("Choose at least one copy or ISBN that goes to the new record."))
        return cleaned


class Split(TitlePage, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    template_name = "personal_catalog/admin/split.html"
    form_class = SplitForm
    page_title = gettext_lazy("Split a title")
    header_icon = "cut"

    def get_form_kwargs(self) -> dict[str, Any]:
        names = ("title", "subtitle", "creators", "publisher", "year")
        initial = {name: getattr(self.title, name) for name in names}
        return {**super().get_form_kwargs(), "of": self.title, "initial": initial}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        weights = weigh([self.title.pk]).get(self.title.pk, [])
        return {**super().get_context_data(**kwargs), "title": self.title, "weights": weights}

    def form_valid(self, form: SplitForm) -> HttpResponse:
        actor, said = curator(self.request), form.cleaned_data
        changes = {name: said[name] for name in ("title", "subtitle", "creators", "publisher", "year")}
        try:
            apart = split_title(
                title_id=self.title.pk, copies=[copy.pk for copy in said.get("copies", ())],
                isbns=[row.isbn13 for row in said.get("isbns", ())], changes=changes, actor=actor, now=timezone.now(),
                reason=said["reason"],
            )  # fmt: skip
        except (CannotSplit, TitleLocked) as refusal:
            says = LOCKED if isinstance(refusal, TitleLocked) else _("This has changed meanwhile. Nothing was split.")
            form.add_error(None, says)
            return self.form_invalid(form)
        log(instance=self.title, action="personal_catalog.split", user=actor, data={"reason": said["reason"]})
        messages.success(self.request, _("“%(title)s” stands on its own now.") % {"title": apart.title})
        return HttpResponseRedirect(reverse(EDIT, args=[apart.pk]))
