"""What a curator decides on one title that was typed by hand, each on a page of its own or by one button."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from personal_catalog import curation, titles
from personal_catalog.errors import AlreadyDecided, CannotMerge
from personal_catalog.merging import merge_titles
from personal_catalog.models import Title
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.query import search_titles
from personal_catalog.staff.forms import KeepForm, RejectForm

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

MOST_ALIKE = 10


def curator(request: HttpRequest) -> "Reader":
    actor = cast("Reader", request.user)
    if not titles.may_curate(actor):
        raise PermissionDenied
    return actor


@require_POST
def approve(request: HttpRequest, title_id: int) -> HttpResponse:
    actor = curator(request)
    title = get_object_or_404(Title.objects.records(), pk=title_id)
    titles.approve_title(title_id=title.pk, actor=actor, now=timezone.now())
    log(instance=title, action="personal_catalog.approve", user=actor)
    messages.success(request, _("“%(title)s” is part of the catalogue now.") % {"title": title.title})
    return redirect("catalog-queue")


class OnPending(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
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

    def get_page_subtitle(self) -> str:
        return self.title.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        queue = {"url": reverse("catalog-queue"), "label": _("Waiting for a curator")}
        return [*self.breadcrumbs_items, queue, {"url": "", "label": self.page_title}]

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


class MergeInto(OnPending):
    """The record typed by hand goes into one that the catalogue has."""

    form_class = KeepForm
    page_title = gettext_lazy("Merge into another record")
    header_icon = "resubmit"
    says = gettext_lazy(
        "Copies and requests move to the record that you choose. What it lacks is filled from this one. "
        "This cannot be undone."
    )

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "titles_": self.alike}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "nothing": not self.alike}

    @cached_property
    def alike(self) -> list[Title]:
        try:
            ids = [pk for pk in search_titles(self.title.title).ids if pk != self.title.pk][:MOST_ALIKE]
        except SearchTimedOut:
            return []
        return list(Title.objects.live().filter(pk__in=ids))

    def form_valid(self, form: KeepForm) -> HttpResponse:
        actor, keep = curator(self.request), form.cleaned_data["keep"]
        try:
            merge_titles(keep_id=keep.pk, merge_ids=[self.title.pk], actor=actor, now=timezone.now())
        except CannotMerge:
            return self.gone()
        log(instance=keep, action="personal_catalog.merge", user=actor, data={"merged": [self.title.pk]})
        messages.success(self.request, _("Merged into “%(title)s”.") % {"title": keep.title})
        return HttpResponseRedirect(reverse("catalog-queue"))
