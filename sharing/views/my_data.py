"""What is kept of me, everything of it in one file, and the end of my account."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from library_bridge import keeping
from sharing import blocks, data_exports, erasing, flags, histories, looks
from sharing.errors import NotFound
from sharing.models import DataExport, Erasure
from sharing.views import answers
from sharing.views.readers import reader_of

SHOWN = 20


@require_safe
@login_required
def my_data(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    context = {
        "nav": "me",
        "export": data_exports.current(reader, now=timezone.now()),
        "minutes": settings.EXPORT_MINUTES,
        "history_days": keeping.days("history"),
        "erasure": Erasure.objects.waiting().filter(reader=reader).first(),
        "waiting_for": erasing.waiting_for(reader),
        "erase_days": settings.ERASE_AFTER_DAYS,
        "looks": looks.at_data_of(reader),
        "blocks": blocks.shown(reader),
        "flags": flags.of(reader)[:SHOWN],
    }
    return render(request, "sharing/my_data/my_data.html", context)


@require_POST
@login_required
def ask_export(request: HttpRequest) -> HttpResponse:
    reader, page = reader_of(request), reverse("my-data")
    return answers.after(
        request,
        lambda: data_exports.ask_export(actor=reader, now=timezone.now()),
        to=page,
        back=page,
        says=_("Your data is being put together. It takes a moment."),
    )


@require_safe
@login_required
def take_export(request: HttpRequest, token: str) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    if request.method == "HEAD":
        get_object_or_404(DataExport.objects.visible_to(reader).can_be_taken(now), token=token)
        return HttpResponse(content_type="application/zip")
    try:
        content = data_exports.fetch(actor=reader, token=token, now=now)
    except NotFound:
        raise Http404 from None
    filename = f"bookrelay-{timezone.localdate(now):%Y%m%d}.zip"
    answer = FileResponse(content, content_type="application/zip", as_attachment=True, filename=filename)
    return cast("HttpResponse", answer)


@require_POST
@login_required
def keep_history(request: HttpRequest) -> HttpResponse:
    reader, page = reader_of(request), reverse("my-data") + "#history"
    keep = request.POST.get("keep") == "yes"
    return answers.after(
        request, lambda: histories.keep_history(actor=reader, keep=keep, now=timezone.now()), to=page, back=page,
        says=_("Your history is kept.") if keep else _("Your history is forgotten like everybody’s."),
    )  # fmt: skip


@require_POST
@login_required
def ask_erasure(request: HttpRequest) -> HttpResponse:
    """Only with the box ticked: a button that is hit by mistake begins nothing."""
    reader, page = reader_of(request), reverse("my-data") + "#erase"
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Please tick the box first. Nothing has changed."))
        return redirect(page)
    return answers.after(
        request, lambda: erasing.ask_erasure(actor=reader, now=timezone.now()), to=page, back=page,
        says=_("Noted. Nobody asks you for a book any more."),
    )  # fmt: skip


@require_POST
@login_required
def take_back(request: HttpRequest) -> HttpResponse:
    reader, page = reader_of(request), reverse("my-data") + "#erase"
    return answers.after(
        request, lambda: erasing.take_back(actor=reader, now=timezone.now()), to=page, back=page,
        says=_("Your account stays."),
    )  # fmt: skip
