"""What a reader waits for without having asked anybody: searches that go on, and books the library should buy."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from personal_catalog import isbn
from sharing import purchases, saved_searches
from sharing.models import PurchaseSuggestion, SavedSearch
from sharing.views import answers
from sharing.views.readers import reader_of

FORM = "suggest-purchase"
MOST_SHOWN = 30


class SearchForm(forms.Form):
    q = forms.CharField(max_length=200, required=False)


class PurchaseForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    creators = forms.CharField(label=gettext_lazy("Authors"), max_length=200, required=False)
    number = forms.CharField(label="ISBN", max_length=40, required=False)
    note = forms.CharField(
        label=gettext_lazy("Why the library should have it"),
        help_text=gettext_lazy("A course that needs it, for instance."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_safe
@login_required
def wishes(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    context = {
        "nav": "me",
        "searches": SavedSearch.objects.live().filter(reader=reader),
        "suggestions": PurchaseSuggestion.objects.filter(reader=reader)[:MOST_SHOWN],
        "form": answers.form_for(request, PurchaseForm, FORM, initial=_asked_for(request)),
    }
    return render(request, "sharing/wishes/wishes.html", context)


def _asked_for(request: HttpRequest) -> dict[str, str]:
    """What a search found nothing for: a number is no title."""
    text = request.GET.get("title", "")[:300]
    try:
        return {"number": isbn.hyphenate(isbn.parse(text).isbn13)}
    except isbn.NotAnIsbn:
        return {"title": text}


@require_POST
@login_required
def save_search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.POST)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    return answers.after(
        request,
        lambda: saved_searches.save_search(actor=reader_of(request), text=text, now=timezone.now()),
        to=reverse("wishes"),
        back=reverse("search"),
        says=_("You will be told once when it appears."),
    )


@require_POST
@login_required
def end_search(request: HttpRequest, search_id: int) -> HttpResponse:
    return answers.after(
        request,
        lambda: saved_searches.end_search(search_id=search_id, actor=reader_of(request), now=timezone.now()),
        to=reverse("wishes"),
        back=reverse("wishes"),
        says=_("This search has ended."),
    )


@require_POST
@login_required
def suggest_purchase(request: HttpRequest) -> HttpResponse:
    form = PurchaseForm(request.POST)
    return answers.after_form(
        request,
        form,
        lambda: purchases.suggest_purchase(actor=reader_of(request), now=timezone.now(), **form.cleaned_data),
        name=FORM,
        to=reverse("wishes"),
        back=reverse("wishes") + "#suggest",
        says=_("The library has your suggestion. You will be told how it decides, and by when stands below."),
    )
