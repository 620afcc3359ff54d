"""Importing many books: file or pasted numbers, preview, progress, report."""

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from personal_catalog import imports, progress
from personal_catalog.errors import ImportRefused
from personal_catalog.files.rows import Trait
from personal_catalog.forms import HowToListForm, ImportForm
from personal_catalog.models import ImportJob, ImportRow
from personal_catalog.tasks import hurry, run_import

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

ROWS_ON_A_PAGE = 100
MOST_TOLD = 5
REFUSALS = {
    "too_large": _("The file is too large. Up to 8 MB can be taken at once."),
    "too_many_rows": _("Up to %(rows)s rows can be taken at once. Split the file."),
    "unreadable": _("The file could not be read as a list of books. A table needs a column for the title or the ISBN."),
    "no_rows": _("There are no rows in it."),
    "unknown_format": _("This kind of file cannot be read. Export it as CSV or XLSX."),
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
    ready = mine.rows.filter(status=ImportRow.Status.READY)
    form = _how_to_list(request, ready) if mine.status == ImportJob.Status.PREVIEWED else None
    if request.method == "POST":
        if form is not None and _mend(request, mine) and "save" not in request.POST and form.is_valid():
            _confirm(request, mine, form)
        return redirect(request.get_full_path())
    if request.htmx and not mine.is_at_work:  # type: ignore[attr-defined]
        return HttpResponse(
            status=204, headers={"HX-Refresh": "true"}
        )  # the progress has come to its end: now the report
    rows = mine.rows.select_related("copy__title")
    only_problems = mine.is_at_work or request.GET.get("show") == "problems"
    wanted = rows.exclude(problem="") if only_problems else rows
    context = {
        "nav": "add",
        "job": mine,
        "form": form,
        "page": Paginator(wanted, ROWS_ON_A_PAGE).get_page(request.GET.get("page")),
        "only_problems": only_problems,
        "problems": rows.filter(status=ImportRow.Status.FAILED).count(),
        "ready": ready.count(),
        "owned": rows.filter(problem="owned").count(),
        "minutes_left": _minutes_left(mine),
    }
    return render(request, "personal_catalog/imports/job.html", context)


def _minutes_left(mine: ImportJob) -> int | None:
    if not mine.is_at_work:
        return None
    return progress.minutes_left(name=f"import:{mine.pk}", done=mine.done, total=mine.total, now=timezone.now())


def _how_to_list(request: HttpRequest, ready: QuerySet[ImportRow]) -> HowToListForm:
    counts = {trait.value: Count("pk", Q(traits__contains=f" {trait} ")) for trait in Trait}
    found = ready.aggregate(**counts, remarks=Count("pk", Q(facts__has_key="note")), ready=Count("pk"))
    remarks, total = found.pop("remarks"), found.pop("ready")
    return HowToListForm(
        request.POST or None, owner=cast("Reader", request.user), traits=found, remarks=remarks, ready=total
    )


def _mend(request: HttpRequest, mine: ImportJob) -> bool:
    """False when something that was typed is no ISBN."""
    wrong = imports.mend_rows(
        job_id=mine.pk,
        reader=cast("Reader", request.user),
        names=_typed(request, "title-"),
        numbers=_typed(request, "isbn-"),
    )
    for text in wrong[:MOST_TOLD]:
        messages.error(request, _("“%(text)s” is not an ISBN: check its digits.") % {"text": text[:40]})
    return not wrong


def _confirm(request: HttpRequest, mine: ImportJob, form: HowToListForm) -> None:
    try:
        imports.confirm_import(job_id=mine.pk, reader=cast("Reader", request.user), now=timezone.now(), **form.how())
        hurry(run_import, mine.pk)
    except ImportRefused as refused:
        messages.error(request, _sentence(refused))


def _typed(request: HttpRequest, prefix: str) -> dict[int, str]:
    """What was typed into the preview's rows: `title-<row>`, `isbn-<row>`."""
    typed = {name.removeprefix(prefix): str(text) for name, text in request.POST.items() if name.startswith(prefix)}
    return {int(pk): text for pk, text in typed.items() if pk.isdecimal() and len(pk) < 19 and text.strip()}


def _sentence(refused: ImportRefused) -> str:
    words = str(REFUSALS[refused.code])
    return words % {"rows": f"{settings.IMPORT_MAX_ROWS:,}"} if refused.code == "too_many_rows" else words
