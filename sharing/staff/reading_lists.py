"""Course lists in the admin: all of them in one place, and a new one out of ISBNs."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.views.generic import FormView
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.pages.listing import IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import policy_registry

from library_bridge.models import Reader
from sharing import list_imports
from sharing.errors import NotFound, SharingError
from sharing.list_imports import Course
from sharing.models import ReadingListImport, ReadingListPage


class ImportListForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Course"), max_length=200)
    course_number = forms.CharField(label=gettext_lazy("Course number"), max_length=40, required=False)
    term = forms.CharField(
        label=gettext_lazy("Term"), max_length=60, required=False, help_text=gettext_lazy("E.g. autumn 2026.")
    )
    offered_by = forms.CharField(
        label=gettext_lazy("Offered by"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("School or department."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the list"), choices=settings.LANGUAGES)
    isbns = forms.CharField(
        label=gettext_lazy("ISBNs"),
        required=False,
        max_length=list_imports.MOST_BYTES,
        help_text=gettext_lazy("One a line, with or without hyphens."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        required=False,
        help_text=gettext_lazy(
            "Plain text, or a table as CSV with a column ISBN, and note if you like. UTF-8 or GB 18030."
        ),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("file") and not str(given.get("isbns") or "").strip():
            self.add_error("isbns", gettext_lazy("Paste some ISBNs or choose a file."))
        return given

    def content(self) -> bytes:
        chosen = self.cleaned_data.get("file")
        if chosen:
            return bytes(chosen.read(list_imports.MOST_BYTES + 1))
        return str(self.cleaned_data["isbns"]).encode()

    def course(self) -> Course:
        return Course(**{name: self.cleaned_data[name] for name in ("title", "course_number", "term", "offered_by")})


class ImportList(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    form_class = ImportListForm
    template_name = "sharing/admin/import_list.html"
    page_title = gettext_lazy("Course list from ISBNs")
    header_icon = "upload"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        lists = {"url": reverse("course-lists:index"), "label": ReadingLists.menu_label}
        return [*self.breadcrumbs_items, lists, {"url": "", "label": self.page_title}]

    def get_initial(self) -> dict[str, Any]:
        return {"language": "en" if (get_language() or "").startswith("en") else "zh-hans"}

    def form_valid(self, form: ImportListForm) -> HttpResponse:
        try:
            made = list_imports.import_list(
                course=form.course(), language=form.cleaned_data["language"], content=form.content(),
                actor=cast(Reader, self.request.user), now=timezone.now(),
            )  # fmt: skip
        except NotFound:
            raise PermissionDenied from None
        except SharingError as refusal:
            form.add_error(refusal.field or None, refusal.message)
            return self.form_invalid(form)
        return redirect("course-lists:report", made.pk)


def report(request: HttpRequest, import_id: int) -> HttpResponse:
    """What became of each line, as things stand now."""
    made = get_object_or_404(ReadingListImport.objects.select_related("page"), pk=import_id)
    may = made.page.permissions_for_user(request.user)
    if not may.can_edit():
        raise Http404
    lines = list_imports.report(made)
    context = {
        "made": made,
        "lines": lines,
        "taken": sum(1 for line in lines if line.title and not line.problem),
        "waiting": sum(1 for line in lines if line.waiting),
        "open": sum(1 for line in lines if line.problem or line.unknown),
        "may_curate": request.user.has_perm("personal_catalog.change_title"),
    }
    return render(request, "sharing/admin/list_report.html", context)


class ReadingListIndex(IndexView):
    default_ordering = "-latest_revision_created_at"

    @cached_property
    def header_buttons(self) -> list[Any]:
        new = HeaderButton(gettext_lazy("From ISBNs"), url=reverse("course-lists:import"), icon_name="upload")
        return [*super().header_buttons, new]


class ReadingListsItem(MenuItem):
    """For those who write pages."""

    def is_shown(self, request: HttpRequest) -> bool:
        policy = policy_registry.get_by_type(ReadingListPage)
        return bool(policy.user_has_any_permission(request.user, IndexView.any_permission_required))


class ReadingLists(PageListingViewSet):
    model = ReadingListPage
    menu_item_class = ReadingListsItem
    index_view_class = ReadingListIndex
    name = "course-lists"
    icon = "list-ol"
    menu_label = gettext_lazy("Course lists")
    menu_order = 505
    add_to_admin_menu = True
    columns = [
        *IndexView.base_columns[:2],
        Column("course_number", label=gettext_lazy("Course number")),
        Column("term", label=gettext_lazy("Term")),
        Column("offered_by", label=gettext_lazy("Offered by")),
        *IndexView.base_columns[3:],
    ]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("import/", ImportList.as_view(), name="import"),
            path("import/<int:import_id>/", report, name="report"),
        ]
