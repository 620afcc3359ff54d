"""Points by hand: proposed by one, above the limit posted by another (M7)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

from incentives import adjustments, ledger
from incentives.forms import AdjustmentForm
from incentives.models import Adjustment, IncentiveSettings
from incentives.staff.pages import StaffPage
from library_bridge.models import Patron, Reader
from sharing.errors import SharingError
from sharing.views.readers import reader_of


def may_decide(adjustment: Adjustment, staff: Reader) -> bool:
    """A second person: neither who proposed it nor whose points they are."""
    waits = adjustment.status == Adjustment.Status.WAITING
    return (
        waits
        and staff.pk not in (adjustment.proposed_by_id, adjustment.reader_id)
        and staff.has_perm(adjustments.RIGHT)
    )


class ForAdjusters(StaffPage):
    header_icon = "edit"
    permission = adjustments.RIGHT

    def say(self, adjustment: Adjustment) -> HttpResponse:
        messages.success(self.request, f"{adjustment.amount:+d}: {adjustment.get_status_display()}")
        return HttpResponseRedirect(reverse("points-adjustments:index"))


class ProposeAdjustment(ForAdjusters, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    form_class = AdjustmentForm
    template_name = "incentives/admin/propose_adjustment.html"
    page_title = gettext_lazy("Propose an adjustment")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "limit": IncentiveSettings.load().adjustment_limit}

    def form_valid(self, form: AdjustmentForm) -> HttpResponse:
        readers = _readers_of(form.cleaned_data)
        if not readers:
            form.add_error("card_number", _("No reader has come with this card yet."))
        elif len(readers) > 1:
            form.add_error("library", _("Several libraries have a card of this number: choose whose it is."))
        if form.errors:
            return self.form_invalid(form)
        try:
            adjustment = adjustments.propose_adjustment(
                reader_id=readers.pop(),
                amount=form.cleaned_data["amount"],
                reason=form.cleaned_data["reason"],
                actor=reader_of(self.request),
                now=timezone.now(),
            )
        except SharingError as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        return self.say(adjustment)


def _readers_of(said: dict[str, Any]) -> set[int]:
    """The ids behind a card number, which is one card's only within its library."""
    cards = Patron.objects.filter(card_number__iexact=said["card_number"].strip())
    if library := said.get("library"):
        cards = cards.filter(library=library)
    return set(cards.values_list("reader_id", flat=True))


class DecideAdjustment(ForAdjusters, TemplateView):
    template_name = "incentives/admin/decide_adjustment.html"
    page_title = gettext_lazy("Decide an adjustment")

    @cached_property
    def adjustment(self) -> Adjustment:
        waiting = Adjustment.objects.filter(status=Adjustment.Status.WAITING)
        return get_object_or_404(waiting, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.adjustment
        may = may_decide(found, reader_of(self.request))
        context = {**super().get_context_data(**kwargs), "adjustment": found, "may_decide": may}
        if may:  # the second person has to know whose points these are; nobody else has
            cards = Patron.objects.filter(reader=found.reader_id).select_related("library")
            context |= {"cards": cards, "balance": ledger.balance(found.reader, now=timezone.now())}
        return context

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        try:
            decided = adjustments.decide_adjustment(
                adjustment_id=self.adjustment.pk,
                approve="approve" in request.POST,
                actor=reader_of(self.request),
                now=timezone.now(),
            )
        except SharingError as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(request.path)
        return self.say(decided)
