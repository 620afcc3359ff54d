"""Importing readers and stock in the admin: first a look at what would happen, then the same file for good.

The file is kept nowhere: it holds PINs. The browser sends it a second time, and it is known again by its signed fingerprint.
"""

from hashlib import sha256
from typing import Any, BinaryIO, cast

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from library_bridge.imports import kinds
from library_bridge.imports.problems import NotImported
from library_bridge.imports.running import Report
from library_bridge.models import ItemType, Library, PatronCategory, Reader
from library_bridge.staff.desk_form import desk_libraries

IMPORTED = "library_bridge.import"
MOST_SHOWN = 200  # problems on the page
MOST_PINS = 100  # hashing one takes up to a second


class ImportForm(forms.Form):
    """`usual` is the category or type of rows that name none; `seen` the fingerprint of the file that was looked at."""

    library = forms.ModelChoiceField(label=capfirst(_("library")), queryset=Library.objects.none(), empty_label=None)
    usual = forms.ModelChoiceField(queryset=Library.objects.none(), required=False)
    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, usual: type[PatronCategory] | type[ItemType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        library, default = self.fields["library"], self.fields["usual"]
        assert isinstance(library, forms.ModelChoiceField)
        assert isinstance(default, forms.ModelChoiceField)
        library.queryset = desk_libraries()
        default.queryset = usual._default_manager.filter(library__in=library.queryset)
        default.label = _("%(what)s of rows that name none") % {"what": capfirst(usual._meta.verbose_name)}

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("usual") and given.get("library") and given["usual"].library_id != given["library"].pk:
            self.add_error("usual", _("This belongs to another library."))
        return given

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if (file.size or 0) > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(_("This file is too large for this page. The manual names the command for it."))
        return file


class ImportPage(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    form_class = ImportForm
    template_name = "library_bridge/admin/import.html"
    header_icon = "upload"
    model_name = ""
    usual: type[PatronCategory] | type[ItemType]
    columns = ""
    besides: str | Promise = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_import(cast(Reader, request.user), self.model_name):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "usual": self.usual}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"report": None, "seen": "", "columns": self.columns, "besides": self.besides, **kwargs}
        )

    def form_valid(self, form: ImportForm) -> HttpResponse:
        given = form.cleaned_data
        stream = cast(BinaryIO, given["file"].file)
        fingerprint = self._fingerprint(stream, given["library"])
        is_seen = _signed(given["seen"]) == fingerprint
        preview = "import" not in self.request.POST
        if not preview and not is_seen:
            form.add_error("file", _("This is another file than the one you looked at. Look at it first."))
            return self.form_invalid(form)
        try:
            self.measure(stream)
            report = self.read(stream, given["library"], given["usual"], preview=preview)
        except NotImported as refused:
            form.add_error("file", str(refused.problem))
            return self.form_invalid(form)
        if not preview:
            self._keep_log(given["library"], report)
        seen = Signer(salt=IMPORTED).sign(fingerprint) if preview and report.created + report.updated else ""
        return self.render_to_response(
            self.get_context_data(
                form=form, report=report, preview=preview, seen=seen, problems=report.problems[:MOST_SHOWN]
            )
        )

    def measure(self, stream: BinaryIO) -> None:
        """Raises NotImported for more than one request may take. The stream is at its beginning before and after."""
        raise NotImplementedError

    def read(self, stream: BinaryIO, library: Library, usual: Any, *, preview: bool) -> Report:
        raise NotImplementedError

    def _fingerprint(self, stream: BinaryIO, library: Library) -> str:
        digest = sha256(f"{self.model_name} {library.pk} {self.request.user.pk} ".encode())
        stream.seek(0)
        while part := stream.read(1 << 16):
            digest.update(part)
        stream.seek(0)
        return digest.hexdigest()

    def _keep_log(self, library: Library, report: Report) -> None:
        data = {"model": self.model_name, **report.summary()}
        log(instance=library, action=IMPORTED, user=self.request.user, data=data)


class ImportPatrons(ImportPage):
    page_title = gettext_lazy("Import readers")
    model_name = "embeddedpatron"
    usual = PatronCategory
    columns = "读者证号 card_number, 姓名 name, 类别 category, 密码 pin, 有效期 expires_on"

    def measure(self, stream: BinaryIO) -> None:
        kinds.measure_patrons(stream, most_rows=settings.IMPORT_MAX_ROWS, most_pins=MOST_PINS)

    def read(self, stream: BinaryIO, library: Library, usual: Any, *, preview: bool) -> Report:
        return kinds.import_patrons(stream, library=library, category=usual, preview=preview)


class ImportItems(ImportPage):
    page_title = gettext_lazy("Import items")
    model_name = "embeddeditem"
    usual = ItemType
    columns = "条码 barcode, 书名 title, 作者 creators, 出版社 publisher, 年 year, ISBN, 索书号 call_number, 类型 item_type, 馆藏地 branch"
    besides = gettext_lazy("Or a file of MARC 21 or CNMARC with holdings.")

    def measure(self, stream: BinaryIO) -> None:
        kinds.measure_items(stream, most_rows=settings.IMPORT_MAX_ROWS)

    def read(self, stream: BinaryIO, library: Library, usual: Any, *, preview: bool) -> Report:
        return kinds.import_items(stream, library=library, item_type=usual, preview=preview)


def may_import(staff: Reader, model_name: str) -> bool:
    """Whoever works for one area only has no business with every card of the library (T-L1)."""
    may = all(staff.has_perm(f"library_bridge.{act}_{model_name}") for act in ("add", "change"))
    return may and desk_libraries().exists() and (staff.is_superuser or not staff.desk_areas.exists())


def _signed(seen: str) -> str:
    try:
        return Signer(salt=IMPORTED).unsign(seen)
    except BadSignature:
        return ""
