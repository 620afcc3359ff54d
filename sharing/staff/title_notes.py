"""What readers wrote about titles: the flagged and the new ones wait here until a moderator has looked."""

from typing import Any, ClassVar, cast

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import FormView
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from library_bridge.models import Reader
from sharing import title_notes
from sharing.errors import SharingError
from sharing.models import DomainEvent, TitleNote
from sharing.staff.listings import BookColumn, ChipColumn, DateColumn, ReadOnly

S = TitleNote.Status
CHIPS = {S.SHOWN: "free", S.HIDDEN: "no", S.WITHDRAWN: "done"}
STAND, HIDE = "stand", "hide"


class JudgeForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"),
        widget=forms.RadioSelect,
        choices=[(STAND, gettext_lazy("Nothing wrong with it: it is shown")), (HIDE, gettext_lazy("Hide it"))],
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Its writer is told this. Needed when it is hidden."),
    )


class Judge(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    template_name = "sharing/admin/note.html"
    form_class = JudgeForm
    page_title = gettext_lazy("Note on a title")
    header_icon = "comment"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not title_notes.may_moderate(self.staff):
            raise PermissionDenied
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    @property
    def staff(self) -> Reader:
        return cast(Reader, self.request.user)

    @cached_property
    def note(self) -> TitleNote:
        return get_object_or_404(
            title_notes.seen_by_staff(self.staff).standing().select_related("title"), pk=self.kwargs["pk"]
        )

    def get_page_subtitle(self) -> str:
        return self.note.title.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listed = {"url": reverse("title_notes:index"), "label": _("Notes on titles")}
        return [*self.breadcrumbs_items, listed, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        past = DomainEvent.objects.filter(kind__startswith="note.", data__note=self.note.pk).order_by("pk")
        more = {"note": self.note, "flags": self.note.flags.all(), "past": past.select_related("actor")}
        return {**super().get_context_data(**kwargs), **more}

    def form_valid(self, form: JudgeForm) -> HttpResponse:
        said, note_id, now = form.cleaned_data, self.note.pk, timezone.now()
        try:
            if said["decision"] == HIDE:
                title_notes.hide_note(note_id=note_id, actor=self.staff, reason=said["reason"], now=now)
            else:
                title_notes.let_stand(note_id=note_id, actor=self.staff, now=now)
        except SharingError as refusal:
            form.add_error(refusal.field or None, refusal.message)
            return self.form_invalid(form)
        log(instance=self.note, action="sharing.judge_note", user=self.staff, data={"decision": said["decision"]})
        messages.success(self.request, _("Done."))
        return redirect("title_notes:index")


class NoteFilters(WagtailFilterSet):
    status = django_filters.MultipleChoiceFilter(
        label=pgettext_lazy("filter", "Status"), choices=S.choices, widget=CheckboxSelectMultiple
    )
    waits = django_filters.BooleanFilter(
        label=gettext_lazy("Waits for a look"), field_name="seen_at", lookup_expr="isnull"
    )

    class Meta:
        model = TitleNote
        fields: ClassVar[list[str]] = []


class NoteIndex(IndexView):
    """The flagged first, then those that nobody has looked at, then the newest; a click leads to the decision."""

    def get_base_queryset(self) -> QuerySet[TitleNote]:
        flags = Count("flags", filter=Q(flags__isnull=False, flags__decided_at=None))
        found = TitleNote.objects.standing().visible_to_staff(cast(Reader, self.request.user))
        return found.select_related("title").annotate(open_flags=flags)

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.request.GET.get("ordering"):
            return cast("QuerySet[Any]", super().order_queryset(queryset))
        return queryset.order_by("-open_flags", F("seen_at").asc(nulls_first=True), "-written_at")

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        return []


class TitleNotes(ReadOnly):
    """Without their writers: what matters is what is written."""

    model = TitleNote
    name = "title_notes"
    icon = "comment"
    menu_label = gettext_lazy("Notes on titles")
    index_view_class = NoteIndex
    filterset_class = NoteFilters
    search_fields = ("text",)
    own_permissions = ("view", "change")
    list_display: ClassVar[list[Any]] = [
        "__str__",
        BookColumn("title", label=pgettext_lazy("column", "Title")),
        ChipColumn("status", kinds=CHIPS, label=gettext_lazy("Status")),
        Column("open_flags", label=gettext_lazy("Flags")),
        DateColumn("written_at", label=gettext_lazy("Written"), sort_key="written_at"),
        DateColumn("seen_at", label=gettext_lazy("Looked at"), sort_key="seen_at"),
    ]

    @property
    def inspect_view(self) -> Any:
        return Judge.as_view()
