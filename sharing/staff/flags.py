"""What readers have reported: the queue, and for each the reported words with their neighbours and the decision (T-L8)."""

from typing import Any, ClassVar, cast

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe
from django.views.generic import FormView
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from library_bridge.models import Reader
from sharing import flags
from sharing.errors import SharingError
from sharing.models import Flag
from sharing.staff.listings import BookColumn, DateColumn, ReadOnly


class DecideForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"),
        widget=forms.RadioSelect,
        choices=[
            ("no_fault", gettext_lazy("Nothing wrong with it")),
            ("hidden", gettext_lazy("Hide it")),
            ("warned", gettext_lazy("Hide it and warn its writer")),
            ("suspended", gettext_lazy("Hide it and keep its writer from conversations")),
        ],
    )
    days = forms.IntegerField(
        label=gettext_lazy("For so many days"), required=False, min_value=1, max_value=flags.MOST_DAYS,
        help_text=gettext_lazy("Ready-made replies can still be sent, so that a book comes home."),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Its writer is told this; who reported it is told to nobody. Needed unless nothing is wrong."),
    )  # fmt: skip


class Decide(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    template_name = "sharing/admin/flag.html"
    form_class = DecideForm
    page_title = pgettext_lazy("by a reader", "report")
    header_icon = "warning"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not flags.may_moderate(self.staff):
            raise PermissionDenied
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    @property
    def staff(self) -> Reader:
        return cast(Reader, self.request.user)

    @cached_property
    def flag(self) -> Flag:
        return get_object_or_404(flags.seen_by_staff(self.staff), pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return str(self.flag)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listed = {"url": reverse("flags:index"), "label": pgettext_lazy("by readers", "reports")}
        return [*self.breadcrumbs_items, listed, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lines = flags.look(flag_id=self.flag.pk, actor=self.staff, now=timezone.now())
        return {**super().get_context_data(**kwargs), "flag": self.flag, "lines": lines}

    def form_valid(self, form: DecideForm) -> HttpResponse:
        said, flag_id = {**form.cleaned_data, "days": form.cleaned_data["days"] or 0}, self.flag.pk
        try:
            flags.decide_flag(flag_id=flag_id, actor=self.staff, now=timezone.now(), **said)
        except SharingError as refusal:
            form.add_error(refusal.field or None, refusal.message)
            return self.form_invalid(form)
        log(instance=self.flag, action="sharing.decide_flag", user=self.staff, data={"outcome": said["outcome"]})
        messages.success(self.request, _("Done."))
        return redirect("flags:index")


@require_safe
def photo(request: HttpRequest, pk: int, seq: int) -> HttpResponse:
    """One that belongs to the excerpt: of the message numbered `seq`, or with 0 of the copy. Each look is on record."""
    staff = cast(Reader, request.user)
    flag = get_object_or_404(flags.seen_by_staff(staff), pk=pk)
    flags.look(flag_id=flag.pk, actor=staff, now=timezone.now())
    if seq:
        file = get_object_or_404(flags.messages_of(flag).exclude(photo=""), seq=seq).photo
    elif flag.photo is not None:
        file = flag.photo.large
    else:
        raise Http404
    try:
        content = file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = cast(HttpResponse, FileResponse(content, content_type="image/webp", filename="photo.webp"))
    answer["Cache-Control"] = "private, no-store"
    return answer


class FlagFilters(WagtailFilterSet):
    waits = django_filters.BooleanFilter(
        label=gettext_lazy("Waits for a look"), field_name="decided_at", lookup_expr="isnull"
    )

    class Meta:
        model = Flag
        fields: ClassVar[list[str]] = []


class FlagIndex(IndexView):
    """Those that wait first, the oldest on top; a click leads to the passage and the decision."""

    def get_base_queryset(self) -> QuerySet[Flag]:
        return flags.seen_by_staff(cast(Reader, self.request.user))

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        return []


class Flags(ReadOnly):
    """Without the two readers: what matters is what is written."""

    model = Flag
    name = "flags"
    icon = "warning"
    menu_label = gettext_lazy("Reports by readers")
    index_view_class = FlagIndex
    filterset_class = FlagFilters
    own_permissions = ("view", "change")
    list_display: ClassVar[list[Any]] = [
        "__str__",
        Column("what", label=gettext_lazy("About")),
        BookColumn("title", label=pgettext_lazy("column", "Title")),
        Column("get_kind_display", label=gettext_lazy("What is wrong")),
        DateColumn("raised_at", label=gettext_lazy("Reported"), sort_key="raised_at"),
        Column("get_outcome_display", label=gettext_lazy("Decision")),
    ]

    @property
    def inspect_view(self) -> Any:
        return Decide.as_view()

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("<int:pk>/photo/<int:seq>/", photo, name="photo")]
