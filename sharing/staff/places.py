"""The places where readers may meet, as librarians keep them."""

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.viewsets.model import ModelViewSet

from sharing.models import MeetingPlace


class MeetingPlaces(ModelViewSet):
    model = MeetingPlace
    menu_label = _("Meeting places")
    icon = "site"
    add_to_admin_menu = False
    list_display = [
        "name",
        Column("area", label=capfirst(_("area"))),
        Column("hours", label=capfirst(_("opening times"))),
        BooleanColumn("is_active", label=capfirst(_("offered"))),
    ]
    panels = [
        FieldRowPanel([FieldPanel("name_zh"), FieldPanel("name_en")]),
        FieldPanel("area"),
        FieldRowPanel([FieldPanel("latitude"), FieldPanel("longitude")]),
        FieldRowPanel([FieldPanel("opens"), FieldPanel("closes")]),
        FieldRowPanel([FieldPanel("weekend_opens"), FieldPanel("weekend_closes")]),
        FieldPanel("is_active"),
    ]
