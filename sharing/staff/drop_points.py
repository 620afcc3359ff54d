"""Drop points and their screens, as librarians keep them. A screen's link is shown when it is made, and works once."""

from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import log

from library_bridge.models import Reader
from sharing import kiosks
from sharing.models import DropPoint, Kiosk
from sharing.staff.listings import DateColumn

MAY = "sharing.change_kiosk"


class DropPoints(ModelViewSet):
    model = DropPoint
    menu_label = gettext_lazy("Drop points")
    icon = "download"
    add_to_admin_menu = False
    list_display: ClassVar[list[Any]] = [
        Column("__str__", label=capfirst(gettext_lazy("meeting place"))),
        Column("shelf_code", label=capfirst(gettext_lazy("shelf code"))),
        BooleanColumn("is_active", label=capfirst(gettext_lazy("offered"))),
    ]
    panels: ClassVar[list[Any]] = [
        FieldPanel("place"),
        FieldPanel("compartments"),
        FieldPanel("one_book_each"),
        FieldPanel("shelf_code"),
        FieldPanel("is_active"),
    ]


class Act(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    """One thing that staff do with a screen."""

    template_name = "sharing/admin/kiosk.html"
    form_class = forms.Form
    header_icon = "desktop"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not cast(Reader, request.user).has_perm(MAY):
            raise PermissionDenied
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    @cached_property
    def kiosk(self) -> Kiosk:
        return get_object_or_404(Kiosk.objects.select_related("drop_point__place"), pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return str(self.kiosk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "kiosk": self.kiosk}


class Link(Act):
    page_title = gettext_lazy("New link for the screen")

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Shown in this answer and nowhere else."""
        token = kiosks.link_token(kiosks.new_link(kiosk=self.kiosk))
        log(instance=self.kiosk, action="sharing.kiosk_link", user=self.request.user)
        address = settings.BASE_URL + reverse("open-kiosk", args=[token])
        return self.render_to_response(self.get_context_data(address=address))


class Revoke(Act):
    page_title = gettext_lazy("Switch the screen off")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "revokes": True}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        kiosks.revoke(kiosk=self.kiosk, now=timezone.now())
        log(instance=self.kiosk, action="sharing.kiosk_revoke", user=self.request.user)
        messages.success(self.request, _("The screen is switched off."))
        return redirect("kiosk:index")


class KioskIndex(IndexView):
    def get_list_more_buttons(self, instance: Kiosk) -> list[Any]:
        buttons: list[Any] = super().get_list_more_buttons(instance)
        link = reverse("kiosk:link", args=[instance.pk])
        buttons.append(HeaderButton(_("New link"), url=link, icon_name="link"))
        if instance.revoked_at is None:
            off = reverse("kiosk:revoke", args=[instance.pk])
            buttons.append(HeaderButton(_("Switch off"), url=off, icon_name="cross"))
        return buttons


class Kiosks(ModelViewSet):
    model = Kiosk
    name = "kiosk"
    menu_label = gettext_lazy("Kiosk screens")
    icon = "desktop"
    add_to_admin_menu = False
    index_view_class = KioskIndex
    list_display: ClassVar[list[Any]] = [
        "name",
        Column("drop_point", label=capfirst(gettext_lazy("drop point"))),
        DateColumn("opened_at", label=capfirst(gettext_lazy("in use since"))),
        DateColumn("revoked_at", label=capfirst(gettext_lazy("switched off on"))),
    ]
    panels: ClassVar[list[Any]] = [FieldPanel("drop_point"), FieldPanel("name")]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/link/", Link.as_view(), name="link"),
            path("<int:pk>/revoke/", Revoke.as_view(), name="revoke"),
        ]
