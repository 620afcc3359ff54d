"""The curators' queue: titles typed by hand, and readers' corrections to shared records."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from personal_catalog import curation, titles
from personal_catalog.errors import AlreadyDecided, IsbnTaken, NoTitle
from personal_catalog.models import Title, TitleSuggestion
from personal_catalog.sentences import field_label
from personal_catalog.staff.deciding import curator
from personal_catalog.staff.words import plain

MOST_SHOWN = 50


class Queue(WagtailAdminTemplateMixin, TemplateView):
    template_name = "personal_catalog/admin/queue.html"
    page_title = gettext_lazy("Waiting for a curator")
    header_icon = "clipboard-list"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": page_title}]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        curator(request)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pending = Title.objects.filter(status=Title.Status.PENDING).order_by("created_at").prefetch_related("isbns")
        pending = pending.annotate(copy_count=Count("copies"))
        suggestions = TitleSuggestion.objects.filter(status=TitleSuggestion.Status.OPEN).select_related("title")
        return {
            **super().get_context_data(**kwargs),
            "pending": pending[:MOST_SHOWN],
            "pending_count": pending.count(),
            "suggestions": [(s, _changes(s)) for s in suggestions.prefetch_related("title__isbns")[:MOST_SHOWN]],
            "suggestion_count": suggestions.count(),
        }


@require_POST
def decide(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    actor, now = curator(request), timezone.now()
    suggestion = get_object_or_404(TitleSuggestion, pk=suggestion_id)
    try:
        if "accept" in request.POST:
            curation.accept_suggestion(suggestion_id=suggestion.pk, actor=actor, now=now)
        else:
            curation.decline_suggestion(suggestion_id=suggestion.pk, actor=actor, now=now)
    except AlreadyDecided:
        messages.info(request, _("Somebody else has decided this meanwhile."))
    except (IsbnTaken, NoTitle):
        messages.error(request, _("This cannot be taken over as it is. Edit the title by hand, then decline it here."))
    return redirect("catalog-queue")


def _changes(suggestion: TitleSuggestion) -> list[tuple[str, Any, Any]]:
    now_says = titles.as_facts(suggestion.title)
    return [
        (field_label(name), plain(getattr(now_says, name, "")), plain(value))
        for name, value in suggestion.changes.items()
    ]
