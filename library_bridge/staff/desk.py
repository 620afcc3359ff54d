"""The circulation desk: one page for a card and barcodes, made for a scanner. Each scan ends in Enter, sends the form, and
finds the cursor where the next one belongs.

What it shows of a card it shows to the staff who serve it; that the card was looked at is kept, without any title (T-L2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from secrets import token_hex
from typing import Any, cast

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.log_actions import log

from library_bridge import reasons
from library_bridge.adapters.embedded import holds
from library_bridge.models import EmbeddedHold, EmbeddedPatron, Reader
from library_bridge.ports import LoanRecord
from library_bridge.served import LOOKED
from library_bridge.staff.desk_acts import Act, Desk, Outcome
from library_bridge.staff.desk_form import DeskForm, desk_libraries

NEEDED = "library_bridge.use_circulation_desk"
SENT_ONCE = 24 * 3600  # seconds in which a form that comes again is known


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it lies on the desk."""

    card_number: str
    name: str
    category: str
    expires_on: date | None
    fines: Decimal
    says: str
    loans: Sequence[LoanRecord]
    loan_limit: int
    holds: Sequence[EmbeddedHold]


class CirculationDesk(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    form_class = DeskForm
    template_name = "library_bridge/admin/circulation_desk.html"
    page_title = gettext_lazy("Circulation desk")
    header_icon = "clipboard-list"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(NEEDED):
            raise PermissionDenied
        if not desk_libraries().exists():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET
        wanted = desk_libraries().filter(code=asked.get("library", "")).first() or desk_libraries()[0]
        act = asked.get("act") if asked.get("act") in Act.values else Act.CHECK_OUT
        return {"library": wanted.pk, "act": act, "once": token_hex(8)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form: DeskForm = kwargs.get("form") or self.get_form()
        card = kwargs.get("card")
        return super().get_context_data(
            **{
                "form": form,
                "act": form.mode,
                "act_labels": {act.value: act.label for act in Act},
                "focus": "barcodes" if card or form.mode == Act.CHECK_IN else "card_number",
                "once": token_hex(8),
                "now": timezone.now(),
                **kwargs,
            }
        )

    def form_valid(self, form: DeskForm) -> HttpResponse:
        desk = Desk(form.cleaned_data["library"], cast(Reader, self.request.user), timezone.now())
        act, number, barcodes = self._what_to_do(form, desk)
        needs_card = act != Act.CHECK_IN
        patron = desk.card(number) if needs_card or form.cleaned_data["stay"] else None
        if needs_card and patron is None:
            form.add_error("card_number", reasons.sentence("unknown_patron"))
            return self.form_invalid(form)
        if not cache.add(f"desk:{self.request.user.pk}:{form.key}", 1, SENT_ONCE):
            form.add_error(None, _("This was sent twice and done once. Below is how things stand now."))
            barcodes = []
        outcomes = [desk.do(act, number, barcode) for barcode in barcodes]
        self._keep_log(patron, act, outcomes)
        shown = card_on_desk(desk, patron) if patron else None
        return self.render_to_response(self.get_context_data(form=form, outcomes=outcomes, card=shown))

    def _what_to_do(self, form: DeskForm, desk: Desk) -> tuple[Act, str, list[str]]:
        """A card that is scanned where a book was awaited is the next reader's."""
        given = form.cleaned_data
        act, number, barcodes = Act(given["act"]), given["card_number"], given["barcodes"]
        if act != Act.CHECK_IN and len(barcodes) == 1 and not desk.knows_item(barcodes[0]) and desk.card(barcodes[0]):
            return act, barcodes[0], []
        return act, number, barcodes

    def _keep_log(self, patron: EmbeddedPatron | None, act: Act, outcomes: list[Outcome]) -> None:
        if patron is not None:
            done = sum(outcome.done for outcome in outcomes)
            log(instance=patron, action=LOOKED, user=self.request.user, data={"act": act.value, "done": done})


def card_on_desk(desk: Desk, patron: EmbeddedPatron) -> Card:
    record = desk.system.patron(patron.card_number)
    queue = list(holds.waiting().filter(patron=patron).select_related("record", "item"))
    for hold in queue:  # as the port does it with loans
        hold.placed_at = hold.placed_at.astimezone(desk.library.zone)
    return Card(
        card_number=patron.card_number,
        name=patron.name,
        category=str(patron.category),
        expires_on=patron.expires_on,
        fines=EmbeddedPatron.objects.values_list("fines", flat=True).get(pk=patron.pk),
        says=reasons.sentence(record.blocked_reason, limit=record.loan_limit) if record.blocked_reason else "",
        loans=desk.system.loans(patron.card_number).loans,
        loan_limit=patron.category.loan_limit,
        holds=queue,
    )


class DeskItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(NEEDED) and desk_libraries().exists()


class CirculationDesks(ViewSet):
    name = "circulation-desk"
    icon = "clipboard-list"
    menu_label = gettext_lazy("Circulation desk")
    menu_order = 90
    add_to_admin_menu = True
    menu_item_class = DeskItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", CirculationDesk.as_view(), name="index")]
