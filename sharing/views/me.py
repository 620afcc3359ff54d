"""The reader's own page: who I am here, my cards, and where everything else is."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from library_bridge.models import Area, Patron, Reader
from sharing import absences, free_times, profiles, suggestions
from sharing.models import Absence
from sharing.views import answers
from sharing.views.readers import reader_of

ABSENCE = "absence"


class ProfileForm(forms.Form):
    display_name = forms.CharField(
        label=gettext_lazy("Display name"),
        help_text=gettext_lazy("The other side sees it once a holder has agreed, not before."),
        max_length=profiles.LONGEST,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    area = forms.ModelChoiceField(
        Area.objects.all(),
        label=gettext_lazy("Area"),
        help_text=gettext_lazy(
            "The part of the campus where you hand books over. Shown beside your books, without a name."
        ),
        required=False,
        empty_label=gettext_lazy("Not said"),
    )
    language = forms.ChoiceField(
        label=pgettext_lazy("of the pages", "Language"),
        required=False,
        choices=[("", gettext_lazy("As the browser")), ("zh-hans", "中文"), ("en", "English")],
    )
    theme = forms.ChoiceField(label=gettext_lazy("Appearance"), choices=Reader.Theme.choices)


class AbsenceForm(forms.Form):
    first_date = forms.DateField(
        label=gettext_lazy("First day away"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_date = forms.DateField(
        label=gettext_lazy("Last day away"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def me(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if request.method == "POST":
        return _change(request, reader)
    initial = {name: getattr(reader, name) for name in ("display_name", "language", "theme", "area")}
    context = {
        "nav": "me",
        "form": answers.form_for(request, ProfileForm, "profile", initial=initial),
        "absence": Absence.objects.filter(reader=reader, last_date__gte=timezone.localdate()).first(),
        "absence_form": answers.form_for(request, AbsenceForm, ABSENCE, initial={"first_date": timezone.localdate()}),
        "week": _week(reader),
        "cards": Patron.objects.filter(reader=reader).select_related("library"),
    }
    return render(request, "sharing/me/me.html", context)


@require_POST
@login_required
def set_absence(request: HttpRequest) -> HttpResponse:
    form, page = AbsenceForm(request.POST), reverse("me") + "#away"
    return answers.after_form(
        request,
        form,
        lambda: absences.set_absence(actor=reader_of(request), now=timezone.now(), **form.cleaned_data),
        name=ABSENCE,
        to=page,
        back=page,
        field="last_date",
        says=_("Saved. Meanwhile nobody asks you for a book."),
    )


@require_POST
@login_required
def end_absence(request: HttpRequest) -> HttpResponse:
    reader, page = reader_of(request), reverse("me") + "#away"
    return answers.after(
        request,
        lambda: absences.end_absence(actor=reader, now=timezone.now()),
        to=page,
        back=page,
        says=_("Welcome back. You may be asked again."),
    )


def _week(reader: Reader) -> list[dict[str, Any]]:
    """A row for each weekday, with its parts and whether the reader has time then."""
    mine = set(free_times.of(reader))
    days = [weekday.capitalize() for weekday in _weekdays()]
    return [
        {
            "name": name,
            "parts": [
                (f"{day}-{part}", label, f"{day}-{part}" in mine) for part, (label, _t) in free_times.PARTS.items()
            ],
        }
        for day, name in enumerate(days)
    ]


def _weekdays() -> list[str]:
    return [str(WEEKDAYS[day]) for day in free_times.WEEKDAYS]


@require_POST
@login_required
def set_free_times(request: HttpRequest) -> HttpResponse:
    page = reverse("me") + "#free"
    return answers.after(
        request,
        lambda: free_times.set_free_times(
            actor=reader_of(request), parts=request.POST.getlist("parts"), now=timezone.now()
        ),
        to=page,
        back=page,
        says=_("Saved. You see times that suit you both when you arrange a meeting."),
    )


@require_POST
@login_required
def take_part(request: HttpRequest) -> HttpResponse:
    reader, page = reader_of(request), reverse("me")
    return answers.after(
        request,
        lambda: suggestions.take_part(actor=reader, now=timezone.now()),
        to=page,
        back=page,
        says=_("Suggestions begin with the next night."),
    )


@require_POST
@login_required
def leave(request: HttpRequest) -> HttpResponse:
    reader, page = reader_of(request), reverse("me")
    return answers.after(
        request,
        lambda: suggestions.leave(actor=reader, now=timezone.now()),
        to=page,
        back=page,
        says=_("Your books count for no suggestion any more."),
    )


def _change(request: HttpRequest, reader: Reader) -> HttpResponse:
    form = ProfileForm(request.POST)
    page = reverse("me")
    answer = answers.after_form(
        request,
        form,
        lambda: profiles.update_profile(actor=reader, now=timezone.now(), **form.cleaned_data),
        name="profile",
        to=page,
        back=page,
        field="display_name",
        says=_("Saved."),
    )
    if not form.errors:
        _remember(answer, form.cleaned_data["language"])
    return answer


def _remember(answer: HttpResponse, language: str) -> None:
    """The very next page is in the language just chosen."""
    if language:
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax")
    else:
        answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
