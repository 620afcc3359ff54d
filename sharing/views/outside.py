"""Loans outside the service: what the reader has lent and borrowed elsewhere."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sharing import outside
from sharing.models import OutsideLoan
from sharing.views import answers
from sharing.views.readers import reader_of

BORROW, LEND = "borrow-outside", "lend-outside"


class LendForm(forms.Form):
    person = forms.CharField(
        label=gettext_lazy("With whom"),
        help_text=gettext_lazy("Only you see it, and it is forgotten when the book is back. You may leave it empty."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    due_date = forms.DateField(
        label=gettext_lazy("Back by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class BorrowForm(LendForm):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    field_order = ("title", "person", "due_date")


@require_safe
@login_required
def outside_loans(request: HttpRequest) -> HttpResponse:
    running = OutsideLoan.objects.running().filter(reader=reader_of(request)).select_related("copy__title")
    context = {"nav": "shelf", "loans": running, "form": answers.form_for(request, BorrowForm, BORROW)}
    return render(request, "sharing/outside/outside.html", context)


@require_POST
@login_required
def borrow_outside(request: HttpRequest) -> HttpResponse:
    form, page = BorrowForm(request.POST), reverse("outside-loans")
    return answers.after_form(
        request,
        form,
        lambda: outside.borrow_outside(actor=reader_of(request), now=timezone.now(), **form.cleaned_data),
        name=BORROW,
        to=page,
        back=page,
        says=_("Noted. You are reminded on the day."),
    )


@require_POST
@login_required
def lend_outside(request: HttpRequest, key: str) -> HttpResponse:
    form, page = LendForm(request.POST), reverse("holding", args=[key])
    return answers.after_form(
        request,
        form,
        lambda: outside.lend_outside(
            holding_key=key, actor=reader_of(request), now=timezone.now(), **form.cleaned_data
        ),
        name=LEND,
        to=page,
        back=f"{page}#outside",
        says=_("Noted. Nobody asks you for it until it is back."),
    )


@require_POST
@login_required
def close_outside(request: HttpRequest, loan_id: int) -> HttpResponse:
    page = reverse("outside-loans")
    return answers.after(
        request,
        lambda: outside.close_outside(loan_id=loan_id, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=_("Noted: it is back."),
    )
