"""What a curator decides on one title that was typed by hand, each on a page of its own or by one button."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView
from wagtail.log_actions import log

from personal_catalog import curation, titles
from personal_catalog.errors import AlreadyDecided
from personal_catalog.models import Title
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.query import alike, search_titles
from personal_catalog.staff.forms import RejectForm
from personal_catalog.staff.pages import TitlePage, curator
from personal_catalog.staff.queues import merging

MOST_ALIKE = 10


@require_POST
def approve(request: HttpRequest, title_id: int) -> HttpResponse:
    actor = curator(request)
    title = get_object_or_404(Title.objects.records(), pk=title_id)
    titles.approve_title(title_id=title.pk, actor=actor, now=timezone.now())
    log(instance=title, action="personal_catalog.approve", user=actor)
    messages.success(request, _("“%(title)s” is part of the catalogue now.") % {"title": title.title})
    return redirect("catalog-queue")


class OnPending(TitlePage, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    template_name = "personal_catalog/admin/decide.html"
    says: str | Promise = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        curator(request)
        if self.title.status != Title.Status.PENDING:
            return self.gone()
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    @cached_property
    def title(self) -> Title:
        return get_object_or_404(Title, pk=self.kwargs["title_id"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "title": self.title, "says": self.says, "act": self.page_title}

    def gone(self) -> HttpResponse:
        messages.info(self.request, _("Somebody else has decided this meanwhile."))
        return HttpResponseRedirect(reverse("catalog-queue"))


class Reject(OnPending):
    form_class = RejectForm
    page_title = gettext_lazy("Not for the catalogue")
    header_icon = "cross"
    says = gettext_lazy(
        "Readers will not find it any more. The copies stay on their owners’ shelves; the owners are told your reason."
    )

    def form_valid(self, form: RejectForm) -> HttpResponse:
        actor, reason = curator(self.request), form.cleaned_data["reason"]
        try:
            curation.reject_title(title_id=self.title.pk, actor=actor, reason=reason, now=timezone.now())
        except AlreadyDecided:
            return self.gone()
        log(instance=self.title, action="personal_catalog.reject", user=actor, data={"reason": reason})
        messages.success(self.request, _("“%(title)s” was not taken over.") % {"title": self.title.title})
        return HttpResponseRedirect(reverse("catalog-queue"))


class MergeInto(TitlePage, TemplateView):
    """Records into which this one may go: each is compared with it before the two become one."""

    template_name = "personal_catalog/admin/alike.html"
    page_title = gettext_lazy("Merge into another record")
    header_icon = "resubmit"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [(row, merging(self.title.pk, row.pk)) for row in self.alike]
        return {**super().get_context_data(**kwargs), "title": self.title, "rows": rows}

    @cached_property
    def alike(self) -> list[Title]:
        asked = self.request.GET.get("q", "").strip()
        try:
            ids = search_titles(asked).ids if asked else alike(self.title.title)
        except SearchTimedOut:
            return []
        chosen = [pk for pk in ids if pk != self.title.pk][:MOST_ALIKE]
        rows = Title.objects.live().prefetch_related("isbns").in_bulk(chosen)
        return [rows[pk] for pk in chosen if pk in rows]
