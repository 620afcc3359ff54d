"""A hold in the admin, and the way to cancel it: by the library system's own function."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import InspectView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from library_bridge import reasons
from library_bridge.adapters.embedded import holds
from library_bridge.models import EmbeddedHold, EmbeddedPatron, Reader
from library_bridge.ports import Refused
from library_bridge.staff.seeing import visible_to_staff

NEEDED = "library_bridge.use_circulation_desk"


def may_cancel(hold: EmbeddedHold, staff: Any) -> bool:
    seen = visible_to_staff(EmbeddedPatron.objects.filter(pk=hold.patron_id), staff)
    return hold.cancelled_at is None and hold.collected_at is None and staff.has_perm(NEEDED) and seen.exists()


class InspectHold(InspectView):
    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not may_cancel(self.object, self.request.user):
            return []
        url = reverse("holds:cancel", args=[self.object.pk])
        return [HeaderButton(_("Cancel the hold"), url=url, icon_name="cross")]


class CancelHold(WagtailAdminTemplateMixin, TemplateView):
    template_name = "library_bridge/admin/cancel_hold.html"
    page_title = gettext_lazy("Cancel the hold")
    header_icon = "cross"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_cancel(self.hold, cast(Reader, request.user)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def hold(self) -> EmbeddedHold:
        return get_object_or_404(EmbeddedHold.objects.select_related("record"), pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return str(self.hold)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            holds.cancel_hold(hold_id=pk, now=timezone.now())
        except Refused as refusal:  # collected or cancelled meanwhile
            messages.info(request, reasons.sentence(refusal.code))
        else:
            messages.success(request, _("Hold cancelled."))
        return HttpResponseRedirect(reverse("holds:index"))
