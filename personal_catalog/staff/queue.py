"""The curators' queue: titles typed by hand, and readers' corrections to shared records."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
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

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

MOST_SHOWN = 50


class Queue(WagtailAdminTemplateMixin, TemplateView):
    template_name = "personal_catalog/admin/queue.html"
    page_title = gettext_lazy("Waiting for a curator")
    header_icon = "clipboard-list"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": page_title}]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _curator(request)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pending = Title.objects.filter(status=Title.Status.PENDING).order_by("created_at").prefetch_related("isbns")
        suggestions = TitleSuggestion.objects.filter(status=TitleSuggestion.Status.OPEN).select_related("title")
        return {
            **super().get_context_data(**kwargs),
            "pending": pending[:MOST_SHOWN],
            "pending_count": pending.count(),
            "suggestions": [(s, _changes(s)) for s in suggestions.prefetch_related("title__isbns")[:MOST_SHOWN]],
            "suggestion_count": suggestions.count(),
        }


@require_POST
def approve(request: HttpRequest, title_id: int) -> HttpResponse:
    title = get_object_or_404(Title.objects.live(), pk=title_id)
    titles.approve_title(title_id=title.pk, actor=_curator(request), now=timezone.now())
    messages.success(request, _("“%(title)s” is part of the catalogue now.") % {"title": title.title})
    return redirect("catalog-queue")


@require_POST
def decide(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    actor, now = _curator(request), timezone.now()
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


def _curator(request: HttpRequest) -> "Reader":
    actor = cast("Reader", request.user)
    if not titles.may_curate(actor):
        raise PermissionDenied
    return actor


def _changes(suggestion: TitleSuggestion) -> list[tuple[str, Any, Any]]:
    now_says = titles.as_facts(suggestion.title)
    return [
        (field_label(name), _plain(getattr(now_says, name, "")), _plain(value))
        for name, value in suggestion.changes.items()
    ]


def _plain(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value if value is not None else "")
