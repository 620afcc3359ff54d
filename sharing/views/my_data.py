"""What is kept of me, and everything of it in one file."""

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sharing import data_exports, looks
from sharing.models import DataExport
from sharing.views import answers
from sharing.views.readers import reader_of


@require_safe
@login_required
def my_data(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    context = {
        "nav": "me",
        "export": data_exports.current(reader, now=timezone.now()),
        "minutes": settings.EXPORT_MINUTES,
        "looks": looks.at_data_of(reader),
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
    export = get_object_or_404(DataExport.objects.visible_to(reader).can_be_taken(now), token=token)
    try:
        content = export.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        data_exports.take_export(export_id=export.pk, actor=reader, now=now)
    filename = f"bookrelay-{timezone.localdate(now):%Y%m%d}.zip"
    answer = FileResponse(content, content_type="application/zip", as_attachment=True, filename=filename)
    return cast("HttpResponse", answer)
