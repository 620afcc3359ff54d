"""Importing titles in the admin: a file is read in the background, looked at, and taken over when the librarian says so."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from personal_catalog import progress, title_imports
from personal_catalog.errors import ImportRefused
from personal_catalog.models import TitleImport
from personal_catalog.tasks import hurry, run_title_import

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

IMPORTED = "personal_catalog.import"
MOST_EARLIER, PROBLEMS_ON_A_PAGE = 10, 100
REFUSALS = {
    "too_large": gettext_lazy("The file is too large for this page. The manual names the command for it."),
    "unreadable": gettext_lazy(
        "This is neither MARC nor a table of books. A table needs a heading for the title or the ISBN."
    ),
    "no_rows": gettext_lazy("There are no rows in it."),
    "unknown_format": gettext_lazy("This kind of file cannot be read. Export it as CSV or XLSX."),
    "imports_running": gettext_lazy(
        "Your earlier files are still being worked on. Try again when one of them is done."
    ),
    "broken": gettext_lazy("Something went wrong on our side. What had been taken over by then stays."),
    "dropped": gettext_lazy("It was not taken over."),
}


class ImportTitlesForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)
    format = forms.ChoiceField(label=gettext_lazy("What it is"), choices=TitleImport.Format.choices, initial="auto")


class ForLibrarians(WagtailAdminTemplateMixin):
    page_title = gettext_lazy("Import titles")
    header_icon = "upload"
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not title_imports.may_import(cast("Reader", request.user)):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    @property
    def librarian(self) -> "Reader":
        return cast("Reader", self.request.user)


class ImportTitles(ForLibrarians, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    form_class = ImportTitlesForm
    template_name = "personal_catalog/admin/import.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        earlier = TitleImport.objects.defer("content").select_related("librarian")[:MOST_EARLIER]
        return {**super().get_context_data(**kwargs), "earlier": earlier}

    def form_valid(self, form: ImportTitlesForm) -> HttpResponse:
        file = form.cleaned_data["file"]
        try:
            job = title_imports.start(
                actor=self.librarian,
                name=file.name,
                content=file.read(settings.IMPORT_MAX_BYTES + 1),
                format=form.cleaned_data["format"],
                now=timezone.now(),
            )
        except ImportRefused as refused:
            form.add_error("file", REFUSALS[refused.code])
            return self.form_invalid(form)
        hurry(run_title_import, job.pk)
        return HttpResponseRedirect(job.get_absolute_url())


class TitleImportPage(ForLibrarians, TemplateView):
    """What was read, what became of it, and what is to be mended."""

    template_name = "personal_catalog/admin/import_job.html"

    @cached_property
    def job(self) -> TitleImport:
        return get_object_or_404(TitleImport.objects.defer("content"), pk=self.kwargs["import_id"])

    def get_page_subtitle(self) -> str:
        return self.job.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        start = {"url": reverse("catalog-import"), "label": self.page_title}
        return [*self.breadcrumbs_items, start, {"url": "", "label": self.job.name}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(self.job.problems.all(), PROBLEMS_ON_A_PAGE).get_page(self.request.GET.get("p"))
        failure = REFUSALS.get(self.job.failure, "")
        more = {"job": self.job, "problems": page, "failure": failure, "minutes_left": self._minutes_left()}
        return {**super().get_context_data(**kwargs), **more}

    def _minutes_left(self) -> int | None:
        """While it is only looked at nobody knows how many rows there are."""
        job = self.job
        if job.status not in (TitleImport.Status.QUEUED, TitleImport.Status.RUNNING):
            return None
        return progress.minutes_left(name=f"titles:{job.pk}", done=job.done, total=job.total, now=timezone.now())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "drop" in request.POST:
            title_imports.drop(import_id=self.job.pk, actor=self.librarian, now=timezone.now())
            messages.success(request, _("The file was not taken over."))
            return HttpResponseRedirect(reverse("catalog-import"))
        was_open = self.job.status == TitleImport.Status.PREVIEWED
        job = title_imports.confirm(import_id=self.job.pk, actor=self.librarian, now=timezone.now())
        if was_open:
            log(instance=job, action=IMPORTED, user=self.librarian, data={"file": job.name, "rows": job.total})
            hurry(run_title_import, job.pk)
        return HttpResponseRedirect(job.get_absolute_url())
