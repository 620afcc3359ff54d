"""Push on this device, and the campus's messenger: what a reader wants of each, and the devices that they have named."""

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
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from library_bridge.models import Patron
from sharing import channels
from sharing.errors import Denied
from sharing.messenger import bridge
from sharing.models import Delivery, MailChoice, PushDevice
from sharing.pushing import devices, vapid
from sharing.views import answers
from sharing.views.readers import reader_of

COOKIE_SECONDS = 400 * 24 * 3600  # as long as browsers keep one
WORKER = "sharing/channels/worker.js"


class SubjectsForm(forms.Form):
    subjects = forms.MultipleChoiceField(
        label=gettext_lazy("I want to be told"),
        required=False,
        choices=MailChoice.Subject.choices,
        widget=forms.CheckboxSelectMultiple,
    )


class DeviceForm(forms.Form):
    endpoint = forms.CharField(max_length=PushDevice.LONGEST)
    key = forms.CharField(max_length=100)
    secret = forms.CharField(max_length=40)


@require_safe
@login_required
def channel_list(request: HttpRequest) -> HttpResponse:
    reader, messenger = reader_of(request), bridge.current()
    mark = request.COOKIES.get(devices.COOKIE, "")
    context: dict[str, Any] = {
        "nav": "me",
        "push": _form(request, Delivery.Channel.PUSH) if settings.PUSH_HOSTS else None,
        "devices": [(one, one.mark == mark) for one in PushDevice.objects.filter(reader=reader)],
        "push_key": vapid.public_key(),
        "messenger": messenger if messenger.is_set_up else None,
    }
    if messenger.is_set_up:
        context["messenger_form"] = _form(request, Delivery.Channel.MESSENGER)
        context["has_card"] = Patron.objects.filter(reader=reader).exists()
    return render(request, "sharing/channels/channels.html", context)


def _form(request: HttpRequest, channel: Delivery.Channel) -> SubjectsForm:
    wanted = sorted(channels.choices_of(reader_of(request), channel))
    return answers.form_for(
        request, SubjectsForm, f"channel {channel}", initial={"subjects": wanted}, auto_id=f"{channel}_%s"
    )


@require_POST
@login_required
def choose(request: HttpRequest, channel: str) -> HttpResponse:
    if channel not in (Delivery.Channel.PUSH, Delivery.Channel.MESSENGER):
        raise Http404
    reader, form, page = reader_of(request), SubjectsForm(request.POST), reverse("channels")
    return answers.after_form(
        request,
        form,
        lambda: channels.choose(
            actor=reader, channel=Delivery.Channel(channel), subjects_wanted=form.cleaned_data["subjects"]
        ),
        name=f"channel {channel}",
        to=f"{page}#{channel}",
        back=f"{page}#{channel}",
        says=_("Saved."),
    )


@require_POST
@login_required
def name_device(request: HttpRequest) -> HttpResponse:
    """What the browser said of itself, sent by static/js/push.js."""
    reader, form, page = reader_of(request), DeviceForm(request.POST), reverse("channels") + "#push"
    mark = request.COOKIES.get(devices.COOKIE, "")
    said = form.cleaned_data if form.is_valid() else {"endpoint": "", "key": "", "secret": ""}
    answer = redirect(page)
    try:
        device = devices.name_device(actor=reader, mark=mark, now=timezone.now(), **said)
    except Denied as refusal:  # the browser keeps the mark by which its earlier device is let go
        messages.error(request, refusal.message)
        return answer
    messages.success(request, _("This device is told from now on."))
    answer.set_cookie(
        devices.COOKIE, device.mark, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return answer


@require_POST
@login_required
def forget_device(request: HttpRequest, device_id: int) -> HttpResponse:
    reader, page = reader_of(request), reverse("channels") + "#push"
    return answers.after(
        request,
        lambda: devices.forget_device(actor=reader, device_id=device_id),
        to=page,
        back=page,
        says=_("This device is told nothing any more."),
    )


@require_http_methods(["GET", "HEAD"])
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker that shows a push message; it keeps nothing (T-A8) and serves no page."""
    answer = render(request, WORKER, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=3600"
    return answer
