"""The screen at a drop point. No reader is signed in here and none is named; what the browser keeps is the screen's own token."""

from datetime import timedelta
from typing import Any

from csp.constants import WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sharing import drop_points, kiosks
from sharing.errors import Denied, NotFound, SharingError, WrongCode
from sharing.kiosks import Step
from sharing.models import Kiosk
from sharing.models.drop_points import LONGEST_LABEL
from sharing.views import answers

COOKIE = "kiosk"
KEPT_FOR = timedelta(days=400)  # as long as browsers keep a cookie; the admin switches a screen off
BACK_AFTER = {"step": 120, "done": 15}  # seconds until the screen is ready for the next reader


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Six digits from your page, or hold the square before the scanner"), max_length=500,
        widget=forms.TextInput(attrs={"class": "input-pin", "autocomplete": "off", "autofocus": True}),
    )  # fmt: skip


class LeaveForm(forms.Form):
    step = forms.CharField(widget=forms.HiddenInput, required=False)
    compartment = forms.CharField(
        label=gettext_lazy("Compartment"), max_length=LONGEST_LABEL, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class TakeForm(forms.Form):
    step = forms.CharField(widget=forms.HiddenInput, required=False)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_screen(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the admin: opening it shows a page, its button makes this browser the screen (T-C3). Whoever pressed it is
    signed out: the machine stands where anybody can use it."""
    try:
        if request.method != "POST":
            return render(request, "sharing/kiosk/open.html", {"kiosk": kiosks.of_link(token)})
        kept = kiosks.open_screen(token=token, now=timezone.now())
    except NotFound:
        raise Http404 from None
    logout(request)
    answer = redirect("kiosk")
    answer.set_cookie(
        COOKIE,
        kept,
        max_age=KEPT_FOR,
        path="/kiosk/",
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return answer


@csp_update({"script-src": [WASM_UNSAFE_EVAL]})
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk(request: HttpRequest) -> HttpResponse:
    screen = _screen(request)
    if request.method != "POST":
        done = request.GET.get("done", "")
        done = done if done in ("left", "taken") else ""
        return _page(request, screen, "done" if done else "", {"done": done, "form": CodeForm()})
    form = CodeForm(request.POST)
    step = None
    if form.is_valid():
        with answers.refusals(form, "code"):
            step = kiosks.read_code(kiosk=screen, typed=form.cleaned_data["code"], now=timezone.now())
    if step is None:
        blank = CodeForm(data={})  # what was typed is not shown to the next one
        blank.errors.clear()
        for sentence in form.errors.get("code", []):
            blank.add_error("code", sentence)
        return _page(request, screen, "", {"form": blank})
    return _step(request, screen, step)


@never_cache
@require_POST
def leave_book(request: HttpRequest) -> HttpResponse:
    screen, form = _screen(request), LeaveForm(request.POST)
    try:
        said = _said(form)
        kiosks.leave_book(kiosk=screen, token=said["step"], compartment=said["compartment"], now=timezone.now())
    except SharingError as refusal:
        return _refused(request, screen, form, refusal)
    return _done("left")


@never_cache
@require_POST
def take_book(request: HttpRequest) -> HttpResponse:
    screen, form = _screen(request), TakeForm(request.POST)
    try:
        kiosks.take_book(kiosk=screen, token=_said(form)["step"], now=timezone.now())
    except SharingError as refusal:
        return _refused(request, screen, form, refusal)
    return _done("taken")


def _screen(request: HttpRequest) -> Kiosk:
    found = kiosks.of_screen(request.COOKIES.get(COOKIE, ""))
    if found is None:
        raise Http404
    return found


def _said(form: forms.Form) -> dict[str, str]:
    """Raises Denied with the form's own sentence."""
    if not form.is_valid():
        field, sentences = next(iter(form.errors.items()))
        raise Denied(str(sentences[0]), field=field)
    return form.cleaned_data


def _refused(request: HttpRequest, screen: Kiosk, sent: forms.Form, refusal: SharingError) -> HttpResponse:
    """The step once more with the sentence, where it still stands; else the first page with it."""
    if isinstance(refusal, NotFound):
        raise Http404
    if refusal.field == "compartment":
        token, named = sent.data.get("step", ""), sent.data.get("compartment", "")
        try:
            return _step(request, screen, kiosks.of_step(kiosk=screen, token=token), refusal.message, named)
        except WrongCode as too_late:
            refusal = too_late
    form = CodeForm(data={})
    form.errors.clear()
    form.add_error("code", refusal.message)
    return _page(request, screen, "", {"form": form})


def _step(request: HttpRequest, screen: Kiosk, step: Step, problem: str = "", named: str = "") -> HttpResponse:
    form = (
        LeaveForm(initial={"step": step.token, "compartment": named}) if step.leaves else TakeForm({"step": step.token})
    )
    context: dict[str, Any] = {"step": step, "form": form, "problem": problem, "title": step.handover.lending.title}
    if step.leaves:
        context |= {"labels": screen.drop_point.labels, "free": drop_points.free(screen.drop_point)}
    return _page(request, screen, "step", context)


def _page(request: HttpRequest, screen: Kiosk, name: str, context: dict[str, Any]) -> HttpResponse:
    answer = render(request, "sharing/kiosk/kiosk.html", {"kiosk": screen, "place": screen.drop_point.place, **context})
    if name in BACK_AFTER:
        answer["Refresh"] = f"{BACK_AFTER[name]}; url=/kiosk/"
    return answer


def _done(what: str) -> HttpResponse:
    answer = redirect("kiosk")
    answer["Location"] += f"?done={what}"
    return answer
