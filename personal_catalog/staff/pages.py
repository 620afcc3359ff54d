"""What the curators' pages have in common: who may open them, the way back to the queues, the title they are about."""

from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from personal_catalog import titles
from personal_catalog.models import Title

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


def curator(request: HttpRequest) -> "Reader":
    """Raises PermissionDenied for whom the catalogue is not theirs to change."""
    actor = cast("Reader", request.user)
    if not titles.may_curate(actor):
        raise PermissionDenied
    return actor


class CuratorPage(WagtailAdminTemplateMixin):
    """Beside one of Django's generic views."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        curator(request)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, self.comes_from(), {"url": "", "label": self.page_title}]

    def comes_from(self) -> dict[str, Any]:
        return {"url": reverse("catalog-queue"), "label": _("Curation")}


class TitlePage(CuratorPage):
    """About the title of the address; one that went into another is not found."""

    kwargs: dict[str, Any]

    @cached_property
    def title(self) -> Title:
        return get_object_or_404(Title.objects.records(), pk=self.kwargs["title_id"])

    def get_page_subtitle(self) -> str:
        return self.title.title
