"""The curators' desk: one page a queue, and the buttons of its rows."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from personal_catalog import curation, flags, judging, titles
from personal_catalog.errors import AlreadyDecided, IsbnTaken, NotAllowed, NoTitle, OwnFlag, TitleLocked
from personal_catalog.models import FieldConflict, LikelyDouble, Title, TitleMerge, TitleSuggestion
from personal_catalog.staff.pages import CuratorPage, curator
from personal_catalog.staff.queues import BY_CODE, MOST_COUNTED, OWN_FLAG, QUEUES
from personal_catalog.suggesting import FIELDS

RECENT_MERGERS = 5


class ProposalForm(forms.Form):
    field = forms.ChoiceField(choices=[(name, name) for name in FIELDS])
    value = forms.CharField()
    why = forms.CharField(required=False)


class QueuePage(CuratorPage, TemplateView):
    template_name = "personal_catalog/admin/queue.html"
    page_title = gettext_lazy("Curation")
    header_icon = "clipboard-list"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = [(queue, queue.count()) for queue in QUEUES]
        first = next((queue for queue, count in counts if count), QUEUES[0])
        chosen = BY_CODE.get(self.kwargs.get("code", first.code))
        if chosen is None:
            raise Http404
        return {
            **super().get_context_data(**kwargs),
            "queues": counts,
            "most": MOST_COUNTED,
            "chosen": chosen,
            "rows": chosen.shown(to=curator(self.request)),
            "mergers": TitleMerge.objects.filter(undone_at=None).select_related("keep", "merged")[:RECENT_MERGERS],
        }


@require_POST
def decide(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    actor, now = curator(request), timezone.now()
    suggestion = get_object_or_404(TitleSuggestion, pk=suggestion_id)
    act = curation.accept_suggestion if "accept" in request.POST else curation.decline_suggestion
    return _told(request, "corrections", lambda: act(suggestion_id=suggestion.pk, actor=actor, now=now))


@require_POST
def decide_flag(request: HttpRequest, flag_id: int) -> HttpResponse:
    """Also withdrawn here by the curator who raised it."""
    actor, settled, now = curator(request), "settled" in request.POST, timezone.now()
    if "withdraw" in request.POST:
        return _told(request, "flags", lambda: flags.withdraw_flag(flag_id=flag_id, actor=actor))
    return _told(request, "flags", lambda: flags.decide_flag(flag_id=flag_id, settled=settled, actor=actor, now=now))


@require_POST
def dismiss_double(request: HttpRequest, pair_id: int) -> HttpResponse:
    actor, pair = curator(request), get_object_or_404(LikelyDouble, pk=pair_id)
    return _told(request, "doubles", lambda: judging.dismiss_double(pair_id=pair.pk, actor=actor, now=timezone.now()))


@require_POST
def settle_conflict(request: HttpRequest, conflict_id: int) -> HttpResponse:
    actor, conflict = curator(request), get_object_or_404(FieldConflict, pk=conflict_id)
    take, now = "take" in request.POST, timezone.now()
    return _told(
        request,
        "conflicts",
        lambda: judging.settle_conflict(conflict_id=conflict.pk, take=take, actor=actor, now=now),
    )


@require_POST
def take_proposal(request: HttpRequest, title_id: int) -> HttpResponse:
    """A subject is added to those that stand there; a class only where there is none."""
    actor, title = curator(request), get_object_or_404(Title.objects.records(), pk=title_id)
    form = ProposalForm(request.POST)
    if not form.is_valid():
        raise Http404
    name, value, why = (form.cleaned_data[key] for key in ("field", "value", "why"))
    changes = {"clc": title.clc or value} if name == "clc" else {"subjects": [*title.subjects, value]}
    return _told(
        request,
        "no-class" if name == "clc" else "no-subject",
        lambda: titles.correct_title(title_id=title.pk, actor=actor, changes=changes, now=timezone.now(), reason=why),
    )


def _told(request: HttpRequest, code: str, act: Any) -> HttpResponse:
    try:
        act()
    except AlreadyDecided:
        messages.info(request, _("Somebody else has decided this meanwhile."))
    except NotAllowed as refused:
        raise Http404 from refused
    except OwnFlag:
        messages.error(request, OWN_FLAG)
    except TitleLocked:
        messages.error(request, _("Another curator has locked this title. Nothing was changed."))
    except (IsbnTaken, NoTitle):
        messages.error(request, _("This cannot be taken over as it is. Edit the title by hand, then decline it here."))
    return redirect("catalog-queue-of", code)
