"""The terms of the university, as librarians keep them for the lists of a term."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from incentives.models import AcademicTerm


class AcademicTerms(ModelViewSet):
    model = AcademicTerm
    name = "academic-terms"
    icon = "date"
    menu_label = _("Terms")
    list_display: ClassVar[list[str]] = ["name_zh", "name_en", "first_date", "last_date"]
    form_fields: ClassVar[list[str]] = ["name_zh", "name_en", "first_date", "last_date"]
    add_to_reference_index = False
    copy_view_enabled = False
