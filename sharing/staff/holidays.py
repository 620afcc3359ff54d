"""The holidays calendar, as librarians keep it."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from sharing.models import Holiday


class Holidays(ModelViewSet):
    model = Holiday
    name = "holidays"
    icon = "date"
    menu_label = _("Holidays")
    list_display: ClassVar[list[str]] = ["name_zh", "name_en", "first_date", "last_date"]
    form_fields: ClassVar[list[str]] = ["name_zh", "name_en", "first_date", "last_date"]
    add_to_reference_index = False
    copy_view_enabled = False
