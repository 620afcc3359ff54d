"""Asking for a book, and how a request stands."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sharing import outcomes, policies, progress, queues, requests, waits
from sharing.models import Ask, Conversation, DomainEvent, Lending, Request
from sharing.views import answers
from sharing.views.readers import reader_of

FORM = "place-request"


class RequestForm(forms.Form):
    title_id = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    holding_key = forms.CharField(max_length=30, required=False, widget=forms.HiddenInput)
    message = forms.CharField(
        label=gettext_lazy("A word to the holder"),
        help_text=gettext_lazy("Shown to whoever is asked. Names and numbers are better left out."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    needed_by = forms.DateField(
        label=gettext_lazy("Needed by"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_needed_by(self) -> object:
        day = self.cleaned_data["needed_by"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("This day is past."))
        return day


@require_POST
@login_required
def place_request(request: HttpRequest) -> HttpResponse:
    form = RequestForm(request.POST)
    if form.is_valid():
        try:
            with answers.refusals(form):
                placed = requests.place_request(actor=reader_of(request), now=timezone.now(), **_wanted(form))
                return redirect("request", placed.pk)
        except Http404:
            if not form.cleaned_data["holding_key"]:
                raise
            form.add_error(None, _("This one is not on offer any more; what else there is stands below."))
    answers.keep(request, FORM, form)
    return redirect(_title_page(form))


@require_safe
@login_required
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    asks = Prefetch("asks", Ask.objects.order_by("pk").select_related("conversation"))
    rows = Request.objects.visible_to(reader).select_related("title").prefetch_related(asks)
    found = get_object_or_404(rows, pk=request_id)
    asked = list(found.asks.all())
    turns = DomainEvent.objects.filter(request=found, kind__in=progress.TURNS).values_list("kind", "at")
    lending = Lending.objects.filter(request=found).order_by("-pk").first()
    onward = queues.could_go_on(policy=policies.current(), now=now).filter(pk=found.pk).exists()
    place = queues.place_of(found)
    waits_in_line = found.status == Request.Status.OPEN
    context = {
        "nav": "todo",
        "wanted": found,
        "place": place,
        "waits": waits.typical(now=now) if waits_in_line and not found.paused_at else None,
        "turn": queues.turn_seen(found),
        "somebody_behind": waits_in_line and not found.paused_at and queues.behind(found) is not None,
        "number": str(found),
        "lending": lending,
        "other": outcomes.goes_on_as(found),
        "standing": progress.stands(found, asked, place=place, onward=onward, lending=lending, now=now),
        "rows": progress.slip(found, asked, turns, onward=onward, now=now),
        "talks": _talks(asked, now),
    }
    return render(request, "sharing/requests/request.html", context)


@require_POST
@login_required
def cancel_request(request: HttpRequest, request_id: int) -> HttpResponse:
    page = reverse("request", args=[request_id])
    return answers.after(
        request,
        lambda: requests.cancel_request(request_id=request_id, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=_("Withdrawn. Whoever was asked has been told."),
    )


@require_POST
@login_required
def pause_request(request: HttpRequest, request_id: int) -> HttpResponse:
    return _step(request, request_id, requests.pause_request, _("Paused. You keep your place."))


@require_POST
@login_required
def resume_request(request: HttpRequest, request_id: int) -> HttpResponse:
    return _step(request, request_id, requests.resume_request, _("On with the search."))


@require_POST
@login_required
def pass_turn(request: HttpRequest, request_id: int) -> HttpResponse:
    seen, now = request.POST.get("turn") or None, timezone.now()

    def says(passed: Request) -> str:
        if DomainEvent.objects.filter(request=passed, kind="request.turn_passed", at=now).exists():
            return _("The next reader goes first now.")
        return _(
            "Your place had changed since that page was opened, so nothing more was done. How it stands now is shown here."
        )

    return _step(request, request_id, partial(requests.pass_turn, seen=seen), says, now=now)


def _step(
    request: HttpRequest, request_id: int, act: Callable[..., Request], says: str | Callable[[Request], str],
    now: datetime | None = None,
) -> HttpResponse:  # fmt: skip
    page = reverse("request", args=[request_id])
    return answers.after(
        request,
        lambda: act(request_id=request_id, actor=reader_of(request), now=now or timezone.now()),
        to=page,
        back=page,
        says=says,
    )


def _talks(asked: list[Ask], now: datetime) -> list[tuple[int, Conversation, bool]]:
    """Conversations before consent, numbered, and whether they have ended; the one after consent stands on the lending's page."""
    blind = [(number, ask.conversation) for number, ask in enumerate(asked, 1) if ask.status != Ask.Status.ACCEPTED]
    rows = [(number, conversation, conversation.has_ended(now)) for number, conversation in blind]
    return [row for row in rows if row[1].last_seq or not row[2]]


def _wanted(form: RequestForm) -> dict[str, Any]:
    """A holding says by itself which title it is."""
    wanted = dict(form.cleaned_data)
    return {**wanted, "title_id": None} if wanted["holding_key"] else wanted


def _title_page(form: RequestForm) -> str:
    number = str(form["title_id"].data or "")
    return reverse("title", args=[int(number)]) if number.isdecimal() and len(number) < 19 else reverse("home")
