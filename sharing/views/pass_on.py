"""Pass on now: the holder's page with the code, and the other side's page, which shows the book and confirms (T-C3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import codes, in_hand, pass_on, pass_on_codes, policies
from sharing.errors import NotFound, SharingError
from sharing.holdings import Holding
from sharing.models import Ask, Lending, PassOnCode
from sharing.views import answers
from sharing.views.readers import reader_of

SIX_DIGITS = "six-digits"


class DigitsForm(forms.Form):
    pin = forms.CharField(
        label=gettext_lazy("Six digits from the holder’s page"), required=False, max_length=40,
        widget=forms.TextInput(attrs={"class": "input-pin", "inputmode": "numeric", "autocomplete": "off", "maxlength": 12}),
    )  # fmt: skip


@dataclass(frozen=True)
class Shown:
    pin: str
    qr: str
    seconds: int


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def holder_page(request: HttpRequest, key: str) -> HttpResponse:
    """To the holder, and for a while to who has just passed it on. Only the button makes a code."""
    reader, now = reader_of(request), timezone.now()
    if request.method == "POST":
        page = reverse("pass-on-code", args=[key])
        return answers.after(
            request, lambda: pass_on_codes.issue_code(holding_key=key, actor=reader, now=now), to=page, back=page
        )
    code = _code(key, reader)
    if code is not None and code.lending is not None:
        return render(
            request, "sharing/pass_on/holder.html", {"done": code.lending, "title": code.lending.title, **_FRAME}
        )
    holding = _mine(key, reader, now)
    context = {
        "holding": holding, "title": Title.objects.get(pk=holding.title_id), "code": _shown(code, now), "terms": _terms(holding),
        "why_not": _why_not(holding), "asked": Ask.objects.waiting().filter(**holding.fields()).exists(), **_FRAME,
    }  # fmt: skip
    return render(request, "sharing/pass_on/holder.html", context)


_FRAME = {"nav": "shelf"}


def _code(key: str, reader: Reader) -> PassOnCode | None:
    kind, _sep, number = key.partition("-")
    if kind not in ("copy", "loan") or not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Http404
    rows = PassOnCode.objects.filter(holder=reader).select_related("lending__request__title", "copy")
    code = rows.filter(**{"copy" if kind == "copy" else "library_loan": int(number)}).first()
    if code is not None and code.copy is not None and code.lending is not None and code.copy.holder_id == reader.pk:
        return None  # it has come back since
    return code


def _mine(key: str, reader: Reader, now: datetime) -> Holding:
    try:
        return in_hand.get(key, actor=reader, now=now)
    except NotFound:
        raise Http404 from None


def _why_not(holding: Holding) -> str:
    try:
        pass_on_codes.require_free(holding)
    except SharingError as refusal:
        return refusal.message
    return ""


def _shown(code: PassOnCode | None, now: datetime) -> Shown | None:
    """Reads only: a page that is opened makes no code."""
    if code is None or code.expires_at <= now:
        return None
    shown = pass_on_codes.shown(code)
    return Shown(shown.pin, shown.qr_payload, int((code.expires_at - now).total_seconds()))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def take_now(request: HttpRequest) -> HttpResponse:
    """Behind the square: which book, on what terms, and the one button. Typed digits lead to the same page."""
    reader, now = reader_of(request), timezone.now()
    if request.method == "POST":
        return _digits(request, reader, now) if "pin" in request.POST else _take(request, reader, now)
    token = codes.token_in(request.GET.get("code", ""))
    if not token:
        return redirect("scan")
    return render(request, "sharing/pass_on/taker.html", {"nav": "todo", "token": token, **_book(token, reader, now)})


def _book(token: str, reader: Reader, now: datetime) -> dict[str, Any]:
    try:
        read = pass_on_codes.read(qr_payload=token, actor=reader, now=now)
        if read.code.lending is not None and read.code.lending.taker_id == reader.pk:
            return {"done": read.code.lending, "title": read.code.lending.title}
        holding = pass_on.require_fit(read, actor=reader, now=now)
    except SharingError as refusal:
        return {"refusal": refusal.message}
    return {"holding": holding, "title": Title.objects.get(pk=holding.title_id), "terms": _terms(holding)}


def _digits(request: HttpRequest, reader: Reader, now: datetime) -> HttpResponse:
    form = DigitsForm(request.POST)
    if form.is_valid():
        with answers.refusals(form, "pin"):
            read = pass_on_codes.read(pin=form.cleaned_data["pin"], actor=reader, now=now)
            return redirect(f"{reverse('pass-on')}?{urlencode({'code': read.token})}")
    answers.keep(request, SIX_DIGITS, form, secret=("pin",))
    return redirect(f"{reverse('scan')}#{SIX_DIGITS}")


def _take(request: HttpRequest, reader: Reader, now: datetime) -> HttpResponse:
    token = codes.token_in(request.POST.get("code", ""))
    return answers.after(
        request,
        lambda: pass_on.pass_on_now(actor=reader, qr_payload=token or "-", now=now),
        to=Lending.get_absolute_url,
        back=f"{reverse('pass-on')}?{urlencode({'code': token})}",
        says=_("Passed on. Both of you have confirmed the handover."),
    )


def _terms(holding: Holding) -> dict[str, Any]:
    return {"mode": holding.mode, "days": policies.current().loan_days, "due_at": holding.due_at}
