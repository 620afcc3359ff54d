"""Importing many books: file or pasted numbers, preview, progress, report."""

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from personal_catalog import imports
from personal_catalog.errors import ImportRefused
from personal_catalog.forms import ImportForm
from personal_catalog.models import ImportJob, ImportRow
from personal_catalog.tasks import hurry, run_import

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

ROWS_ON_A_PAGE = 100
REFUSALS = {
    "too_large": _("The file is too large. Up to 8 MB can be taken at once."),
    "too_many_rows": _("Up to %(rows)s rows can be taken at once. Split the file."),
    "unreadable": _("The file could not be read as a table of books. It needs a column for the title or the ISBN."),
    "no_rows": _("There are no rows in it."),
    "unknown_format": _("This kind of file cannot be taken yet."),
    "imports_running": _("Your earlier files are still being worked on. Try again when one of them is done."),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            job = imports.start_import(
                reader=cast("Reader", request.user),
                content=form.content(),
                format=form.cleaned_data["format"],
                mode=form.cleaned_data["mode"],
                now=timezone.now(),
            )
        except ImportRefused as refused:
            form.add_error(None, _sentence(refused))
        else:
            return redirect("import-job", job_id=job.pk)
    earlier = ImportJob.objects.filter(reader=request.user.pk)[:5]
    context = {"nav": "add", "form": form, "earlier": earlier}
    return render(request, "personal_catalog/imports/start.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """The preview, and the confirmation that starts the work."""
    mine = get_object_or_404(ImportJob, pk=job_id, reader=request.user.pk)
    if request.method == "POST":
        imports.name_rows(job_id=mine.pk, reader=cast("Reader", request.user), names=_names(request))
        try:
            imports.confirm_import(job_id=mine.pk, reader=cast("Reader", request.user), now=timezone.now())
            hurry(run_import, mine.pk)
        except ImportRefused as refused:
            messages.error(request, _sentence(refused))
        return redirect("import-job", job_id=mine.pk)
    rows = mine.rows.select_related("copy__title")
    wanted = rows.exclude(problem="") if request.GET.get("show") == "problems" else rows
    context = {
        "nav": "add",
        "job": mine,
        "page": Paginator(wanted, ROWS_ON_A_PAGE).get_page(request.GET.get("page")),
        "problems": rows.exclude(problem="").count(),
        "ready": rows.filter(status=ImportRow.Status.READY).count(),
        "busy": mine.status in (ImportJob.Status.QUEUED, ImportJob.Status.RUNNING),
    }
    return render(request, "personal_catalog/imports/job.html", context)


def _names(request: HttpRequest) -> dict[int, str]:
    """What was typed into the preview's rows: `title-<row>`."""
    typed = {name.removeprefix("title-"): str(text) for name, text in request.POST.items() if name.startswith("title-")}
    return {int(pk): text for pk, text in typed.items() if pk.isdecimal() and len(pk) < 19 and text.strip()}


def _sentence(refused: ImportRefused) -> str:
    words = str(REFUSALS[refused.code])
    return words % {"rows": f"{settings.IMPORT_MAX_ROWS:,}"} if refused.code == "too_many_rows" else words
