"""Mail: what a reader wants of it, and the pages behind a mail's links, which need no sign-in. Opening a link shows a page;
its button acts (T-C3)."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from library_bridge.models import Reader
from sharing import areas, ask_words, asks
from sharing.errors import NotFound, SharingError
from sharing.mailing import addresses, links
from sharing.models import Ask, MailChoice
from sharing.views import answers
from sharing.views.readers import reader_of

ADDRESS, CHOICES = "mail address", "mail choices"


class AddressForm(forms.Form):
    address = forms.EmailField(
        label=gettext_lazy("Mail address"),
        help_text=gettext_lazy(
            "No other reader ever sees it. It counts once you have opened the link that we send there."
        ),
        max_length=addresses.LONGEST,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class ChoicesForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for subject in MailChoice.Subject:
            self.fields[subject.value] = forms.ChoiceField(label=subject.label, choices=MailChoice.When.choices)


def _require_mail() -> None:
    if not settings.MAIL_FROM:
        raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mail(request: HttpRequest) -> HttpResponse:
    _require_mail()
    reader, page = reader_of(request), reverse("mail")
    if request.method == "POST":
        form = ChoicesForm(request.POST)
        return answers.after_form(
            request, form, lambda: addresses.choose(actor=reader, choices=form.cleaned_data), name=CHOICES, to=page,
            back=page, says=_("Saved."),
        )  # fmt: skip
    context = {
        "nav": "me",
        "address": reader.email,
        "proposed": addresses.proposed(reader, now=timezone.now()),
        "address_form": answers.form_for(request, AddressForm, ADDRESS),
        "choices_form": answers.form_for(request, ChoicesForm, CHOICES, initial=addresses.choices_of(reader)),
    }
    return render(request, "sharing/mail/mail.html", context)


@require_POST
@login_required
def propose_address(request: HttpRequest) -> HttpResponse:
    _require_mail()
    reader, page, form = reader_of(request), reverse("mail"), AddressForm(request.POST)
    return answers.after_form(
        request,
        form,
        lambda: addresses.propose_address(
            actor=reader, address=form.cleaned_data["address"], now=timezone.now()
        ),
        name=ADDRESS, to=page, back=page, field="address", says=_("Please open the link that we have sent you."),
    )  # fmt: skip


@require_POST
@login_required
def remove_address(request: HttpRequest) -> HttpResponse:
    reader, page = reader_of(request), reverse("mail")
    return answers.after(
        request,
        lambda: addresses.remove_address(actor=reader, now=timezone.now()),
        to=page,
        back=page,
        says=_("Your address is deleted. You read everything in the service, as before."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    try:
        reader_id, address = links.read_confirm(token)
    except links.NoLink:
        return _dead(request)
    context: dict[str, Any] = {"address": address}
    if request.method == "POST":
        try:
            addresses.confirm_address(reader_id=reader_id, address=address, now=timezone.now())
        except NotFound:
            return _dead(request)
        context["done"] = True
    return render(request, "sharing/mail/confirm.html", context)


@csrf_exempt  # a mail program's own button sends it (RFC 8058); the token is the right to it
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    try:
        reader, subject = links.read_stop(token)
    except links.NoLink:
        return _dead(request)
    if request.method == "POST":
        addresses.choose(actor=reader, choices={subject: MailChoice.When.NEVER})
    stopped = addresses.choices_of(reader)[subject] == MailChoice.When.NEVER
    return render(request, "sharing/mail/stop.html", {"subject": subject, "stopped": stopped})


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """A holder answers an ask from the mail about it. Whatever happened meanwhile is said in its place."""
    try:
        ask_id, holder_id = links.read_answer(token)
    except links.NoLink:
        return _dead(request)
    rows = Ask.objects.for_page().select_related(
        "holder", "lending", "request__requester__area", "library_loan__library"
    )
    ask = rows.filter(pk=ask_id, holder=holder_id, holder__is_active=True).first()
    if ask is None:
        return _dead(request)
    if request.method == "POST":
        return _answered(request, ask, ask.holder)
    near = ask.request.requester.area
    context = {
        "ask": ask,
        "what": ask_words.text(ask),
        "near": near.name if near else ", ".join(filter(None, map(areas.name, ask.request.areas))),
        "waits": ask.status == Ask.Status.ASKED and ask.respond_by > timezone.now(),
        "reasons": Ask.Reason.choices,
    }
    return render(request, "sharing/mail/answer.html", context)


def _answered(request: HttpRequest, ask: Ask, holder: Reader) -> HttpResponse:
    """The page then shows what the ask has become; a refusal, such as the library's, stands above it."""
    now = timezone.now()
    try:
        if "accept" in request.POST:
            asks.accept_ask(ask_id=ask.pk, actor=holder, now=now)
        elif "decline" in request.POST:
            asks.decline_ask(ask_id=ask.pk, actor=holder, reason=request.POST.get("reason", ""), now=now)
    except SharingError as refusal:
        messages.error(request, refusal.message)
    return redirect(request.path)


def _dead(request: HttpRequest) -> HttpResponse:
    return render(request, "sharing/mail/dead.html", status=404)
