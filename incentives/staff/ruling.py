"""Rules as librarians see and change them: each change is a version, and before it is saved the last month says what it costs."""

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import FormView
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from incentives import terms
from incentives.forms import TermsForm
from incentives.models import Campaign, Rule, RuleVersion
from incentives.staff.pages import StaffPage
from sharing.errors import SharingError
from sharing.views.readers import reader_of


class ChangeRule(StaffPage, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    form_class = TermsForm
    template_name = "incentives/admin/change_rule.html"
    header_icon = "cog"
    permission = terms.RIGHT

    @cached_property
    def rule(self) -> Rule:
        return get_object_or_404(Rule.objects.prefetch_related("versions__made_by"), pk=self.kwargs["pk"])

    @property
    def page_title(self) -> str:
        return capfirst(str(self.rule))

    def get_form_kwargs(self) -> dict[str, Any]:
        """Begins as the version that was written last; start and end are chosen anew."""
        last = self.rule.versions.latest("number")
        facts = {name: getattr(last, name) for name in TermsForm.Meta.fields if name not in ("starts_at", "ends_at")}
        return {**super().get_form_kwargs(), "instance": RuleVersion(rule=self.rule, **facts)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        current = self.rule.terms_at(timezone.now())
        return {**super().get_context_data(**kwargs), "rule": self.rule, "current": current}

    def form_valid(self, form: TermsForm) -> HttpResponse:
        now = timezone.now()
        wanted: RuleVersion = form.save(commit=False)
        wanted.starts_at = wanted.starts_at or now
        if "preview" in self.request.POST:
            would, did = terms.preview(wanted, now=now), terms.has_paid(self.rule, now=now)
            return self.render_to_response(self.get_context_data(form=form, would=would, did=did))
        try:
            version = terms.change_rule(terms=wanted, actor=reader_of(self.request), now=now)
        except SharingError as refusal:
            form.add_error("starts_at", refusal.message)
            return self.form_invalid(form)
        messages.success(self.request, _("Saved as version %(n)s.") % {"n": version.number})
        return HttpResponseRedirect(reverse("points-rules:index"))


class RuleList(IndexView):
    def get_base_queryset(self) -> QuerySet[Rule]:
        return Rule.objects.prefetch_related("versions")


def _now(name: str, label: Any) -> Column:
    return Column(name, label=capfirst(label), accessor=lambda rule: getattr(rule.terms_at(timezone.now()), name, "–"))


class Rules(ModelViewSet):
    model = Rule
    name = "points-rules"
    icon = "cog"
    list_display: ClassVar = [
        "code", "pays", _now("points", gettext_lazy("points")),
        _now("waiting_days", gettext_lazy("waiting period in days")),
        _now("pair_cap", gettext_lazy("times for the same two readers")),
        _now("day_cap", gettext_lazy("times a day")), _now("ends_at", gettext_lazy("holds until")),
    ]  # fmt: skip
    form_fields: ClassVar = ["code"]
    index_view_class = RuleList

    @property
    def edit_view(self) -> Any:
        return ChangeRule.as_view()


class Campaigns(ModelViewSet):
    model = Campaign
    name = "points-campaigns"
    icon = "date"
    menu_label = pgettext_lazy("points", "Campaigns")
    list_display: ClassVar = ["name_zh", "name_en", "percent", "reading_list", "starts_at", "ends_at"]
    form_fields: ClassVar = ["name_zh", "name_en", "rules", "percent", "reading_list", "starts_at", "ends_at"]
