"""What readers would like the library to buy, and the answer that they are told."""

from collections.abc import Callable
from typing import Any, ClassVar, cast

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.generic import FormView
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from library_bridge.models import Reader
from sharing import purchases
from sharing.errors import IllegalTransition, SharingError
from sharing.models import PurchaseSuggestion
from sharing.staff.listings import ChipColumn, DateColumn, ReadOnly

S = PurchaseSuggestion.Status
CHIPS = {S.OPEN: "wait", S.ORDERED: "free", S.DECLINED: "no", S.LAPSED: "no"}
MOST_ANSWERS = 3


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("What the library does"),
        widget=forms.RadioSelect,
        choices=[(S.ORDERED, gettext_lazy("Order it")), (S.DECLINED, gettext_lazy("Not buy it"))],
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The reader is told this. Needed when the library does not buy it."),
    )
    all = forms.BooleanField(required=False, initial=True)


class Decide(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    template_name = "sharing/admin/purchase.html"
    form_class = DecisionForm
    page_title = gettext_lazy("Purchase suggestion")
    header_icon = "plus"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not purchases.may_decide(self.staff):
            raise PermissionDenied
        if self.suggestion.status != S.OPEN:
            messages.info(request, _("Somebody else has decided this meanwhile."))
            return redirect("purchases:index")
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    @property
    def staff(self) -> Reader:
        return cast(Reader, self.request.user)

    @cached_property
    def suggestion(self) -> PurchaseSuggestion:
        return get_object_or_404(PurchaseSuggestion, pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.suggestion.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listed = {"url": reverse("purchases:index"), "label": _("Purchase suggestions")}
        return [*self.breadcrumbs_items, listed, {"url": "", "label": self.page_title}]

    def get_form(self, form_class: Any = None) -> DecisionForm:
        """Whether the answer goes to all who wait is asked where there are others."""
        form = cast(DecisionForm, super().get_form(form_class))
        if others := self._others().count():
            form.fields["all"].label = ngettext(
                "The same answer for %(count)s other who waits for it",
                "The same answer for %(count)s others who wait for it",
                others,
            ) % {"count": others}
        else:
            del form.fields["all"]
        return form

    def _others(self) -> QuerySet[PurchaseSuggestion]:
        """Whom the same answer may be given: not oneself."""
        alike = PurchaseSuggestion.objects.waiting().alike(self.suggestion)
        return alike.exclude(pk=self.suggestion.pk).exclude(reader=self.staff)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        alike = PurchaseSuggestion.objects.alike(self.suggestion)
        return {
            **super().get_context_data(**kwargs),
            "suggestion": self.suggestion,
            "alike": alike.count(),
            "answered": alike.exclude(answer="").order_by("-decided_at")[:MOST_ANSWERS],
            "late": self.suggestion.late_at is not None,
            "own": self.suggestion.reader_id == self.staff.pk,
        }

    def form_valid(self, form: DecisionForm) -> HttpResponse:
        said, decided = form.cleaned_data, self.suggestion
        others = list(self._others()) if said.get("all") else []
        decide = purchases.order_purchase if said["decision"] == S.ORDERED else purchases.decline_purchase
        try:
            decide(suggestion_id=decided.pk, actor=self.staff, answer=said["answer"], now=timezone.now())
        except IllegalTransition as moved_on:
            messages.info(self.request, moved_on.message)
        except SharingError as refusal:
            form.add_error(refusal.field or None, refusal.message)
            return self.form_invalid(form)
        else:
            log(
                instance=decided, action="sharing.decide_purchase", user=self.staff, data={"decision": said["decision"]}
            )
            told = 1 + self._same_for(others, decide, said["answer"])
            says = ngettext("Done. %(count)s reader has been told.", "Done. %(count)s readers have been told.", told)
            messages.success(self.request, says % {"count": told})
        return redirect("purchases:index")

    def _same_for(self, others: list[PurchaseSuggestion], decide: Callable[..., object], answer: str) -> int:
        """How many; whoever has been answered meanwhile keeps that answer."""
        told = 0
        for one in others:
            try:
                decide(suggestion_id=one.pk, actor=self.staff, answer=answer, now=timezone.now())
            except IllegalTransition:
                continue
            told += 1
        return told


class PurchaseFilters(WagtailFilterSet):
    status = django_filters.MultipleChoiceFilter(
        label=pgettext_lazy("filter", "Status"), choices=S.choices, widget=CheckboxSelectMultiple
    )

    class Meta:
        model = PurchaseSuggestion
        fields: ClassVar[list[str]] = []


class PurchaseIndex(IndexView):
    """The titles suggested, open ones first: those moved up, then those with the nearest day. A click leads to the answer."""

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.request.GET.get("ordering"):
            return cast("QuerySet[Any]", super().order_queryset(queryset))
        return queryset.order_by(F("decided_at").desc(nulls_first=True), "-is_first", "answer_by", "pk")

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        return []


def _place(suggestion: PurchaseSuggestion) -> str:
    return str(pgettext_lazy("purchase suggestion", "moved up by its reader")) if suggestion.is_first else ""


class Purchases(ReadOnly):
    """Without the readers' names: what matters is the book."""

    model = PurchaseSuggestion
    name = "purchases"
    icon = "plus"
    menu_label = gettext_lazy("Purchase suggestions")
    index_view_class = PurchaseIndex
    filterset_class = PurchaseFilters
    search_fields = ("title", "creators", "isbn13")
    own_permissions = ("view", "change")
    ordering = ("answer_by", "pk")
    list_display: ClassVar[list[Any]] = [
        "title",
        Column("creators", label=gettext_lazy("Creators")),
        Column("isbn13", label="ISBN"),
        ChipColumn("status", kinds=CHIPS, label=gettext_lazy("Status"), sort_key="status"),
        Column("is_first", label=gettext_lazy("Order"), accessor=_place, sort_key="is_first"),
        DateColumn("created_at", label=gettext_lazy("Suggested"), sort_key="created_at"),
        DateColumn("answer_by", label=gettext_lazy("Answer by"), sort_key="answer_by"),
        DateColumn("decided_at", label=gettext_lazy("Decided"), sort_key="decided_at"),
    ]
    list_export: ClassVar[list[str]] = [
        "title",
        "creators",
        "isbn13",
        "note",
        "get_status_display",
        "created_at",
        "answer_by",
    ]
    export_filename = "purchase-suggestions"

    @property
    def inspect_view(self) -> Any:
        return Decide.as_view()
