"""The ask page: a holder answers a reader who has no name yet."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from library_bridge.models import Reader
from sharing import areas, ask_words, asks, policies, talks, trust
from sharing.models import Ask
from sharing.views import answers, conversations
from sharing.views.notifications import unseen
from sharing.views.readers import reader_of


@require_safe
@login_required
def ask(request: HttpRequest, ask_id: int) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    found = get_object_or_404(
        Ask.objects.visible_to(reader)
        .for_page()
        .select_related("lending", "request__requester__area", "library_loan__library"),
        pk=ask_id,
    )
    found.holder = reader
    found.conversation.ask = found
    talk = talks.read(found.conversation, viewer=reader, now=now, last=talks.SHOWN)
    context = {
        "ask": found, "what": ask_words.text(found), "title": found.request.title,
        "requester": _stranger(found.request.requester, found.request.areas, now),
        "may_answer": policies.may_answer(found, reader), "reasons": Ask.Reason.choices, "policy": policies.current(),
        "nav": "todo", "now": now, "unseen": unseen(reader, ask_id=found.pk), "part": conversations.part(request, talk),
    }  # fmt: skip
    return render(request, "sharing/asks/ask.html", context)


def _stranger(requester: Reader, wanted_areas: list[str], now: datetime) -> list[str]:
    """All that is told of a requester before consent (P1): where about, and how they have kept to things."""
    near = requester.area.name if requester.area else ", ".join(filter(None, map(areas.name, wanted_areas)))
    return [*([near] if near else []), *trust.words_about(requester, now=now)]


@require_POST
@login_required
def accept_ask(request: HttpRequest, ask_id: int) -> HttpResponse:
    return answers.after(
        request,
        lambda: asks.accept_ask(ask_id=ask_id, actor=reader_of(request), now=timezone.now()),
        to=lambda lending: lending.get_absolute_url(),
        back=reverse("ask", args=[ask_id]),
        says=_("You have agreed. Now choose a place and a time."),
    )


@require_POST
@login_required
def decline_ask(request: HttpRequest, ask_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return answers.after(
        request,
        lambda: asks.decline_ask(ask_id=ask_id, actor=reader_of(request), reason=reason, now=timezone.now()),
        to=reverse("todo"),
        back=reverse("ask", args=[ask_id]),
        says=_("Said no, at no cost to you. The next holder is asked."),
    )
