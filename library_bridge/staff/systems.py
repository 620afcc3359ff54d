"""How the library systems stand: whether they answer, and what waits for them. Asks none of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from library_bridge import pulse, reasons, registry
from library_bridge.adapters.options import Misconfigured
from library_bridge.models import Library, Patron, Reader, Transfer, TransferStep
from library_bridge.pulse import Pulse

NEEDED = "library_bridge.view_transfer"
S = Transfer.Status


@dataclass(frozen=True, slots=True)
class RefusedInWaiting:
    """Transfers that the library refused and that somebody above this app waits for: how many by library this member of the
    staff may see, and where just these are listed. Told by the hook `refused_in_waiting`, which takes the member."""

    url: str
    """Of the list, which takes a `library` besides."""
    by_library: dict[int, int]

    def listed(self, library: Library) -> str:
        return f"{self.url}&library={library.pk}"


@dataclass(frozen=True, slots=True)
class State:
    library: Library
    problem: Misconfigured | None
    pulse: Pulse
    unanswered: int = 0
    """Writes sent whose outcome is not known."""
    waiting: int = 0
    next_try_at: datetime | None = None
    needs_librarian: int = 0
    """Transfers whose outcome a librarian has to find out."""
    refused: tuple[tuple[int, str], ...] = ()
    """How many were refused while a lending waits, and where."""
    oldest_look_at: datetime | None = None

    @property
    def milliseconds(self) -> int | None:
        return None if self.pulse.latency is None else round(self.pulse.latency * 1000)

    @property
    def failure(self) -> str:
        """The reason's sentence, where there is one for its code."""
        code = self.pulse.failed_by
        return str(reasons.SENTENCES.get(code, "")) if code else ""


def states(*, staff: Reader) -> list[State]:
    """A fixed number of queries, however many libraries."""
    queues, steps, looks = _queues(), _unanswered(), _looks()
    refused: list[RefusedInWaiting] = [told(staff) for told in hooks.get_hooks("refused_in_waiting")]
    return [
        State(
            library=library,
            problem=registry.problem_of(library),
            pulse=pulse.of(library.code),
            unanswered=steps.get(library.pk, 0),
            oldest_look_at=looks.get(library.pk),
            refused=tuple(
                (one.by_library[library.pk], one.listed(library)) for one in refused if library.pk in one.by_library
            ),
            **queues.get(library.pk, {}),
        )
        for library in Library.objects.filter(is_active=True)
    ]


def _queues() -> dict[int, dict[str, Any]]:
    rows = (
        Transfer.objects.order_by()
        .values("library_id")
        .annotate(
            waiting=Count("pk", filter=Q(status__in=Transfer.OPEN)),
            next_try_at=Min("next_try_at", filter=Q(status=S.PENDING)),
            needs_librarian=Count("pk", filter=Q(status=S.NEEDS_LIBRARIAN)),
        )
    )
    return {row["library_id"]: {name: told for name, told in row.items() if name != "library_id"} for row in rows}


def _unanswered() -> dict[int, int]:
    silent = TransferStep.objects.order_by().filter(
        kind__in=TransferStep.WRITES,
        status__in=[TransferStep.Status.INTENT, TransferStep.Status.UNKNOWN],
        transfer__status__in=[*Transfer.OPEN, S.NEEDS_LIBRARIAN],
    )
    return dict(silent.values_list("transfer__library_id").annotate(Count("pk")))


def _looks() -> dict[int, datetime]:
    """Since when the oldest list has not been compared with the library's."""
    seen = Patron.objects.order_by().filter(reader__is_active=True, loans_checked_at__isnull=False)
    return dict(seen.values_list("library_id").annotate(Min("loans_checked_at")))


class SystemsView(WagtailAdminTemplateMixin, TemplateView):
    template_name = "library_bridge/admin/systems.html"
    page_title = _("Library systems")
    header_icon = "desktop"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": page_title}]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(NEEDED):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "states": states(staff=cast(Reader, self.request.user))}


class SystemsItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(NEEDED)


class Systems(ViewSet):
    name = "library-systems"
    icon = "desktop"
    menu_label = _("Library systems")

    @cached_property
    def menu_item_class(self) -> type[SystemsItem]:
        return SystemsItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", SystemsView.as_view(), name="index")]
