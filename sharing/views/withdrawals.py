"""A reader's copies where lending has a say: taking one off the shelf, and a label somebody found."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from library_bridge.visits import client_address
from personal_catalog.models import Copy
from sharing import custody, finds, typography
from sharing.models import CopyJourney
from sharing.views import answers
from sharing.views.readers import reader_of


@require_POST
@login_required
def withdraw_copy(request: HttpRequest, copy_id: int) -> HttpResponse:
    reader = reader_of(request)
    copy = get_object_or_404(Copy.objects.filter(owner=reader).select_related("title"), pk=copy_id)
    return answers.after(
        request,
        lambda: custody.withdraw_copy(copy_id=copy_id, actor=reader, now=timezone.now()),
        to=reverse("shelf"),
        back=reverse("copy", args=[copy_id]),
        says=_("%(title)s is off your shelf.") % {"title": typography.quoted(copy.title.title)},
    )


FOUND = "found"


class FoundForm(forms.Form):
    where = forms.CharField(
        label=gettext_lazy("I found it. It lies at …"),
        help_text=gettext_lazy(
            "A place where its owner can look for it. Leave out your name and number; nobody needs them."
        ),
        max_length=finds.LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@require_POST
def report_find(request: HttpRequest, code: str) -> HttpResponse:
    """Without sign-in: whoever found it has no account, maybe."""
    form, page = FoundForm(request.POST), reverse("found-copy", args=[code])
    return answers.after_form(
        request,
        form,
        lambda: finds.report_find(
            code=code, where=form.cleaned_data["where"], address=client_address(request), now=timezone.now()
        ),
        name=FOUND,
        to=f"{page}?told=1",
        back=page,
        field="where",
    )


@require_safe
def found_copy(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind a copy's label: whoever found the book learns what to do with it, and nobody's name."""
    copy = get_object_or_404(Copy.objects.select_related("title"), code=code.replace("-", "").upper())
    context = {
        "copy": copy,
        "title": copy.title,
        "mine": copy.owner_id == request.user.pk,
        "may_ask": Copy.objects.lendable().shown_to(request.user).filter(pk=copy.pk).exists(),
        "form": answers.form_for(request, FoundForm, FOUND),
        "reported": request.GET.get("told") == "1",
        "journey": CopyJourney.objects.shown().filter(copy=copy).select_related("copy").first(),
    }
    return render(request, "sharing/scan/found.html", context)
