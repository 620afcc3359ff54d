"""The journey of one copy, at the address of its label: anybody reads it, its owner keeps it, its holders appear in it."""

from dataclasses import dataclass

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST, require_safe

from library_bridge.models import Reader
from personal_catalog.models import Copy, Title
from sharing import areas, copy_journeys
from sharing.copy_journeys import LONGEST_NOTE, Step
from sharing.models import CopyJourney
from sharing.views import answers
from sharing.views.readers import reader_of

FORM = "journey"


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("A line for those who come after you"),
        required=False,
        max_length=LONGEST_NOTE,
        help_text=gettext_lazy("Anybody can read it. You may leave it empty."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@dataclass(frozen=True)
class Told:
    stamped: str
    name: str
    place: str
    note: str
    mine: bool


@require_safe
def journey(request: HttpRequest, code: str) -> HttpResponse:
    """404 for everybody but the owner while no journey is kept, and for a copy that is not everybody's to see."""
    reader = request.user if isinstance(request.user, Reader) else None
    copy, now = _copy(code), timezone.now()
    kept = CopyJourney.objects.shown().filter(copy=copy).prefetch_related("stops").first()
    own = reader is not None and copy.owner_id == reader.pk
    live = copy.title.status not in Title.UNSEEN
    if kept is None and not own:
        raise Http404
    stop = next((one for one in kept.stops.all() if one.is_of(reader)), None) if kept else None
    context = {
        "nav": "shelf" if own else "find",
        "copy": copy,
        "journey": kept,
        "steps": [_told(step) for step in copy_journeys.route(kept, reader=reader, now=now)] if kept else [],
        "own": own,
        "live": live,
        "kept_unseen": own and not live and CopyJourney.objects.filter(copy=copy, owner=copy.owner_id).exists(),
        "seen_by_all": copy.visibility == Copy.Visibility.EVERYONE,
        "stop": stop,
        "may_join": kept is not None and (stop is not None or copy_journeys.has_held(reader, copy)),
        "form": answers.form_for(request, NoteForm, FORM, initial={"note": stop.note if stop else ""}),
    }
    return render(request, "sharing/journeys/journey.html", context)


def _told(step: Step) -> Told:
    stamped = written(step.month, pgettext("stamped month", "M Y")).upper() if step.month else ""
    return Told(stamped, step.name, areas.name(step.area), step.note, step.mine)


def _copy(code: str) -> Copy:
    rows = Copy.objects.in_register().select_related("title")
    return get_object_or_404(rows, code=code.replace("-", "").upper())


@require_POST
@login_required
def open_journey(request: HttpRequest, code: str) -> HttpResponse:
    copy, reader = _copy(code), reader_of(request)
    return answers.after(
        request,
        lambda: copy_journeys.open_journey(copy_id=copy.pk, actor=reader, now=timezone.now()),
        to=_page(copy),
        back=_page(copy),
        says=_("The journey is kept from now on."),
    )


@require_POST
@login_required
def close_journey(request: HttpRequest, code: str) -> HttpResponse:
    copy, reader = _copy(code), reader_of(request)
    return answers.after(
        request,
        lambda: copy_journeys.close_journey(copy_id=copy.pk, actor=reader, now=timezone.now()),
        to=_page(copy),
        back=_page(copy),
        says=_("The journey has ended, and what it told is deleted."),
    )


@require_POST
@login_required
def join_journey(request: HttpRequest, code: str) -> HttpResponse:
    copy, reader, form = _copy(code), reader_of(request), NoteForm(request.POST)
    return answers.after_form(
        request,
        form,
        lambda: copy_journeys.join_journey(
            copy_id=copy.pk, actor=reader, note=form.cleaned_data["note"], now=timezone.now()
        ),
        name=FORM,
        to=_page(copy),
        back=_page(copy),
        field="note",
        says=_("Saved."),
    )


@require_POST
@login_required
def leave_journey(request: HttpRequest, code: str) -> HttpResponse:
    copy, reader = _copy(code), reader_of(request)
    return answers.after(
        request,
        lambda: copy_journeys.leave_journey(copy_id=copy.pk, actor=reader, now=timezone.now()),
        to=_page(copy),
        back=_page(copy),
        says=_("You no longer appear in this journey."),
    )


def _page(copy: Copy) -> str:
    return reverse("copy-journey", args=[copy.code])
